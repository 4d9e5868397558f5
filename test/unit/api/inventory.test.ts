import { describe, expect, it } from "vitest";
import { AccessFlowBodySchema } from "../../../lambdas/core/contracts/configuration/access-flow.ts";
import { factId, type Fact } from "../../../lambdas/core/domain/inventory/facts.ts";
import type { EntitlementRecord } from "../../../lambdas/core/domain/entitlement.ts";
import type { Observed } from "../../../lambdas/core/ports/inventory.ts";
import {
  aGroupId,
  aPermissionSetArn,
  aRequestId,
  aUserId,
  anAccountId,
  anEntitlement,
  anOrganizationalUnitId,
} from "../../support/builders.ts";
import {
  aGroupFact,
  aMembershipFact,
  aPermissionSetFact,
  aProvisioningFact,
  aResourceFact,
  aUserFact,
  afterMinutes,
  anAccountFact,
  anAssignmentFact,
  seen,
} from "../../support/facts.ts";
import { anAccountIntegration, integrationName } from "../../support/integrations.ts";
import { problemIn } from "./problems.ts";
import { alice, apiUnderTest, bob, root, type Answer } from "./world.ts";
import type { Guardrails } from "../../../lambdas/core/domain/guardrails.ts";
import { noGuardrails } from "../../support/guardrails.ts";

const [prod, workloads] = [anOrganizationalUnitId("prod"), anOrganizationalUnitId("workloads")];

const problem = {
  code: "member-role-missing",
  severity: "warning",
  message: "The role is missing.",
  fix: "Deploy the StackSet.",
} as const;

/** Accounts 2 and 3, alice and bob in payments, carol disabled, and what they have. */
const everything: readonly Fact[] = [
  { kind: "organizational-unit", id: workloads, name: "Workloads", path: "/Workloads" },
  { kind: "organizational-unit", id: prod, name: "Prod", parent: workloads, path: "/Workloads/Prod" },
  { kind: "organizational-unit", id: anOrganizationalUnitId("old"), name: "Old", path: "/Workloads-Old" },
  anAccountFact(2, {
    name: "payments-prod",
    organizationalUnits: [prod, workloads],
    tags: { team: "Payments", "aws:stack": "a:b" },
  }),
  anAccountFact(3, { name: "sandbox", state: "SUSPENDED" }),
  {
    kind: "stale-account",
    accountId: anAccountId(3),
    scope: "resources",
    problem,
  },
  aUserFact("alice", { displayName: "Alice Archer", email: "alice@example.com", manager: aUserId("bob") }),
  aUserFact("bob", { manager: "somebody" }),
  aUserFact("carol", { enabled: false }),
  aGroupFact("payments", { description: "They pay" }),
  aGroupFact("empty"),
  aMembershipFact("payments", "alice"),
  aMembershipFact("payments", "bob"),
  aPermissionSetFact("Admin", { managedPolicies: ["arn:aws:iam::aws:policy/AdministratorAccess"] }),
  aPermissionSetFact("PowerUser", {
    description: "Nearly all",
    managedPolicies: ["arn:aws:iam::aws:policy/PowerUserAccess"],
    tags: { team: "platform" },
  }),
  aPermissionSetFact("ReadOnly", { managedPolicies: ["arn:aws:iam::aws:policy/ReadOnlyAccess"] }),
  aProvisioningFact(2, "PowerUser"),
  aProvisioningFact(2, "ReadOnly"),
  aProvisioningFact(3, "Admin"),
  aResourceFact(2, "s3-bucket", "invoices", { tags: { team: "Payments" }, details: { kmsKeys: ["key"] } }),
  aResourceFact(2, "rds-instance", "ledger", {
    region: "us-east-1",
    problem: { code: "no-secret", message: "It has no secret.", fix: "Tag it." },
  }),
  aResourceFact(3, "s3-bucket", "scratch"),
  {
    kind: "iam-user",
    accountId: anAccountId(2),
    arn: "arn:aws:iam::222222222222:user/robot",
    name: "robot",
  },
  {
    kind: "iam-group",
    accountId: anAccountId(2),
    arn: "arn:aws:iam::222222222222:group/robots",
    name: "robots",
    members: ["robot"],
  },
  {
    kind: "iam-role",
    accountId: anAccountId(2),
    arn: "arn:aws:iam::222222222222:role/deploy",
    name: "deploy",
    description: "Ships",
    assumableBy: ["arn:aws:iam::222222222222:user/robot"],
  },
  {
    kind: "iam-role",
    accountId: anAccountId(3),
    arn: "arn:aws:iam::333333333333:role/other",
    name: "other",
    assumableBy: [],
  },
];

const power = anAssignmentFact(2, "PowerUser", { group: "payments" });
const own = anAssignmentFact(2, "ReadOnly", { user: "alice" });
const admin = anAssignmentFact(3, "Admin", { user: "alice" });
const disabled = anAssignmentFact(3, "Admin", { user: "carol" });

const assignments: readonly Observed[] = [
  seen(power, { since: afterMinutes(3) }),
  seen(own, { since: afterMinutes(1), by: "arn:aws:sts::111111111111:assumed-role/admin/dave" }),
  seen(admin, { since: afterMinutes(2) }),
  seen(disabled, { since: afterMinutes(1) }),
];

/** The inventory knows the administrators' group, and who is in it. */
const approvedBy = (...names: readonly string[]): readonly Fact[] => [
  aGroupFact("platform-admins"),
  ...names.flatMap((name) => [aMembershipFact("platform-admins", name), aUserFact(name)]),
];

const expiresAt = afterMinutes(60);
/** Lockstep made alice's Admin, and removes nothing yet. */
const adminIsOurs: EntitlementRecord = {
  entitlement: anEntitlement({
    accountId: anAccountId(3),
    permissionSetArn: aPermissionSetArn("Admin"),
    principalId: aUserId("alice"),
  }),
  version: 1,
  holders: { [aRequestId("one")]: { expiresAt } },
  state: "ours",
};

const inventoryUnderTest = (...more: readonly Fact[]) => inventoryUnderGuardrails(noGuardrails, ...more);

const inventoryUnderGuardrails = async (guardrails: Guardrails, ...more: readonly Fact[]) => {
  const world = await apiUnderTest({ guardrails });
  for (const fact of [...everything, ...more]) await world.inventory.record(seen(fact));
  for (const observed of assignments) await world.inventory.record(observed);
  await world.entitlements.put(adminIsOurs);
  return { ...world, get: (path: string, as = root) => world.call(`GET /inventory/${path}`, { as }) };
};

