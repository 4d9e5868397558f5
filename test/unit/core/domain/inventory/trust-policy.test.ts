import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { assumableBy, TrustPolicySchema } from "../../../../../lambdas/core/domain/inventory/trust-policy.ts";
import { verdictOn } from "../../../../../local/iam-check/simulate.ts";

const HOME = "222222222222";
const ELSEWHERE = "333333333333";
const alice = `arn:aws:iam::${HOME}:user/people/alice`;
const deployer = `arn:aws:iam::${HOME}:role/ci/deployer`;
const foreigner = `arn:aws:iam::${ELSEWHERE}:role/deployer`;
const session = `arn:aws:sts::${HOME}:assumed-role/deployer/build-42`;

const statement = (principal: unknown, overrides: Readonly<Record<string, unknown>> = {}) => ({
  Effect: "Allow",
  Principal: principal,
  Action: "sts:AssumeRole",
  ...overrides,
});
const assumable = (...statements: readonly unknown[]) =>
  assumableBy(TrustPolicySchema.parse({ Version: "2012-10-17", Statement: statements }));

describe("who can assume a role", () => {
  it("is every user and role that an Allow names, each once, whatever order IAM shows them in", () => {
    const expected = [deployer, alice, foreigner];
    expect(assumable(statement({ AWS: [alice, deployer, foreigner] }))).toEqual(expected);
    expect(assumable(statement({ AWS: [foreigner, alice] }), statement({ AWS: [deployer, alice] }))).toEqual(
      expected,
    );
  });

  it("is read from a single statement, and from statements about other things too", () => {
    expect(assumableBy(TrustPolicySchema.parse({ Statement: statement({ AWS: alice }) }))).toEqual([alice]);
    expect(
      assumable(
        statement({ AWS: deployer }, { Action: "sts:TagSession" }),
        statement({ AWS: alice }, { Action: ["sts:TagSession", "sts:AssumeRole"] }),
      ),
    ).toEqual([alice]);
  });

  it.each([
    ["a service", { Service: "lambda.amazonaws.com" }],
    ["a SAML provider", { Federated: `arn:aws:iam::${HOME}:saml-provider/okta` }],
    ["an account by its ARN", { AWS: `arn:aws:iam::${HOME}:root` }],
    ["an account by its digits", { AWS: HOME }],
    ["everybody", "*"],
    ["every AWS principal", { AWS: "*" }],
    ["a user that is gone", { AWS: "AIDAJQABLZS4A3QDU576Q" }],
    ["a role that is gone", { AWS: "AROAKSCDLFT9R5DQP782U" }],
    ["a pattern, which IAM takes for no ARN", { AWS: `arn:aws:iam::${HOME}:role/*` }],
    ["a federated user's session", { AWS: `arn:aws:sts::${HOME}:federated-user/alice` }],
  ])("is not %s", (_what, principal) => {
    expect(assumable(statement(principal))).toEqual([]);
  });

  it("keeps the users and roles beside those that do not count", () => {
    const mixed = { AWS: [`arn:aws:iam::${HOME}:root`, deployer], Service: ["ec2.amazonaws.com"] };
    expect(assumable(statement(mixed))).toEqual([deployer]);
  });

  it("is nobody by what stands under NotPrincipal", () => {
    const { Principal: named, ...rest } = statement({ AWS: alice });
    expect(assumable({ ...rest, NotPrincipal: named })).toEqual([]);
  });

  it("keeps a session as a session", () => {
    expect(assumable(statement({ AWS: session }))).toEqual([session]);
  });

  it("counts users and roles of AWS's other partitions", () => {
    const chinese = `arn:aws-cn:iam::${HOME}:role/deployer`;
    expect(assumable(statement({ AWS: chinese }))).toEqual([chinese]);
  });

  it.each([
    ["sts:AssumeRole", true],
    ["STS:assumerole", true],
    ["sts:*", true],
    ["sts:AssumeRole*", true],
    ["sts:Assume?ole", true],
    ["*", true],
    ["sts:AssumeRoleWithSAML", false],
    ["sts:AssumeRoleWithWebIdentity", false],
    ["sts:TagSession", false],
    ["sts.AssumeRole", false],
    ["sts:Assume", false],
    ["xsts:AssumeRole", false],
  ])("by the action %s: %s", (Action, counts) => {
    expect(assumable(statement({ AWS: alice }, { Action }))).toEqual(counts ? [alice] : []);
  });

  it("follows NotAction: every action but those", () => {
    const allBut = (NotAction: unknown) =>
      assumable({ Effect: "Allow", Principal: { AWS: alice }, NotAction });
    expect(allBut("sts:TagSession")).toEqual([alice]);
    expect(allBut(["sts:TagSession", "sts:AssumeRole"])).toEqual([]);
    expect(assumable({ Effect: "Allow", Principal: { AWS: alice } })).toEqual([]);
  });

  it("counts an Allow as if its condition were met", () => {
    const Condition = { StringEquals: { "sts:ExternalId": "7d1c" } };
    expect(assumable(statement({ AWS: alice }, { Condition }))).toEqual([alice]);
  });
});

