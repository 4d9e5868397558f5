import { describe, expect, it } from "vitest";
import { readApplication } from "../../../../local/template/application.ts";
import { ENVIRONMENT, allow, applicationOf, roleWith, writeAssembly } from "./support/assembly.ts";

const topicNamed = (TopicName: unknown) => ({ Type: "AWS::SNS::Topic", Properties: { TopicName } });

const topicName = async (value: unknown, sections: Readonly<Record<string, unknown>> = {}) => {
  const { topics } = await applicationOf({ app: { ...sections, Resources: { Topic: topicNamed(value) } } });
  return topics[0]?.name;
};

describe("intrinsic functions of a template", () => {
  it.each([
    ["a pseudo parameter", { Ref: "AWS::Region" }, "eu-west-1"],
    ["Fn::Join", { "Fn::Join": ["-", ["a", { Ref: "AWS::AccountId" }]] }, "a-111111111111"],
    ["Fn::Sub", { "Fn::Sub": "${AWS::StackName}-${!literal}" }, "app-${literal}"],
    ["Fn::Sub with variables", { "Fn::Sub": ["${one}", { one: { Ref: "AWS::Partition" } }] }, "aws"],
    ["Fn::Select and Fn::Split", { "Fn::Select": [1, { "Fn::Split": [":", "a:b:c"] }] }, "b"],
    ["Fn::If", { "Fn::If": ["Here", "yes", "no"] }, "yes"],
    ["a negated condition", { "Fn::If": ["Elsewhere", "yes", "no"] }, "no"],
    ["a parameter's default", { Ref: "Stage" }, "production"],
    ["Fn::FindInMap", { "Fn::FindInMap": ["Names", { Ref: "AWS::Region" }, "topic"] }, "mapped"],
  ])("resolves %s", async (_name, value, expected) => {
    const resolved = await topicName(value, {
      Parameters: { Stage: { Type: "String", Default: "production" } },
      Mappings: { Names: { "eu-west-1": { topic: "mapped" } } },
      Conditions: {
        Here: { "Fn::Equals": [{ Ref: "AWS::Region" }, "eu-west-1"] },
        Elsewhere: { "Fn::Not": [{ Condition: "Here" }] },
      },
    });
    expect(resolved).toBe(expected);
  });

  it("takes a property out whose value is AWS::NoValue, and derives a name then, the same each time", async () => {
    const first = await topicName({ Ref: "AWS::NoValue" });
    expect(first).toMatch(/^app-Topic-[0-9A-F]{12}$/);
    expect(await topicName({ Ref: "AWS::NoValue" })).toBe(first);
  });

  it.each([
    ["an intrinsic that it does not know", { "Fn::Cidr": ["10.0.0.0/8", 1] }, /Fn::Cidr is not known here/],
    ["a resource that is not there", { Ref: "Nowhere" }, /has no resource Nowhere/],
    ["an attribute that it does not know", { "Fn::GetAtt": ["Role", "Colour"] }, /no attribute Colour/],
    ["an export that no stack has", { "Fn::ImportValue": "missing" }, /no stack exports missing/],
    ["a parameter without a default", { Ref: "Secret" }, /Secret has no default/],
  ])("refuses %s, saying where", async (_name, value, message) => {
    const stack = {
      Parameters: { Secret: { Type: "String" } },
      Resources: { Role: roleWith("role"), Topic: topicNamed(value) },
    };
    await expect(applicationOf({ app: stack })).rejects.toThrow(message);
    await expect(applicationOf({ app: stack })).rejects.toThrow("app/Topic");
  });

  it("leaves out what its condition excludes", async () => {
    const { topics } = await applicationOf({
      app: {
        Conditions: { Never: { "Fn::Equals": ["a", "b"] } },
        Resources: { Topic: { ...topicNamed("never"), Condition: "Never" } },
      },
    });
    expect(topics).toEqual([]);
  });
});