/** The items of all pages of so many. */
const whole = async (get: (path: string) => Promise<Answer>, path: string, limit: number) => {
  const found: Item[] = [];
  let cursor: string | undefined;
  do {
    const query = `limit=${String(limit)}${cursor === undefined ? "" : `&cursor=${cursor}`}`;
    const answer = await get(`${path}${path.includes("?") ? "&" : "?"}${query}`);
    expect(itemsIn(answer).length).toBeLessThanOrEqual(limit);
    found.push(...itemsIn(answer));
    cursor = (answer.body as { readonly cursor?: string }).cursor;
  } while (cursor !== undefined);
  return found;
};

type Item = Readonly<Record<string, unknown>>;
const itemsIn = ({ body }: Answer) => (body as { readonly items: readonly Item[] }).items;

/** The value at a path of each item: `account.name`. */
const each = (answer: Answer, path: string): readonly unknown[] =>
  itemsIn(answer).map((item) =>
    path.split(".").reduce<unknown>((value, name) => (value as Item | undefined)?.[name], item),
  );

/** The path of the resources that a query selects. */
const querying = (query: string) => `resources?query=${encodeURIComponent(query)}`;

describe("a list of the inventory", () => {
  it.each<readonly [string, string, readonly string[]]>([
    ["accounts", "name", ["payments-prod", "sandbox"]],
    ["accounts?state=ACTIVE", "name", ["payments-prod"]],
    ["accounts?state=suspended", "name", ["sandbox"]],
    ["accounts?state=PENDING_CLOSURE", "name", []],
    [`accounts?organizationalUnit=${workloads}`, "name", ["payments-prod"]],
    ["accounts?organizationalUnit=Workloads", "name", ["payments-prod"]],
    ["accounts?organizationalUnit=/Workloads/Prod", "name", ["payments-prod"]],
    ["accounts?organizationalUnit=Old", "name", []],
    ["accounts?tag=team", "name", ["payments-prod"]],
    ["accounts?tag=team:Payments", "name", ["payments-prod"]],
    ["accounts?tag=aws:stack:a:b", "name", ["payments-prod"]],
    ["accounts?tag=team:payments", "name", []],
    ["accounts?stale=true", "name", ["sandbox"]],
    ["accounts?stale=false", "name", ["payments-prod"]],
    ["accounts?q=PAY", "name", ["payments-prod"]],
    ["accounts?q=3333", "name", ["sandbox"]],
    ["accounts?q=nothing", "name", []],
    ["organizational-units?q=workloads", "path", ["/Workloads", "/Workloads-Old", "/Workloads/Prod"]],
    [`organizational-units?organizationalUnit=${workloads}`, "name", ["Prod"]],
    ["organizational-units?organizationalUnit=/Workloads", "name", ["Prod"]],
    ["users", "userName", ["alice", "bob", "carol"]],
    ["users?enabled=false", "userName", ["carol"]],
    ["users?q=archer", "userName", ["alice"]],
    [`users?group=${aGroupId("payments")}`, "userName", ["alice", "bob"]],
    [`users?group=${aGroupId("payments")}&q=BOB`, "userName", ["bob"]],
    ["users?group=payments", "userName", ["alice", "bob"]],
    ["users?group=empty", "userName", []],
    ["groups?user=bob", "displayName", ["payments"]],
    ["groups?user=bob@example.com", "displayName", ["payments"]],
    ["groups?q=they", "displayName", ["payments"]],
    [`groups?user=${aUserId("alice")}`, "displayName", ["payments"]],
    [`groups?user=${aUserId("carol")}`, "displayName", []],
    ["permission-sets", "name", ["Admin", "PowerUser", "ReadOnly"]],
    ["permission-sets?account=payments-prod", "name", ["PowerUser", "ReadOnly"]],
    ["permission-sets?account=333333333333", "name", ["Admin"]],
    ["permission-sets?tag=team:platform", "name", ["PowerUser"]],
    ["permission-sets?q=nearly", "name", ["PowerUser"]],
    ["assignments?account=payments-prod", "permissionSet.name", ["PowerUser", "ReadOnly"]],
    ["assignments?permissionSet=Admin", "principal.name", ["alice", "carol"]],
    ["assignments?principal=alice", "account.name", ["payments-prod", "sandbox"]],
    ["assignments?principal=alice@example.com", "account.name", ["payments-prod", "sandbox"]],
    ["assignments?principal=root@example.com", "account.name", []],
    ["assignments?principal=payments", "account.name", ["payments-prod"]],
    ["assignments?principal=alice&account=sandbox", "permissionSet.name", ["Admin"]],
    ["assignments?account=sandbox&permissionSet=Admin", "principal.name", ["alice", "carol"]],
    ["assignments?account=sandbox&permissionSet=Admin&principal=carol", "principal.name", ["carol"]],
    ["assignments?q=payments-prod", "permissionSet.name", ["PowerUser", "ReadOnly"]],
    ["assignments?q=CAROL", "permissionSet.name", ["Admin"]],
    ["assignments?stale=true", "permissionSet.name", []],
    ["resources", "name", ["invoices", "ledger", "scratch"]],
    ["resources?type=s3-bucket", "name", ["invoices", "scratch"]],
    ["resources?type=s3-bucket&account=sandbox", "name", ["scratch"]],
    ["resources?account=payments-prod", "name", ["invoices", "ledger"]],
    ["resources?region=us-east-1", "name", ["ledger"]],
    ["resources?tag=team:Payments", "name", ["invoices"]],
    ["resources?problem=true", "name", ["ledger"]],
    ["resources?stale=true", "name", ["scratch"]],
    ["resources?q=LED", "name", ["ledger"]],
    [querying('resource_name != ""'), "name", ["payments-prod", "sandbox", "invoices", "ledger", "scratch"]],
    [querying('resource_type = "aws-account"'), "name", ["payments-prod", "sandbox"]],
    [querying('resource_type = "aws-account" and resource_status = "ACTIVE"'), "name", ["payments-prod"]],
    [querying('resource_type in ("s3-bucket", "rds-instance")'), "name", ["invoices", "ledger", "scratch"]],
    [
      querying('resource_type = "s3-bucket" or resource_name = "sandbox"'),
      "name",
      ["invoices", "sandbox", "scratch"],
    ],
    [
      querying('resource_path starts_with "/Workloads/Prod/"'),
      "name",
      ["payments-prod", "invoices", "ledger"],
    ],
    [querying('resource_path = "/Workloads/Prod/payments-prod/ledger"'), "name", ["ledger"]],
    [querying('resource_path = "/sandbox"'), "name", ["sandbox"]],
    [querying('resource_tag["team"] = "Payments"'), "name", ["payments-prod", "invoices"]],
    [querying('resource_tag["team"] = "payments"'), "name", []],
    [querying('resource_tag["team"] != "Payments"'), "name", ["sandbox", "ledger", "scratch"]],
    [querying('resource_status = "ERROR" and resource_context["problem"] = "no-secret"'), "name", ["ledger"]],
    [querying('resource_context["account_name"] = "sandbox"'), "name", ["sandbox", "scratch"]],
    [querying('resource_context["kmsKeys"] contains "key"'), "name", ["invoices"]],
    [
      querying('resource = "222222222222" or resource ends_with ":scratch"'),
      "name",
      ["payments-prod", "scratch"],
    ],
    [querying('resource_name = "a" and resource_name = "b"'), "name", []],
    [querying('resource_type = "unheard-of"'), "name", []],
    [`${querying('resource_name != ""')}&account=sandbox`, "name", ["sandbox", "scratch"]],
    [`${querying('resource_type = "s3-bucket"')}&account=sandbox`, "name", ["scratch"]],
    [`${querying('resource_name != ""')}&type=s3-bucket`, "name", ["invoices", "scratch"]],
    [`${querying('resource_name != ""')}&region=us-east-1`, "name", ["ledger"]],
    [`${querying('resource_name != ""')}&problem=true`, "name", ["ledger"]],
    [
      `${querying('resource_name != "invoices"')}&problem=false`,
      "name",
      ["payments-prod", "sandbox", "scratch"],
    ],
    [`${querying('resource_name != "invoices"')}&tag=team:Payments`, "name", ["payments-prod"]],
    [`${querying('resource_name != ""')}&stale=true`, "name", ["sandbox", "scratch"]],
    [`${querying('resource_name != ""')}&q=2222`, "name", ["payments-prod", "invoices", "ledger"]],
    ["iam-users?account=payments-prod", "name", ["robot"]],
    ["iam-groups?q=robot", "name", ["robots"]],
    ["iam-roles?q=ships", "name", ["deploy"]],
    ["iam-roles?stale=true", "name", ["other"]],
    ["iam-roles?assumableBy=arn:aws:iam::222222222222:user/robot", "name", ["deploy"]],
    ["iam-roles?assumableBy=arn:aws:sts::222222222222:assumed-role/deploy/session", "name", []],
    ["iam-roles?account=sandbox", "name", ["other"]],
    ["standing-access?q=CAROL", "permissionSet.name", ["Admin"]],
    ["standing-access?q=payments-prod", "permissionSet.name", ["PowerUser", "ReadOnly"]],
    ["standing-access?q=nothing", "permissionSet.name", []],
    ["standing-access?principal=alice", "permissionSet.name", ["ReadOnly"]],
    ["standing-access?principal=alice@example.com", "permissionSet.name", ["ReadOnly"]],
    ["standing-access?principal=payments&account=payments-prod", "permissionSet.name", ["PowerUser"]],
    ["standing-access?principal=payments&account=sandbox", "permissionSet.name", []],
    ["standing-access?principal=payments&permissionSet=ReadOnly", "permissionSet.name", []],
  ])("%s shows %s: %j", async (path, shown, expected) => {
    const { get } = await inventoryUnderTest();
    expect([...each(await get(path), shown)].map(String).sort()).toEqual([...expected].sort());
  });

  it("still takes the id of what was forgotten, as long as access of it is left", async () => {
    const { get, inventory } = await inventoryUnderTest();
    const gone = [anAccountFact(3), aPermissionSetFact("Admin"), aUserFact("carol")];
    const forget = (fact: Fact) =>
      inventory.forget({ kind: fact.kind, id: factId(fact) }, { observedAt: afterMinutes(9) });
    for (const fact of gone) await forget(fact);
    const filters = [
      `account=${anAccountId(3)}`,
      `permissionSet=${aPermissionSetArn("Admin")}`,
      `principal=${aUserId("carol")}`,
    ];
    for (const filter of filters) {
      expect(each(await get(`assignments?${filter}`), "principal.id")).toContain(aUserId("carol"));
    }
    await forget(admin);
    await forget(disabled);
    for (const filter of filters) {
      expect(problemIn(await get(`assignments?${filter}`)).code).toBe("unknown-name");
    }
  });

  it("refuses cursors of other lists and other filters, and those that nobody gave", async () => {
    const { get } = await inventoryUnderTest();
    const cursorOf = async (path: string) => {
      const { cursor } = (await get(path)).body as { readonly cursor: string };
      return cursor;
    };
    const ofAccounts = await cursorOf("accounts?limit=1");
    const ofUsers = await cursorOf("users?limit=1&q=a");
    const handMade = Buffer.from(JSON.stringify({ after: "banana" })).toString("base64url");
    for (const path of [
      `users?cursor=${ofAccounts}`,
      `users?cursor=${ofUsers}`,
      `users?q=b&cursor=${ofUsers}`,
      `users?q=a&enabled=true&cursor=${ofUsers}`,
      `users?cursor=${handMade}`,
      `users?q=a&cursor=${ofUsers.slice(0, 16)}${handMade}`,
      `users/${aUserId("alice")}/access?cursor=${ofUsers}`,
    ]) {
      expect(problemIn(await get(path)).code, path).toBe("invalid-cursor");
    }
    expect((await get(`users?q=a&limit=2&cursor=${ofUsers}`)).status).toBe(200);
  });

  it("refuses a cursor of somebody else's access", async () => {
    const { get } = await inventoryUnderTest();
    const first = await get(`users/${aUserId("alice")}/access?limit=1`);
    const { cursor = "" } = first.body as { readonly cursor?: string };
    const follow = (name: string, as = root) => get(`users/${aUserId(name)}/access?cursor=${cursor}`, as);
    expect((await follow("alice")).status).toBe(200);
    expect(problemIn(await follow("bob")).code).toBe("invalid-cursor");
    expect(problemIn(await follow("alice", alice)).code).toBe("invalid-cursor");
  });

  it.each([
    ["users?q=a&q=b", "q"],
    ["users?limit=1&limit=1", "limit"],
    ["accounts?state=ACTIVE&state=SUSPENDED", "state"],
  ])("refuses %s, which says something twice", async (path, field) => {
    const { get } = await inventoryUnderTest();
    expect(problemIn(await get(path))).toMatchObject({
      code: "invalid-query",
      errors: [{ pointer: `/${field}`, detail: "found several; expected one" }],
    });
  });

  it("names the states that there are, for one that is none", async () => {
    const { get } = await inventoryUnderTest();
    expect(problemIn(await get("accounts?state=BANANA")).errors).toEqual([
      {
        pointer: "/state",
        detail:
          'found "BANANA"; expected one of PENDING_ACTIVATION, ACTIVE, SUSPENDED, PENDING_CLOSURE, CLOSED',
      },
    ]);
  });

  it("is paged to its end, whatever it filters", async () => {
    const { get } = await inventoryUnderTest();
    for (const path of ["users", "assignments?q=a", "users?q=zzz"]) {
      expect(await whole(get, path, 1)).toEqual(await whole(get, path, 100));
    }
  });

  it("of a query is paged to its end, through accounts and resources, of all types or of some", async () => {
    const many = [4, 5, 6, 7].flatMap((digit) => [
      anAccountFact(digit),
      ...(["s3-bucket", "sqs-queue", "secret"] as const).flatMap((type) =>
        Array.from({ length: 90 }, (_, index) =>
          aResourceFact(digit, type, `${type} ${String(index)}`, {
            tags: index % 7 === 0 ? { found: "yes" } : {},
          }),
        ),
      ),
    ]);
    const { get, inventory } = await inventoryUnderTest(...many);
    for (const [query, count] of [
      ['resource_tag["found"] = "yes"', 4 * 3 * 13],
      ['resource_tag["found"] = "yes" and resource_type in ("secret", "s3-bucket")', 4 * 2 * 13],
      ['resource_type = "aws-account" or resource_type = "secret" and resource_name ends_with " 1"', 6 + 4],
      ['resource_name = "nobody"', 0],
    ] as const) {
      const all = await whole(get, querying(query), 100);
      expect(all).toHaveLength(count);
      expect(new Set(all.map((item) => item["arn"] ?? item["id"])).size).toBe(count);
      expect(await whole(get, querying(query), 7)).toEqual(all);
    }
    // One answer reads a bounded part, however little of it is shown, and nothing of types that are not asked for.
    const before = inventory.reads;
    const first = await get(querying('resource_name = "nobody"'));
    expect(inventory.reads - before).toBeLessThanOrEqual(1_000);
    expect(first.body).toMatchObject({ items: [], cursor: expect.any(String) as string });
    const since = inventory.reads;
    await get(querying('resource_type = "rds-instance"'));
    expect(inventory.reads - since).toBeLessThan(10);
  });

  it("of a query shows accounts as they are, beside resources", async () => {
    const { get, integrations } = await inventoryUnderTest();
    const [account, ledger] = itemsIn(await get(querying('resource_name in ("payments-prod", "ledger")')));
    expect(account).toEqual({
      type: "aws-account",
      id: anAccountId(2),
      name: "payments-prod",
      state: "ACTIVE",
      tags: { team: "Payments", "aws:stack": "a:b" },
      path: "/Workloads/Prod/payments-prod",
      account: { id: anAccountId(2), name: "payments-prod" },
      stale: false,
      since: afterMinutes(0),
      observedAt: afterMinutes(0),
    });
    expect(ledger).toMatchObject({ type: "rds-instance", account: { name: "payments-prod" } });
    const names = async (query: string) => each(await get(querying(query)), "name");
    expect(await names('integration = "Sandbox"')).toEqual([]);
    await integrations.put(
      anAccountIntegration({ name: integrationName("Sandbox"), accountId: anAccountId(3) }),
    );
    await integrations.put(
      anAccountIntegration({ name: integrationName("Twice"), accountId: anAccountId(2) }),
    );
    expect(await names('integration_name = "Sandbox"')).toEqual(["sandbox", "scratch"]);
    // What is in the organization, too, is granted by way of that.
    expect(await names('integration = "organization"')).toEqual(["payments-prod", "ledger", "invoices"]);
  });

  it.each([
    ["resource_nam = 1", 'column 1: found "resource_nam", which is no field; did you mean resource_name?'],
    ['resource_name = "a" and', "column 24: found the end of the query; expected (, a field or not"],
    ["", "column 1: found the end of the query; expected (, a field or not"],
    [
      'permission_name = "ReadOnly"',
      "column 1: found permission_name; expected a field of resources: no permission is looked at here",
    ],
  ])("refuses the query %j by its column", async (query, detail) => {
    const { get } = await inventoryUnderTest();
    expect(problemIn(await get(querying(query)))).toMatchObject({
      code: "invalid-query",
      errors: [{ pointer: "/query", detail }],
    });
  });

  it("takes a cursor of a query for that query alone", async () => {
    const { get } = await inventoryUnderTest();
    const { cursor } = (await get(`${querying('resource_name != ""')}&limit=1`)).body as { cursor: string };
    expect((await get(`${querying('resource_name != ""')}&limit=1&cursor=${cursor}`)).status).toBe(200);
    expect(problemIn(await get(`${querying('resource_name != "a"')}&cursor=${cursor}`)).code).toBe(
      "invalid-cursor",
    );
    expect(problemIn(await get(`resources?cursor=${cursor}`)).code).toBe("invalid-cursor");
  });

  it("passes over members that the directory does not have any more, and misses nobody else", async () => {
    const ghosts = Array.from({ length: 9 }, (_, index) =>
      aMembershipFact("payments", `ghost ${String(index)}`),
    );
    const { get } = await inventoryUnderTest(...ghosts);
    for (const limit of [1, 100]) {
      const users = await whole(get, "users?group=payments&enabled=true", limit);
      expect(users.map(({ userName }) => String(userName)).toSorted()).toEqual(["alice", "bob"]);
    }
  });

  it("says names beside ids, when things were seen, and by whom they were made", async () => {
    const { get } = await inventoryUnderTest();
    const [assignment] = itemsIn(await get("assignments?permissionSet=ReadOnly"));
    expect(assignment).toEqual({
      account: { id: own.accountId, name: "payments-prod" },
      permissionSet: {
        arn: own.permissionSetArn,
        name: "ReadOnly",
        power: { level: "read-only", why: "The AWS managed policy ReadOnlyAccess allows reading." },
      },
      principal: { type: "USER", id: aUserId("alice"), name: "alice", enabled: true },
      stale: false,
      since: afterMinutes(1),
      observedAt: afterMinutes(0),
      by: "arn:aws:sts::111111111111:assumed-role/admin/dave",
    });
    const [account] = itemsIn(await get("accounts?q=payments-prod"));
    expect(account?.["organizationalUnits"]).toEqual([
      { id: prod, name: "Prod" },
      { id: workloads, name: "Workloads" },
    ]);
    const [sandbox] = itemsIn(await get("accounts?q=sandbox"));
    expect(sandbox?.["stale"]).toEqual([{ scope: "resources", problem }]);
    const users = itemsIn(await get("users"));
    const manager = (name: string) => users.find(({ userName }) => userName === name)?.["managerName"];
    expect([manager("alice"), manager("bob"), manager("carol")]).toEqual(["bob", undefined, undefined]);
  });

  it("shows the id of what the inventory does not know the name of", async () => {
    const { get } = await inventoryUnderTest(anAssignmentFact(7, "Unknown", { user: "nobody" }));
    const [assignment] = itemsIn(await get(`assignments?account=${anAccountId(7)}`));
    expect(assignment).toMatchObject({
      account: { id: anAccountId(7), name: anAccountId(7) },
      permissionSet: { name: aPermissionSetArn("Unknown") },
      principal: { name: aUserId("nobody") },
    });
    expect(assignment?.["permissionSet"]).not.toHaveProperty("power");
    expect(assignment?.["principal"]).not.toHaveProperty("enabled");
  });

  it.each([
    [
      "assignments?account=sandbox",
      "account",
      anAccountFact(3, { name: "sandbox" }),
      anAccountFact(4, { name: "sandbox" }),
    ],
    ["users?group=same", "group", aGroupFact("same"), { ...aGroupFact("other"), displayName: "same" }],
    ["groups?user=same", "user", aUserFact("same"), { ...aUserFact("other"), userName: "same" }],
    [
      "accounts?organizationalUnit=Prod",
      "organizationalUnit",
      { kind: "organizational-unit", id: prod, name: "Prod", path: "/Workloads/Prod" },
      { kind: "organizational-unit", id: anOrganizationalUnitId("x"), name: "Prod", path: "/X/Prod" },
    ],
  ] satisfies readonly (readonly [string, string, Fact, Fact])[])(
    "refuses %s when more than one is called so, and names their ids",
    async (path, field, first, second) => {
      const { get } = await inventoryUnderTest(first, second);
      const { code, detail, errors } = problemIn(await get(path));
      expect([code, errors]).toEqual(["ambiguous-name", [{ pointer: `/${field}`, detail }]]);
      expect(detail).toContain([factId(first), factId(second)].toSorted().join(", "));
    },
  );

  it.each([
    ["assignments?account=nowhere", "unknown-name"],
    ["assignments?account=999999999999", "unknown-name"],
    [`assignments?permissionSet=${aPermissionSetArn("none")}`, "unknown-name"],
    [`assignments?principal=${aUserId("nobody")}`, "unknown-name"],
    ["assignments?principal=nobody@example.com", "unknown-name"],
    [`users?group=${aGroupId("nobody's")}`, "unknown-name"],
    [`groups?user=${aUserId("nobody")}`, "unknown-name"],
    [`organizational-units?organizationalUnit=${anOrganizationalUnitId("none")}`, "unknown-name"],
    [`accounts?organizationalUnit=${anOrganizationalUnitId("none")}`, "unknown-name"],
    ["standing-access?principal=nobody", "unknown-name"],
    ["iam-roles?assumableBy=nonsense", "invalid-query"],
    ["iam-roles?assumableBy=arn:aws:s3:::bucket", "invalid-query"],
    ["resources?account=nowhere", "unknown-name"],
    ["iam-roles?account=nowhere", "unknown-name"],
    ["permission-sets?account=nowhere", "unknown-name"],
    ["users?group=nobodys", "unknown-name"],
    ["users?group=alice", "unknown-name"],
    ["groups?user=nobody", "unknown-name"],
    ["groups?user=payments", "unknown-name"],
    ["accounts?organizationalUnit=/Nowhere", "unknown-name"],
    ["organizational-units?organizationalUnit=Nowhere", "unknown-name"],
    ["standing-access?permissionSet=nothing", "unknown-name"],
    ["assignments?principal=same", "ambiguous-name"],
    ["accounts?stale=perhaps", "invalid-query"],
    ["resources?type=car", "invalid-query"],
    ["users?limit=0", "invalid-query"],
    ["users?nonsense=1", "unknown-field"],
    ["users?cursor=nonsense", "invalid-cursor"],
  ])("refuses %s as %s", async (path, code) => {
    const { get } = await inventoryUnderTest(aUserFact("same"), aGroupFact("same"));
    expect(problemIn(await get(path)).code).toBe(code);
  });
});