describe("a Deny", () => {
  const deny = (principal: unknown, overrides = {}) => statement(principal, { Effect: "Deny", ...overrides });
  const everyone = statement({ AWS: [alice, deployer, foreigner, session] });

  it.each([
    ["by name", { AWS: alice }, [deployer, foreigner, session]],
    ["by account", { AWS: `arn:aws:iam::${HOME}:root` }, [foreigner]],
    ["by account, in digits", { AWS: HOME }, [foreigner]],
    ["by name, in every session of the role too", { AWS: deployer }, [alice, foreigner]],
    ["as everybody", "*", []],
    ["as every AWS principal", { AWS: "*" }, []],
    ["not by another account's role of the same name", { AWS: foreigner }, [deployer, alice, session]],
    ["not as a service", { Service: "lambda.amazonaws.com" }, [deployer, alice, foreigner, session]],
  ])("shuts out %s", (_how, principal, left) => {
    expect(assumable(everyone, deny(principal))).toEqual([...left].sort());
  });

  it("lets nobody in, whatever its condition", () => {
    const Condition = { StringNotEquals: { "sts:ExternalId": "7d1c" } };
    expect(assumable(deny({ AWS: alice }, { Condition }))).toEqual([]);
  });

  it("shuts nobody out of anything else", () => {
    expect(assumable(everyone, deny({ AWS: alice }, { Action: "sts:TagSession" }))).toContain(alice);
  });

  it("counts when its condition is empty, and not when it has one, since some calls do not meet it", () => {
    const Condition = { BoolIfExists: { "aws:MultiFactorAuthPresent": "false" } };
    expect(assumable(everyone, deny({ AWS: alice }, { Condition }))).toContain(alice);
    expect(assumable(everyone, deny({ AWS: alice }, { Condition: {} }))).not.toContain(alice);
  });
});

describe("an independent evaluator of policies", () => {
  const named = [alice, deployer, foreigner];
  const policyOf = (statements: readonly object[]) => ({ Version: "2012-10-17", Statement: [...statements] });
  const anything = {
    name: "Anything",
    document: policyOf([{ Effect: "Allow", Action: "*", Resource: "*" }]),
  };

  const action = fc.constantFrom("sts:AssumeRole", "sts:TagSession", "sts:*", "*", "sts:AssumeRole?");
  const allow = fc.record({
    Effect: fc.constant("Allow"),
    Principal: fc.record({ AWS: fc.subarray(named, { minLength: 1 }) }),
    Action: action,
  });
  const shutOut = [...named, "*", `arn:aws:iam::${HOME}:root`, ELSEWHERE];
  const deny = fc.record({
    Effect: fc.constant("Deny"),
    Principal: fc.record({ AWS: fc.subarray(shutOut, { minLength: 1 }) }),
    Action: action,
  });

  it("lets in the same users and roles", async () => {
    const statements = fc.tuple(
      fc.array(allow, { minLength: 1, maxLength: 3 }),
      fc.array(deny, { maxLength: 2 }),
    );
    await fc.assert(
      fc.asyncProperty(statements, async ([allows, denies]) => {
        const resourcePolicy = policyOf([...allows, ...denies]);
        const letIn: string[] = [];
        for (const principal of named) {
          const verdict = await verdictOn({
            principal,
            action: "sts:AssumeRole",
            resource: `arn:aws:iam::${HOME}:role/target`,
            accountId: HOME,
            context: {},
            identityPolicies: [anything],
            resourcePolicy,
          } as Parameters<typeof verdictOn>[0]);
          if (verdict === "Allowed") letIn.push(principal);
        }
        expect(assumableBy(TrustPolicySchema.parse(resourcePolicy))).toEqual(letIn.sort());
      }),
      { numRuns: 100 },
    );
  });
});
