import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileQuery } from "../../../../../lambdas/core/domain/query/compile-query.ts";
import {
  NOT_KNOWN,
  type NotKnown,
  type QuerySubject,
} from "../../../../../lambdas/core/domain/query/fields.ts";
import type { ListOperator, Query, ValueOperator } from "../../../../../lambdas/core/domain/query/query.ts";
import { anyQueryOfFewValues, anySubject, queryOf } from "../../../../support/queries.ts";

const payments: QuerySubject = {
  resource: {
    type: "aws-account",
    id: "222222222222",
    name: "payments-prod",
    path: "/Workloads/Prod/payments-prod",
    status: "ACTIVE",
    riskLevel: "3",
    tags: { env: "prod", "cost center": "42" },
    context: { region: "eu-west-1" },
  },
  permission: {
    id: "arn:aws:sso:::permissionSet/ssoins-1/ps-1",
    name: "ReadOnly",
    riskLevel: "read-only",
    tags: { team: "platform" },
    context: { session_duration: "PT8H" },
  },
  integration: "organization",
};

const { permission: _permission, ...alone } = payments;

describe("a comparison", () => {
  it.each([
    ['resource_type = "aws-account"', true],
    ['resource = "222222222222"', true],
    ['resource_source_id = "222222222222"', true],
    ['resource_name = "payments-prod"', true],
    ['resource_name = "Payments-Prod"', false],
    ['resource_path starts_with "/Workloads/"', true],
    ['resource_status = "ACTIVE"', true],
    ['resource_risk_level = "3"', true],
    ['resource_tag["env"] = "prod"', true],
    ['resource_tag["Env"] = "prod"', false],
    ['resource_tag["cost center"] in ("41", "42")', true],
    ['resource_context["region"] = "eu-west-1"', true],
    ['permission = "arn:aws:sso:::permissionSet/ssoins-1/ps-1"', true],
    ['permission_name = "ReadOnly"', true],
    ['permission_risk_level = "read-only"', true],
    ['permission_tag["team"] = "platform"', true],
    ['permission_context["session_duration"] = "PT8H"', true],
    ['integration = "organization"', true],
    ['integration_name = "organization"', true],
    ['resource_name contains "ments"', true],
    ['resource_name contains "MENTS"', false],
    ['resource_name contains ""', true],
    ['resource_name not_contains "ments"', false],
    ['resource_name starts_with "prod"', false],
    ['resource_name ends_with "prod"', true],
    ['resource_name ends_with "payments"', false],
    ['resource_name in ("a", "payments-prod")', true],
    ['resource_name not_in ("a", "payments-prod")', false],
    ['resource_name != "a"', true],
    ['not resource_name = "a" and resource_tag["env"] = "stage" or resource_status = "ACTIVE"', true],
    ['not (resource_name = "a" and resource_tag["env"] = "stage" or resource_status = "ACTIVE")', false],
  ])("%s selects it: %s", (text, expected) => {
    expect(compileQuery(queryOf(text))(payments)).toBe(expected);
  });

  it.each([
    'resource_tag["missing"]',
    'resource_tag["constructor"]',
    'resource_tag["__proto__"]',
    "permission_name",
  ])("of %s, which it has not, finds nothing that is equal, and every not_ is true", (field) => {
    const selects = (rest: string) => compileQuery(queryOf(`${field} ${rest}`))(alone);
    for (const rest of ['= ""', 'contains ""', 'starts_with ""', 'ends_with ""', 'in ("", "undefined")'])
      expect(selects(rest), rest).toBe(false);
    for (const rest of ['!= ""', 'not_contains ""', 'not_in ("")']) expect(selects(rest), rest).toBe(true);
  });

  it("of a tag that is called like what every object inherits finds the tag that somebody wrote", () => {
    const tags = JSON.parse('{"__proto__": "a", "constructor": "b"}') as Record<string, string>;
    const tagged = { ...payments, resource: { ...payments.resource, tags } };
    const query = queryOf('resource_tag["__proto__"] = "a" and resource_tag["constructor"] = "b"');
    expect(compileQuery(query)(tagged)).toBe(true);
  });
});

describe("an operator that says not", () => {
  it.each([
    ["!=", "="],
    ["not_contains", "contains"],
    ["not_in", "in"],
  ])("%s is exactly the opposite of %s", (negative, positive) => {
    const value = negative === "not_in" ? '("a", "ab")' : '"a"';
    fc.assert(
      fc.property(
        anySubject,
        fc.constantFrom("resource_name", 'resource_tag["a"]', "permission_name"),
        (subject, field) => {
          const one = compileQuery(queryOf(`${field} ${negative} ${value}`))(subject);
          const other = compileQuery(queryOf(`${field} ${positive} ${value}`))(subject);
          expect(one).toBe(!other);
        },
      ),
    );
  });
});

/** Every value that a field could be compared by, written down without the code's own readers and operators. */
const valueIn = (
  { resource, permission: given, integration }: QuerySubject,
  { name, key }: { name: string; key?: string },
) => {
  const permission = known(given);
  const own = (texts: Readonly<Record<string, string | NotKnown>> | NotKnown = {}) =>
    Object.entries(known(texts)).find(([written]) => written === key)?.[1];
  const values: Readonly<Record<string, string | NotKnown | undefined>> = {
    resource_type: resource.type,
    resource: resource.id,
    resource_source_id: resource.id,
    resource_name: resource.name,
    resource_path: resource.path,
    resource_status: resource.status,
    resource_risk_level: resource.riskLevel,
    permission: permission?.id,
    permission_name: permission?.name,
    permission_risk_level: permission?.riskLevel,
    integration,
    integration_name: integration,
    resource_tag: own(resource.tags),
    resource_context: own(resource.context),
    permission_tag: own(permission?.tags),
    permission_context: own(permission?.context),
  };
  return known(values[name]);
};