describe("what is said of excluded accounts", () => {
  const paths = [`users/${aUserId("alice")}/access`, `accounts/${anAccountId(2)}/access`, "standing-access"];
  const saidBy = (answer: Answer) => (answer.body as { readonly notCovered: readonly string[] }).notCovered;

  it.each(paths)("is nothing where there is none, and where it is back: %s", async (path) => {
    const { get, inventory } = await inventoryUnderTest();
    await inventory.record(
      seen({ kind: "excluded-account", accountId: anAccountId(2), name: "payments-prod" }),
    );
    expect(saidBy(await get(path)).join(" ")).not.toContain("left out");
  });

  it.each(paths)("is how many they are, and which, of the first ones: %s", async (path) => {
    const { get, inventory } = await inventoryUnderTest();
    const mark = (digit: number) =>
      inventory.record(
        seen({ kind: "excluded-account", accountId: anAccountId(digit), name: `out-${String(digit)}` }),
      );
    await mark(8);
    expect(saidBy(await get(path))[0]).toContain(
      "1 account is left out, by exclude of the integration: out-8 (888888888888). Who has access there",
    );
    for (const digit of [0, 4, 5, 6, 7, 9]) await mark(digit);
    expect(saidBy(await get(path))[0]).toMatch(/^7 accounts are left out.*out-0 .*out-7 .*, and 2 more\./);
  });
});

