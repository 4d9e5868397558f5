import { describe, expect, it } from "vitest";
import { createIamCheck } from "../../../../local/iam-check/iam-check.ts";
import type { ApplicationRole, PolicyDocument } from "../../../../local/template/permissions.ts";
import { roleSession } from "../../../../local/wire/principals.ts";
import { VirtualClock } from "../../../support/virtual-clock.ts";
import { allow } from "./support/assembly.ts";

const ROLE = "arn:aws:iam::111111111111:role/grant";
const principal = roleSession(ROLE, "grant");
const INSTANCE = "arn:aws:sso:::instance/ssoins-0123456789abcdef";
const PERMISSION_SET = "arn:aws:sso:::permissionSet/ssoins-0123456789abcdef/ps-0123456789abcdef";
const account = (id: string) => `arn:aws:sso:::account/${id}`;

const documentOf = (...Statement: readonly Readonly<Record<string, unknown>>[]): PolicyDocument => ({
  Version: "2012-10-17",
  Statement,
});

const checkWith = (
  statements: readonly Readonly<Record<string, unknown>>[],
  extra: Partial<ApplicationRole> = {},
  resourcePolicies: ReadonlyMap<string, PolicyDocument> = new Map(),
) => {
  const policies = [{ name: "Permissions", document: documentOf(...statements) }];
  const role: ApplicationRole = { name: "grant", arn: ROLE, policies, managedPolicyArns: [], ...extra };
  const clock = new VirtualClock();
  const iam = createIamCheck({ roles: [role], resourcePolicies }, clock);
  const may = (action: string, ...resources: readonly string[]) =>
    iam.authorize(principal, { action, resources, region: "eu-west-1" });
  return { clock, iam, may };
};

describe("the check of a session of a role that another template made", () => {
  const connected = roleSession("arn:aws:iam::222222222222:role/lockstep-connector", "session");
  const policy = JSON.stringify(documentOf(allow(["sso:ListInstances"], ["*"])));

  it("holds it to the session's own policy, in AWS's words", async () => {
    const { iam } = checkWith([]);
    const may = (action: string, resource: string) =>
      iam.authorize({ ...connected, policy }, { action, resources: [resource], region: "eu-west-1" });
    await expect(may("sso:ListInstances", "*")).resolves.toBeUndefined();
    await expect(may("sso:CreateAccountAssignment", INSTANCE)).rejects.toThrow(
      "because no session policy allows the sso:CreateAccountAssignment action",
    );
  });

  it("lets it do anything where it brought no policy along: its role's is not known", async () => {
    const { iam } = checkWith([]);
    const access = { action: "sso:CreateAccountAssignment", resources: [INSTANCE], region: "eu-west-1" };
    await expect(iam.authorize(connected, access)).resolves.toBeUndefined();
  });
});