const known = <Value>(value: Value | NotKnown): Value => {
  if (value === NOT_KNOWN) throw new Error("A plain reading knows everything");
  return value;
};

/** Walks the query for each subject anew. */
const interpret = (query: Query, subject: QuerySubject): boolean => {
  switch (query.kind) {
    case "not":
      return !interpret(query.operand, subject);
    case "and":
      return !query.operands.some((operand) => !interpret(operand, subject));
    case "or":
      return query.operands.filter((operand) => interpret(operand, subject)).length > 0;
    case "among":
      return compare(query.operator, valueIn(subject, query.field), query.values);
    case "comparison":
      return compare(query.operator, valueIn(subject, query.field), [query.value]);
  }
};

const compare = (
  operator: ValueOperator | ListOperator,
  value: string | undefined,
  wanted: readonly string[],
): boolean => {
  const holds = (test: (value: string, wanted: string) => boolean) =>
    value !== undefined && wanted.some((one) => test(value, one));
  switch (operator) {
    case "=":
    case "in":
      return holds((a, b) => a === b);
    case "!=":
    case "not_in":
      return !holds((a, b) => a === b);
    case "contains":
      return holds((a, b) => b === "" || a.split(b).length > 1);
    case "not_contains":
      return !holds((a, b) => b === "" || a.split(b).length > 1);
    case "starts_with":
      return holds((a, b) => a.slice(0, b.length) === b);
    case "ends_with":
      return holds((a, b) => a.length >= b.length && a.slice(a.length - b.length) === b);
  }
};

describe("any compiled query", () => {
  it("selects what a plain reading of it selects", () => {
    let selected = 0;
    const RUNS = 3000;
    fc.assert(
      fc.property(anyQueryOfFewValues, anySubject, (query, subject) => {
        const found = compileQuery(query)(subject);
        if (found === true) selected += 1;
        expect(found).toBe(interpret(query, subject));
      }),
      { numRuns: RUNS },
    );
    expect(selected).toBeGreaterThan(RUNS / 5);
    expect(selected).toBeLessThan((RUNS * 4) / 5);
  });
});

describe("what nobody knows", () => {
  const newAccount: QuerySubject = { ...payments, resource: { ...payments.resource, tags: NOT_KNOWN } };
  const moved: QuerySubject = {
    ...payments,
    resource: { ...payments.resource, path: NOT_KNOWN, context: { organizational_unit: NOT_KNOWN } },
  };
  const anyPermission: QuerySubject = { ...payments, permission: NOT_KNOWN };

  it.each<readonly [QuerySubject, string, boolean | undefined]>([
    [newAccount, 'resource_tag["env"] = "prod"', undefined],
    [newAccount, 'resource_tag["env"] != "prod"', undefined],
    [newAccount, 'not resource_tag["env"] in ("prod", "stage")', undefined],
    [newAccount, 'resource_tag["env"] not_in ("prod")', undefined],
    [newAccount, 'resource_name = "payments-prod"', true],
    [newAccount, 'resource_name = "payments-prod" and resource_tag["env"] != "prod"', undefined],
    [newAccount, 'resource_name = "payments-prod" or resource_tag["env"] != "prod"', true],
    [newAccount, 'resource_name = "other" and resource_tag["env"] != "prod"', false],
    [newAccount, 'resource_name = "other" or resource_tag["env"] != "prod"', undefined],
    [moved, 'not resource_path starts_with "/Prod"', undefined],
    [moved, 'resource_context["organizational_unit"] != "/Prod"', undefined],
    [moved, 'resource_context["region"] != "eu-west-1"', true],
    [anyPermission, 'permission_name != "Admin"', undefined],
    [anyPermission, 'permission_tag["team"] != "platform"', undefined],
  ])("is neither a yes nor a no: case %#", (subject, text, expected) => {
    expect(compileQuery(queryOf(text))(subject), text).toBe(expected);
  });

  it("selects nothing that it would not select if it were known, whatever it was", () => {
    let decided = 0;
    let open = 0;
    fc.assert(
      fc.property(
        anyQueryOfFewValues,
        anySubject,
        fc.subarray(["tags", "path", "riskLevel", "context", "permission"] as const),
        (query, subject, forgotten) => {
          const found = compileQuery(query)(forgetting(subject, new Set(forgotten)));
          if (found === undefined) open += 1;
          else {
            decided += 1;
            expect(found).toBe(compileQuery(query)(subject));
          }
        },
      ),
      { numRuns: 2000 },
    );
    expect(open).toBeGreaterThan(100);
    expect(decided).toBeGreaterThan(100);
  });
});

const forgetting = (
  { resource, integration, ...rest }: QuerySubject,
  forgotten: ReadonlySet<"tags" | "path" | "riskLevel" | "context" | "permission">,
): QuerySubject => ({
  ...rest,
  integration,
  resource: {
    ...resource,
    ...(forgotten.has("tags") ? { tags: NOT_KNOWN } : {}),
    ...(forgotten.has("path") ? { path: NOT_KNOWN } : {}),
    ...(forgotten.has("riskLevel") ? { riskLevel: NOT_KNOWN } : {}),
    ...(forgotten.has("context")
      ? { context: Object.fromEntries(Object.keys(resource.context).map((key) => [key, NOT_KNOWN])) }
      : {}),
  },
  ...(forgotten.has("permission") ? { permission: NOT_KNOWN } : {}),
});