describe("what a person can reach", () => {
  const pathOf = (name: string) => `users/${aUserId(name)}/access`;

  it("is theirs and what their groups have, for good or until a request ends", async () => {
    const { get } = await inventoryUnderTest();
    const answer = await get(pathOf("alice"));
    expect(answer.body).toMatchObject({ user: { id: aUserId("alice"), name: "alice", enabled: true } });
    expect((answer.body as { readonly notCovered: readonly string[] }).notCovered.join()).toContain("IAM");
    const items = itemsIn(answer);
    expect(items).toHaveLength(3);
    expect(items.find(({ kind }) => kind === "temporary")).toMatchObject({
      account: { name: "sandbox" },
      permissionSet: { name: "Admin" },
      requests: [{ id: aRequestId("one"), until: expiresAt }],
      stale: false,
    });
    expect(items.find(({ through }) => through !== undefined)).toMatchObject({
      account: { name: "payments-prod" },
      permissionSet: { name: "PowerUser" },
      kind: "standing",
      through: { id: aGroupId("payments"), name: "payments" },
    });
    expect(items.filter((item) => !("through" in item)).map(({ kind }) => kind)).toEqual([
      "standing",
      "temporary",
    ]);
  });

  it("is that of a user name, too", async () => {
    const { get } = await inventoryUnderTest({ ...aUserFact("dora"), userName: "dora@example.com/x y" });
    const { body } = await get(pathOf("alice"));
    expect((await get("users/alice/access")).body).toEqual(body);
    expect((await get("users/alice/access", alice)).body).toEqual(body);
    const dora = await get(`users/${encodeURIComponent("dora@example.com/x y")}/access`);
    expect(dora.body).toMatchObject({ user: { id: aUserId("dora") } });
  });

  it("is that of nobody where the name is not one person's", async () => {
    const { get } = await inventoryUnderTest({ ...aUserFact("other"), userName: "bob" });
    expect(problemIn(await get("users/nobody/access"))).toMatchObject({ status: 404, code: "not-found" });
    expect(problemIn(await get("users/payments/access"))).toMatchObject({ status: 404, code: "not-found" });
    const ambiguous = problemIn(await get("users/bob/access"));
    expect(ambiguous).toMatchObject({ status: 400, code: "ambiguous-name" });
    expect(ambiguous.detail).toContain(aUserId("other"));
    expect(problemIn(await get("users/bob/access", alice)).code).toBe("role-missing");
  });

  it("is paged to its end, over groups too", async () => {
    const groups = Array.from({ length: 30 }, (_, index) => `group ${String(index)}`);
    const { get, inventory } = await inventoryUnderTest();
    for (const [index, group] of groups.entries()) {
      await inventory.record(seen(aMembershipFact(group, "carol")));
      const digits = index % 3 === 0 ? [] : [1, 2].slice(0, index % 3);
      for (const digit of digits) {
        await inventory.record(seen(anAssignmentFact(digit, "ReadOnly", { group })));
      }
    }
    const all = itemsIn(await get(`${pathOf("carol")}?limit=100`));
    expect(all).toHaveLength(31);
    for (const limit of [1, 2, 7]) expect(await whole(get, pathOf("carol"), limit)).toEqual(all);
  });

  it("is what a disabled person would have", async () => {
    const { get } = await inventoryUnderTest();
    const answer = await get(pathOf("carol"));
    expect(answer.body).toMatchObject({ user: { enabled: false } });
    expect(itemsIn(answer)).toHaveLength(1);
  });

  it("is marked where the last look into the account failed", async () => {
    const { get } = await inventoryUnderTest({
      kind: "stale-account",
      accountId: anAccountId(2),
      scope: "identity",
      problem,
    });
    const stale = itemsIn(await get(pathOf("alice"))).map(({ stale }) => stale);
    expect(stale).toEqual([true, false, true]);
  });

  it("may be read by the person and by readers, and by nobody else", async () => {
    const { get } = await inventoryUnderTest();
    expect((await get(pathOf("alice"), alice)).status).toBe(200);
    expect(problemIn(await get(pathOf("alice"), bob))).toMatchObject({
      status: 403,
      code: "role-missing",
    });
    expect(problemIn(await get(pathOf("nobody"), bob))).toMatchObject({ code: "role-missing" });
    expect(problemIn(await get(pathOf("nobody"), root))).toMatchObject({ status: 404, code: "not-found" });
  });
});

