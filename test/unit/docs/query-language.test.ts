import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { AccountIdSchema, PermissionSetArnSchema } from "../../../lambdas/core/domain/ids.ts";
import {
  accountSubject,
  permissionOf,
  resourceSubject,
} from "../../../lambdas/core/domain/inventory/query-subject.ts";
import { compileQuery } from "../../../lambdas/core/domain/query/compile-query.ts";
import { FieldNames, type QuerySubject } from "../../../lambdas/core/domain/query/fields.ts";
import { parseQuery } from "../../../lambdas/core/domain/query/parse-query.ts";
import { ListOperators, ValueOperators } from "../../../lambdas/core/domain/query/query.ts";
import { PowerLevels } from "../../../lambdas/core/domain/inventory/power.ts";
import { exampleOrganization } from "../../support/example-organization.ts";
import { queryOf } from "../../support/queries.ts";

const page = readFileSync(new URL("../../../docs/query-language.md", import.meta.url), "utf8");

const examples = [...page.matchAll(/```query\n([^`]+)```/g)].flatMap(([, block = ""]) =>
  block.trim().split("\n"),
);

/** A permission set in an account that is neither prod nor stage, without a risk level. */
const sandbox: QuerySubject = {
  resource: {
    type: "aws-account",
    id: "222222222222",
    name: "paysandbox",
    path: "/Sandbox/paysandbox",
    status: "SUSPENDED",
    tags: {},
    context: {},
  },
  permission: { id: "arn", name: "ReadOnly", riskLevel: "read-only", tags: {}, context: {} },
  integration: "organization",
};

/** What a query is asked of in the shipped organization: accounts, what is within them, and permission sets in each account. */
const subjectsOfShipped = (): readonly QuerySubject[] => {
  const { accounts, identityCenter } = exampleOrganization();
  const permissions = identityCenter.permissionSets.map((permissionSet) =>
    permissionOf({
      kind: "permission-set",
      arn: PermissionSetArnSchema.parse(
        "arn:aws:sso:::permissionSet/ssoins-0123456789abcdef/ps-0123456789abcdef",
      ),
      ...permissionSet,
      customerManagedPolicies: [],
      inlinePolicy: undefined,
    }),
  );
  return accounts.flatMap(({ id, name, ou, state, tags, resources = [] }) => {
    const accountId = AccountIdSchema.parse(id);
    const surroundings = { account: { id, name }, unitPath: ou, integration: "organization" };
    const account = accountSubject(
      { kind: "account", id: accountId, name, state, tags, organizationalUnits: [] },
      surroundings,
    );
    const within = resources.map((resource) =>
      resourceSubject(
        {
          kind: "resource",
          accountId,
          arn: `arn:${resource.name}`,
          type: resource.type,
          region: resource.region ?? identityCenter.region,
          name: resource.name,
          tags: resource.tags,
          details: {},
        },
        surroundings,
      ),
    );
    return [account, ...within, ...permissions.map((permission) => ({ ...account, permission }))];
  });
};

const shipped = subjectsOfShipped();

describe("docs/query-language.md", () => {
  it.each(examples)("has the example %s, which finds something in npm start's organization", (example) => {
    const selects = compileQuery(queryOf(example));
    expect(shipped.filter((subject) => selects(subject) === true)).not.toEqual([]);
  });

  it.each<readonly [string, boolean]>([
    ['resource_name = "payments-prod"', false],
    ['resource_name != "payments-prod"', true],
    ['resource_name contains "prod"', false],
    ['resource_name not_contains "prod"', true],
    ['resource_name starts_with "pay"', true],
    ['resource_name ends_with "-prod"', false],
    ['resource_tag["env"] in ("prod", "stage")', false],
    ['resource_tag["env"] not_in ("prod", "stage")', true],
    ['resource_tag["env"] != "prod"', true],
    ['resource_tag["env"] contains "" and resource_tag["env"] != "prod"', false],
    [
      'resource_type = "rds-instance" and (resource_tag["env"] in ("prod", "stage") or resource_name starts_with "pay")',
      false,
    ],
    [
      'not resource_status = "ACTIVE" and resource_type = "aws-account" or resource_risk_level = "high"',
      true,
    ],
    [
      '(not resource_status = "ACTIVE" and resource_type = "aws-account") or resource_risk_level = "high"',
      true,
    ],
    ['NOT (resource_path starts_with "/Sandbox/" OR resource_context["region"] = "us-east-1")', false],
    [
      String.raw`permission_context["description"] contains "\"break glass\"" and not permission_context["description"] contains "\\"`,
      false,
    ],
    ['permission_risk_level = "read-only" and resource_path starts_with "/Workloads/Prod/"', false],
    ['permission_name in ("ReadOnly", "Billing") and not resource_risk_level = "high"', true],
  ])("has the example %s, which selects a suspended sandbox: %s", (example, expected) => {
    expect(examples).toContain(example);
    expect(compileQuery(queryOf(example))(sandbox)).toBe(expected);
  });

  it("has no example besides, and that of the command is one, too", () => {
    expect(examples).toHaveLength(17);
    const [, command = ""] = /--data-urlencode 'query=([^']+)'/.exec(page) ?? [];
    expect(compileQuery(queryOf(command))(sandbox)).toBe(false);
    const found = shipped.filter((subject) => compileQuery(queryOf(command))(subject) === true);
    expect(new Set(found.map(({ resource }) => resource.name))).toEqual(
      new Set(["payments-prod", "ledger-prod", "data-platform-prod"]),
    );
  });

  it("has two examples that are the same, as it says", () => {
    const [one = "", other = ""] = examples.filter((example) => example.includes('"high"')).slice(0, 2);
    expect(queryOf(one)).toEqual(queryOf(other));
  });

  const refusals = [...page.matchAll(/^\| `([^`]+)` +\| (column [^|]+?) *\|$/gm)].map(
    ([, query = "", answer = ""]) => [query, answer] as const,
  );

  it.each(refusals)("says how %s is refused", (query, answer) => {
    expect(() => parseQuery(query, { about: "resources" })).toThrow(`The query: ${answer}`);
  });

  it("names every field, operator and power level, and some refusals", () => {
    const fields = [...page.matchAll(/^\| `(\w+)(?:\["…"\])?` +\|/gm)].map(([, name = ""]) => name);
    expect(fields.toSorted()).toEqual(FieldNames.toSorted());
    const words = examples.join("\n").split(/\s/);
    expect(words).toEqual(expect.arrayContaining([...ValueOperators, ...ListOperators]));
    for (const level of PowerLevels) expect(page).toContain(`\`${level}\``);
    expect(refusals.length).toBeGreaterThan(5);
  });
});