describe("the application in a cloud assembly", () => {
  it("resolves references over stacks", async () => {
    const { roles } = await applicationOf({
      stateful: {
        Resources: {
          Table: {
            Type: "AWS::DynamoDB::Table",
            Properties: {
              TableName: "things",
              KeySchema: [],
              AttributeDefinitions: [],
            },
          },
        },
        Outputs: { Table: { Value: { "Fn::GetAtt": ["Table", "Arn"] }, Export: { Name: "stateful:Table" } } },
      },
      access: {
        Resources: {
          Role: roleWith("reader", allow(["dynamodb:GetItem"], { "Fn::ImportValue": "stateful:Table" })),
        },
      },
    });
    expect(roles[0]).toMatchObject({
      arn: "arn:aws:iam::111111111111:role/reader",
      policies: [
        { document: { Statement: [{ Resource: "arn:aws:dynamodb:eu-west-1:111111111111:table/things" }] } },
      ],
    });
  });

  it("knows for how long, and how often, Lambda tries an event that a function does not take", async () => {
    const declared = (FunctionName: string) => ({
      Type: "AWS::Lambda::Function",
      Properties: {
        FunctionName,
        Code: { S3Key: "code.zip" },
        Handler: "index.handler",
        Runtime: "nodejs24.x",
        Role: "arn:aws:iam::111111111111:role/worker",
      },
    });
    const limited = {
      Type: "AWS::Lambda::EventInvokeConfig",
      Properties: { FunctionName: { Ref: "Hasty" }, MaximumEventAgeInSeconds: 300, MaximumRetryAttempts: 1 },
    };
    const { directory, remove } = await writeAssembly(
      { app: { Resources: { Hasty: declared("hasty"), Patient: declared("patient"), Limits: limited } } },
      { code: "" },
    );
    const { functions } = await readApplication(directory, ENVIRONMENT);
    await remove();
    expect(Object.fromEntries(functions.map(({ name, events }) => [name, events]))).toEqual({
      hasty: { maximumAttempts: 2, maximumAgeSeconds: 300 },
      patient: { maximumAttempts: 3, maximumAgeSeconds: 6 * 3600 },
    });
  });

  it("attaches policies of their own to the roles that they name", async () => {
    const { roles } = await applicationOf({
      app: {
        Resources: {
          Role: {
            Type: "AWS::IAM::Role",
            Properties: {
              RoleName: "r",
              ManagedPolicyArns: [{ Ref: "Managed" }, "arn:aws:iam::aws:policy/X"],
            },
          },
          Policy: {
            Type: "AWS::IAM::Policy",
            Properties: {
              PolicyName: "attached",
              Roles: [{ Ref: "Role" }],
              PolicyDocument: { Statement: [allow(["sns:Publish"], "*")] },
            },
          },
          Managed: {
            Type: "AWS::IAM::ManagedPolicy",
            Properties: {
              PolicyDocument: { Statement: allow(["sqs:SendMessage"], "*") },
            },
          },
        },
      },
    });
    expect(roles[0]?.policies.map(({ name }) => name)).toEqual(["attached", "Managed"]);
    expect(roles[0]?.managedPolicyArns).toEqual(["arn:aws:iam::aws:policy/X"]);
  });

  it("fills a machine's substitutions and leaves other variables alone", async () => {
    const { machines } = await applicationOf({
      app: {
        Resources: {
          Machine: {
            Type: "AWS::StepFunctions::StateMachine",
            Properties: {
              StateMachineName: "m",
              RoleArn: "arn:aws:iam::111111111111:role/m",
              DefinitionString: '{"a":"${Function}","b":"${other}"}',
              DefinitionSubstitutions: { Function: "arn:f" },
            },
          },
        },
      },
    });
    expect(machines).toEqual([
      {
        name: "m",
        arn: "arn:aws:states:eu-west-1:111111111111:stateMachine:m",
        type: "STANDARD",
        roleArn: "arn:aws:iam::111111111111:role/m",
        definition: '{"a":"arn:f","b":"${other}"}',
      },
    ]);
  });

  it("gives each route its function and its authorizer", async () => {
    const uri = "arn:aws:lambda:eu-west-1:111111111111:function:api";
    const { httpApis } = await applicationOf({
      app: {
        Resources: {
          Api: { Type: "AWS::ApiGatewayV2::Api", Properties: { Name: "api", ProtocolType: "HTTP" } },
          Integration: {
            Type: "AWS::ApiGatewayV2::Integration",
            Properties: {
              ApiId: { Ref: "Api" },
              IntegrationType: "AWS_PROXY",
              IntegrationUri: uri,
              PayloadFormatVersion: "2.0",
            },
          },
          Authorizer: {
            Type: "AWS::ApiGatewayV2::Authorizer",
            Properties: {
              ApiId: { Ref: "Api" },
              AuthorizerType: "JWT",
              IdentitySource: ["$request.header.Authorization"],
              JwtConfiguration: { Issuer: "https://issuer.example", Audience: ["lockstep"] },
            },
          },
          Route: {
            Type: "AWS::ApiGatewayV2::Route",
            Properties: {
              ApiId: { Ref: "Api" },
              RouteKey: "GET /me",
              AuthorizationType: "JWT",
              AuthorizerId: { Ref: "Authorizer" },
              Target: { "Fn::Join": ["", ["integrations/", { Ref: "Integration" }]] },
            },
          },
        },
      },
    });
    expect(httpApis[0]?.routes).toEqual([
      {
        routeKey: "GET /me",
        functionArn: uri,
        authorizer: {
          issuer: "https://issuer.example",
          audience: ["lockstep"],
          identitySource: ["$request.header.Authorization"],
        },
      },
    ]);
  });

  it("refuses a resource that it could not run as declared", async () => {
    const stack = {
      Resources: {
        Fn: {
          Type: "AWS::Lambda::Function",
          Properties: {
            Code: { S3Key: "x.zip" },
            Handler: "index.handler",
            Role: "r",
            Runtime: "python3.13",
          },
        },
      },
    };
    await expect(applicationOf({ app: stack })).rejects.toThrow(/app\/Fn .*only Node.js runs here/);
  });

  it("refuses a resource whose effect would silently be missing", async () => {
    const stack = { Resources: { Nightly: { Type: "AWS::Scheduler::Schedule", Properties: {} } } };
    await expect(applicationOf({ app: stack })).rejects.toThrow(
      "app/Nightly: the embedded AWS cannot run a AWS::Scheduler::Schedule",
    );
  });
});