describe("who can reach an account", () => {
  const path = `accounts/${anAccountId(2)}/access`;

  it("is everybody one by one, the members of groups too", async () => {
    const { get } = await inventoryUnderTest();
    const answer = await get(path);
    expect(answer.body).toMatchObject({ account: { id: anAccountId(2), name: "payments-prod" } });
    const ways = itemsIn(answer).map(
      ({ user, permissionSet, through }) =>
        `${String((user as Item)["name"])} ${String((permissionSet as Item)["name"])} ${String((through as Item | undefined)?.["name"])}`,
    );
    expect(ways.toSorted()).toEqual([
      "alice PowerUser payments",
      "alice ReadOnly undefined",
      "bob PowerUser payments",
    ]);
  });

  it("is that of an account's name, too, if only one has it", async () => {
    const { get, inventory } = await inventoryUnderTest();
    expect((await get("accounts/payments-prod/access")).body).toEqual((await get(path)).body);
    await inventory.record(seen(anAccountFact(8, { name: "payments-prod" })));
    expect(problemIn(await get("accounts/payments-prod/access"))).toMatchObject({
      status: 400,
      code: "ambiguous-name",
      detail: expect.stringContaining(anAccountId(8)) as string,
    });
  });

  it("says who is disabled, and through which request somebody has it", async () => {
    const { get } = await inventoryUnderTest();
    const items = itemsIn(await get(`accounts/${anAccountId(3)}/access`));
    const of = (name: string) => items.find(({ user }) => (user as Item)["name"] === name);
    expect(of("carol")).toMatchObject({ user: { enabled: false }, kind: "standing" });
    expect(of("alice")).toMatchObject({
      user: { enabled: true },
      kind: "temporary",
      requests: [{ id: aRequestId("one"), until: expiresAt }],
    });
  });

  it("is paged to its end, in the middle of a group too", async () => {
    const { get, inventory } = await inventoryUnderTest();
    const sets = Array.from({ length: 30 }, (_, index) => `Set${String(index)}`);
    for (const [index, set] of sets.entries()) {
      const principal =
        index % 3 === 0 ? { user: `user ${set}` } : { group: index % 3 === 1 ? `group ${set}` : "empty" };
      await inventory.record(seen(anAssignmentFact(2, set, principal)));
      const members = index % 3 === 1 ? [1, 2, 3, 4, 5] : [];
      for (const member of members) {
        await inventory.record(seen(aMembershipFact(`group ${set}`, `member ${String(member)}`)));
      }
    }
    const all = itemsIn(await get(`${path}?limit=100`));
    expect(all).toHaveLength(3 + 10 + 50);
    for (const limit of [1, 3, 10]) expect(await whole(get, path, limit)).toEqual(all);
  });

  it("does not exist for an account that no sync has seen", async () => {
    const { get } = await inventoryUnderTest();
    expect(problemIn(await get(`accounts/${anAccountId(8)}/access`)).code).toBe("not-found");
    expect(problemIn(await get("accounts/nonsense/access")).code).toBe("not-found");
  });
});