describe("the check of a role's policies", () => {
  it("allows what a policy allows, and refuses the rest in AWS's words", async () => {
    const table = "arn:aws:dynamodb:eu-west-1:111111111111:table/access";
    const { may } = checkWith([
      allow(["dynamodb:GetItem", "dynamodb:Query"], [table, `${table}/index/byStatus`]),
    ]);
    await expect(may("dynamodb:GetItem", table)).resolves.toBeUndefined();
    await expect(may("dynamodb:Query", `${table}/index/byStatus`)).resolves.toBeUndefined();
    await expect(may("dynamodb:Query", `${table}/index/other`)).rejects.toMatchObject({
      name: "AccessDeniedException",
    });
    await expect(may("dynamodb:PutItem", table)).rejects.toThrow(
      "User: arn:aws:sts::111111111111:assumed-role/grant/grant is not authorized to perform: dynamodb:PutItem on resource: " +
        `${table} because no identity-based policy allows the dynamodb:PutItem action`,
    );
  });

  it("needs every resource of a call to be allowed", async () => {
    const { may } = checkWith([allow(["sso:CreateAccountAssignment"], [INSTANCE, PERMISSION_SET])]);
    await expect(
      may("sso:CreateAccountAssignment", INSTANCE, PERMISSION_SET, account("222222222222")),
    ).rejects.toThrow(`on resource: ${account("222222222222")}`);
  });

  it("lets an explicit denial of one account win", async () => {
    const { may } = checkWith([
      allow(["sso:CreateAccountAssignment"], [INSTANCE, "arn:aws:sso:::permissionSet/*", account("*")]),
      { Effect: "Deny", Action: "sso:CreateAccountAssignment", Resource: account("111111111111") },
    ]);
    await expect(
      may("sso:CreateAccountAssignment", INSTANCE, PERMISSION_SET, account("222222222222")),
    ).resolves.toBeUndefined();
    await expect(
      may("sso:CreateAccountAssignment", INSTANCE, PERMISSION_SET, account("111111111111")),
    ).rejects.toThrow("with an explicit deny in an identity-based policy");
  });

  it("asks nothing of a resource that IAM does not know the action by, and needs `*` for actions without resources", async () => {
    const { may } = checkWith([
      allow(["states:SendTaskSuccess"], "*"),
      allow(["organizations:ListAccounts"], account("*")),
    ]);
    await expect(
      may("states:SendTaskSuccess", "arn:aws:states:eu-west-1:111111111111:stateMachine:m"),
    ).resolves.toBeUndefined();
    await expect(may("organizations:ListAccounts", "*")).rejects.toMatchObject({
      name: "AccessDeniedException",
    });
  });

  it("looks at conditions each time", async () => {
    const condition = { DateLessThan: { "aws:CurrentTime": "2026-01-01T01:00:00Z" } };
    const { may, clock } = checkWith([{ ...allow(["sts:AssumeRole"], "*"), Condition: condition }]);
    const role = "arn:aws:iam::222222222222:role/target";
    await expect(may("sts:AssumeRole", role)).resolves.toBeUndefined();
    await clock.advanceBy(2 * 3_600_000);
    await expect(may("sts:AssumeRole", role)).rejects.toMatchObject({ name: "AccessDeniedException" });
  });

  describe("that lets through writes of some partition keys only", () => {
    const table = "arn:aws:dynamodb:eu-west-1:111111111111:table/access";
    const condition = {
      "ForAllValues:StringLike": { "dynamodb:LeadingKeys": ["request#*"] },
      Null: { "dynamodb:LeadingKeys": "false" },
    };
    const { iam } = checkWith([{ ...allow(["dynamodb:PutItem"], [table]), Condition: condition }]);
    const put = (context?: Readonly<Record<string, readonly string[]>>) =>
      iam.authorize(principal, {
        action: "dynamodb:PutItem",
        resources: [table],
        region: "eu-west-1",
        ...(context && { context }),
      });

    it.each([[["request#r-1"]], [["request#r-1", "request#r-2"]]])("allows %j", async (keys) => {
      await expect(put({ "dynamodb:LeadingKeys": keys })).resolves.toBeUndefined();
    });

    it.each([[["entitlement#x"]], [["request#r-1", "entitlement#x"]], [["arequest#"]], [undefined]])(
      "refuses %j",
      async (keys) => {
        await expect(put(keys && { "dynamodb:LeadingKeys": keys })).rejects.toMatchObject({
          name: "AccessDeniedException",
        });
      },
    );
  });

  it("knows AWS's managed policies by name, and refuses to guess at others", async () => {
    const basic = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole";
    const { may } = checkWith([], { policies: [], managedPolicyArns: [basic] });
    await expect(
      may("logs:PutLogEvents", "arn:aws:logs:eu-west-1:111111111111:log-group:a:log-stream:b"),
    ).resolves.toBeUndefined();
    expect(() => checkWith([], { managedPolicyArns: ["arn:aws:iam::aws:policy/Unheard"] })).toThrow(
      "Unheard",
    );
  });

  it("never refuses an administrator", async () => {
    const { iam } = checkWith([]);
    const administrator = { kind: "administrator", arn: "a", accountId: "111111111111" } as const;
    await expect(
      iam.authorize(administrator, {
        action: "sso:CreateAccountAssignment",
        resources: [INSTANCE],
        region: "r",
      }),
    ).resolves.toBeUndefined();
  });
});

describe("the check of a resource's own policy", () => {
  const functionArn = "arn:aws:lambda:eu-west-1:111111111111:function:api";
  const source = "arn:aws:execute-api:eu-west-1:111111111111:abc/*/*/*";
  const access = { action: "lambda:InvokeFunction", resources: [functionArn], region: "eu-west-1" };
  const policies = new Map([
    [
      functionArn,
      documentOf({
        Effect: "Allow",
        Principal: { Service: "apigateway.amazonaws.com" },
        Action: "lambda:InvokeFunction",
        Resource: functionArn,
        Condition: { ArnLike: { "AWS:SourceArn": source } },
      }),
    ],
  ]);

  it("lets the service in that it names, from the source that it names", async () => {
    const { iam } = checkWith([], {}, policies);
    const from = (service: string, sourceArn: string) => iam.authorizeService(service, sourceArn, access);
    await expect(
      from("apigateway.amazonaws.com", "arn:aws:execute-api:eu-west-1:111111111111:abc/$default/GET/me"),
    ).resolves.toBeUndefined();
    await expect(
      from("apigateway.amazonaws.com", "arn:aws:execute-api:eu-west-1:111111111111:other/$default/GET/me"),
    ).rejects.toThrow("because no resource-based policy allows the lambda:InvokeFunction action");
    await expect(
      from("events.amazonaws.com", "arn:aws:events:eu-west-1:111111111111:rule/r"),
    ).rejects.toMatchObject({
      name: "AccessDeniedException",
    });
  });

  it("lets nobody in where there is no policy", async () => {
    const { iam } = checkWith([]);
    await expect(iam.authorizeService("apigateway.amazonaws.com", source, access)).rejects.toMatchObject({
      name: "AccessDeniedException",
    });
  });
});