describe("what is held for good", () => {
  it("is what no request made, the most powerful first, and then the oldest", async () => {
    const { get, inventory } = await inventoryUnderTest();
    const oldest = anAssignmentFact(5, "PowerUser", { user: "bob" });
    await inventory.record(seen(oldest, { since: afterMinutes(0) }));
    const managedPolicies = ["arn:aws:iam::aws:policy/AdministratorAccess"];
    await inventory.record(seen(aPermissionSetFact("Zed", { managedPolicies })));
    await inventory.record(seen(anAssignmentFact(5, "Zed", { user: "bob" })));
    const answer = await get("standing-access");
    expect(
      itemsIn(answer).map(({ permissionSet, principal }) => [
        (permissionSet as Item)["name"],
        (principal as Item)["name"],
      ]),
    ).toEqual([
      ["Admin", "carol"],
      ["Zed", "bob"],
      ["PowerUser", "bob"],
      ["PowerUser", "payments"],
      ["ReadOnly", "alice"],
    ]);
  });

  it("is sorted by age within one account, too", async () => {
    const { get, inventory } = await inventoryUnderTest();
    const ages = [5, 9, 4, 8, 6, 7];
    for (const age of ages) {
      const fact = anAssignmentFact(2, "ReadOnly", { user: `user ${String(age)}` });
      await inventory.record(seen(fact, { since: afterMinutes(age) }));
    }
    const answer = await get("standing-access?account=payments-prod&permissionSet=ReadOnly");
    expect(each(answer, "since")).toEqual([1, 4, 5, 6, 7, 8, 9].map(afterMinutes));
  });

  it("is paged to its end", async () => {
    const { get, inventory } = await inventoryUnderTest();
    for (let digit = 0; digit < 10; digit += 1) {
      for (const set of ["Admin", "PowerUser", "ReadOnly"]) {
        const fact = anAssignmentFact(digit, set, { user: `user ${String(digit)}` });
        await inventory.record(seen(fact, { since: afterMinutes(10 - digit) }));
      }
    }
    for (const [path, count] of [
      ["standing-access", 33],
      ["standing-access?permissionSet=PowerUser", 11],
      ["standing-access?account=payments-prod", 5],
    ] as const) {
      const all = await whole(get, path, 100);
      expect(all).toHaveLength(count);
      expect(await whole(get, path, 2)).toEqual(all);
    }
  });

  it("names the access flow that would replace it", async () => {
    const { get, flows } = await inventoryUnderTest(
      anAssignmentFact(2, "PowerUser", { user: "alice" }),
      aMembershipFact("payments-engineers", "alice"),
    );
    const answer = await get("standing-access?account=payments-prod&permissionSet=PowerUser");
    const ofAlice = itemsIn(answer).find(({ principal }) => (principal as Item)["name"] === "alice");
    expect(ofAlice?.["replacement"]).toEqual({ kind: "access-flow", name: "prod-power" });
    expect(await flows.list()).toHaveLength(1);
  });

  it("suggests a flow where there is none, as PUT /access-flows/{name} takes it", async () => {
    const { get, call, directory } = await inventoryUnderTest(...approvedBy("root"));
    directory.addGroup({ groupId: aGroupId("payments"), displayName: "payments", members: [] });
    const answer = await get("standing-access?permissionSet=PowerUser");
    const [item] = itemsIn(answer);
    const { kind, name, flow } = item?.["replacement"] as Item;
    expect(kind).toBe("suggestion");
    expect(flow).toMatchObject({
      requestors: { anyOf: [{ group: "payments" }] },
      targets: [{ accounts: [anAccountId(2)], permissionSets: ["PowerUser"] }],
      approval: { steps: [{ anyOf: [{ group: "platform-admins" }], within: "PT24H" }] },
    });
    expect(AccessFlowBodySchema.safeParse(flow).success).toBe(true);
    expect((await call(`PUT /access-flows/${String(name)}`, { as: root, body: flow })).status).toBe(200);
    const [after] = itemsIn(await get("standing-access?permissionSet=PowerUser"));
    expect(after?.["replacement"]).toEqual({ kind: "access-flow", name });
  });

  it("suggests flows of different names for whatever is held, and reading without approval", async () => {
    const { get } = await inventoryUnderTest(
      anAssignmentFact(2, "ReadOnly", { user: "bob" }),
      anAssignmentFact(4, "ReadOnly", { user: "bob" }),
    );
    const items = itemsIn(await get("standing-access?permissionSet=ReadOnly"));
    const replacements = items.map(({ replacement }) => replacement as Item);
    expect(new Set(replacements.map(({ name }) => name)).size).toBe(3);
    for (const { flow } of replacements) expect(flow).toMatchObject({ approval: { steps: [] } });
  });

  it("suggests nothing where Lockstep grants nothing, nor for somebody whom nobody knows", async () => {
    const { get } = await inventoryUnderTest(
      anAssignmentFact(1, "ReadOnly", { user: "bob" }),
      anAssignmentFact(4, "ReadOnly", { user: "nobody" }),
    );
    const items = itemsIn(await get("standing-access?permissionSet=ReadOnly"));
    const replacementIn = (digit: number) =>
      items.find(({ account }) => (account as Item)["id"] === anAccountId(digit))?.["replacement"];
    expect(replacementIn(1)).toMatchObject({
      kind: "none",
      why: expect.stringContaining("management") as string,
    });
    expect(replacementIn(4)).toMatchObject({
      kind: "none",
      why: expect.stringContaining("deleted") as string,
    });
  });

  const replacementsOf = async (path: string, ...more: readonly Fact[]) => {
    const { get } = await inventoryUnderTest(...more);
    return itemsIn(await get(path)).map(({ replacement }) => replacement as Item);
  };

  it.each<readonly [string, string, string, readonly Fact[]]>([
    [
      "an account is not active",
      "principal=bob",
      "Its account is SUSPENDED",
      [anAssignmentFact(3, "ReadOnly", { user: "bob" })],
    ],
    [
      "a person is disabled",
      "principal=carol&permissionSet=ReadOnly",
      "carol is disabled",
      [anAssignmentFact(2, "ReadOnly", { user: "carol" })],
    ],
    [
      "a group is empty",
      "principal=empty",
      "No enabled user is in empty",
      [anAssignmentFact(2, "ReadOnly", { group: "empty" })],
    ],
    [
      "a group has nobody but disabled people",
      "principal=empty",
      "No enabled user is in empty",
      [anAssignmentFact(2, "ReadOnly", { group: "empty" }), aMembershipFact("empty", "carol")],
    ],
    [
      "a group was deleted",
      `principal=${aGroupId("deleted")}`,
      "a group that was deleted",
      [anAssignmentFact(2, "ReadOnly", { group: "deleted" })],
    ],
    [
      "there is no administrator",
      "principal=payments",
      "no enabled user is in platform-admins or no-such-group",
      [aGroupFact("platform-admins")],
    ],
    [
      "the only approver would ask",
      "principal=bob",
      "besides who would ask",
      [anAssignmentFact(2, "PowerUser", { user: "bob" }), ...approvedBy("bob")],
    ],
    [
      "the only approver is the only one who would ask, in a group",
      "principal=platform-admins",
      "besides who would ask",
      [anAssignmentFact(2, "PowerUser", { group: "platform-admins" }), ...approvedBy("bob")],
    ],
  ])("suggests nothing where %s", async (_case, filter, why, facts) => {
    const found = await replacementsOf(`standing-access?${filter}`, ...facts);
    expect(found).toEqual([{ kind: "none", why: expect.stringContaining(why) as string }]);
  });

  it("neither names nor suggests a flow for what is never granted", async () => {
    const facts = [anAssignmentFact(2, "PowerUser", { user: "bob" }), ...approvedBy("root")];
    const path = "standing-access?principal=bob&permissionSet=PowerUser";
    const { get } = await inventoryUnderTest(...facts);
    expect(itemsIn(await get(path))).not.toMatchObject([{ replacement: { kind: "none" } }]);
    const guardrails = { neverGrantable: [{ accounts: [anAccountId(2)], permissionSets: ["PowerUser"] }] };
    const { get: guarded } = await inventoryUnderGuardrails(guardrails, ...facts);
    expect(itemsIn(await guarded(path))).toMatchObject([
      { replacement: { kind: "none", why: expect.stringContaining("guardrails.neverGrantable") as string } },
    ]);
  });

  it("suggests a flow whose approver is among those who ask, as long as there is somebody else", async () => {
    const [ofGroup] = await replacementsOf("standing-access?principal=payments", ...approvedBy("bob"));
    expect(ofGroup).toMatchObject({ kind: "suggestion" });
    const own = anAssignmentFact(2, "PowerUser", { user: "bob" });
    const [ofBob] = await replacementsOf("standing-access?principal=bob", own, ...approvedBy("bob", "alice"));
    expect(ofBob).toMatchObject({ kind: "suggestion" });
  });

  it("names no flow that is there for somebody who cannot ask", async () => {
    const [replacement] = await replacementsOf(
      "standing-access?principal=carol&account=payments-prod",
      anAssignmentFact(2, "PowerUser", { user: "carol" }),
      aMembershipFact("payments-engineers", "carol"),
    );
    expect(replacement).toMatchObject({ kind: "none" });
  });

  it("is sorted and paged for one principal, too", async () => {
    const { get, inventory } = await inventoryUnderTest();
    for (let digit = 0; digit < 8; digit += 1) {
      for (const set of ["ReadOnly", "Admin"]) {
        const fact = anAssignmentFact(digit, set, { user: "bob" });
        await inventory.record(seen(fact, { since: afterMinutes(10 - digit) }));
      }
    }
    const all = await whole(get, "standing-access?principal=bob", 100);
    expect(all).toHaveLength(16);
    const order = all.map(
      ({ permissionSet, since }) => `${String((permissionSet as Item)["name"])} ${String(since)}`,
    );
    expect(order).toEqual(order.toSorted());
    expect(await whole(get, "standing-access?principal=bob", 3)).toEqual(all);
  });

  it("leaves out what is being removed, and keeps what requests only found there", async () => {
    const { get, entitlements } = await inventoryUnderTest();
    const entitlement = anEntitlement({
      accountId: anAccountId(2),
      permissionSetArn: aPermissionSetArn("ReadOnly"),
      principalId: aUserId("alice"),
    });
    const holders = { [aRequestId("two")]: { expiresAt } };
    await entitlements.put({ entitlement, version: 1, holders, state: "standing" });
    expect(each(await get("standing-access?permissionSet=ReadOnly"), "principal.name")).toEqual(["alice"]);
    await entitlements.put({
      entitlement,
      version: 2,
      holders: {},
      state: "removing",
      by: aRequestId("two"),
    });
    expect(each(await get("standing-access?permissionSet=ReadOnly"), "principal.name")).toEqual([]);
  });
});

it("what was forgotten is shown nowhere", async () => {
  const { get, inventory } = await inventoryUnderTest();
  const forgotten = [power, own, admin, disabled, anAccountFact(3), aUserFact("carol")];
  for (const fact of forgotten) {
    await inventory.forget({ kind: fact.kind, id: factId(fact) }, { observedAt: afterMinutes(9) });
  }
  expect(itemsIn(await get("assignments"))).toEqual([]);
  expect(each(await get("accounts"), "name")).toEqual(["payments-prod"]);
  expect(itemsIn(await get("standing-access"))).toEqual([]);
  expect(itemsIn(await get(`users/${aUserId("alice")}/access`))).toEqual([]);
});
