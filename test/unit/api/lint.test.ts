import { describe, expect, it } from "vitest";
import { timestamp } from "../../../lambdas/core/domain/ids.ts";
import type { OrganizationIntegration } from "../../../lambdas/core/domain/integration.ts";
import type { LintFinding } from "../../../lambdas/core/domain/lint/finding.ts";
import { AccessFlowDocumentSchema } from "../../../lambdas/core/contracts/configuration/access-flow.ts";
import { lintWhatIsThere } from "../../../lambdas/core/use-cases/lint/lint-what-is-there.ts";
import { resolveNames } from "../../../lambdas/core/use-cases/resolve-names.ts";
import { FakeInventory } from "../../support/fakes/inventory.ts";
import type { Fact } from "../../../lambdas/core/domain/inventory/facts.ts";
import { aGroupId, aPermissionSetArn, anAccountId } from "../../support/builders.ts";
import { anAccountIntegration, home } from "../../support/integrations.ts";
import { problemIn } from "./problems.ts";
import { alice, apiUnderTest, bob, erin, frank, root, type ApiUnderTest } from "./world.ts";

const at = timestamp(new Date("2026-01-01T00:00:00.000Z"));

const seen = async ({ inventory }: ApiUnderTest, ...facts: readonly Fact[]) => {
  for (const fact of facts) await inventory.record({ fact, since: at, observedAt: at });
};

const permissionSet = (sessionDuration = "PT1H"): Fact => ({
  kind: "permission-set",
  arn: aPermissionSetArn("PowerUser"),
  name: "PowerUser",
  sessionDuration,
  managedPolicies: [],
  customerManagedPolicies: [],
  tags: {},
});
const anchoring = aGroupId("anchors");
const accountTwo = {
  kind: "account",
  id: anAccountId(2),
  name: "payments-prod",
  state: "ACTIVE",
  organizationalUnits: ["r-abcd" as never],
  tags: {},
} as const satisfies Fact;

/** What makes everything right with the flow that is there. */
const everything: readonly Fact[] = [
  permissionSet(),
  accountTwo,
  ...[alice, bob].map(({ userId, userName }): Fact => ({
    kind: "user",
    id: userId,
    userName,
    enabled: true,
  })),
  { kind: "group", id: aGroupId("payments-engineers"), displayName: "payments-engineers" },
  { kind: "group", id: aGroupId("payments-leads"), displayName: "payments-leads" },
  { kind: "group", id: anchoring, displayName: "anchors" },
  { kind: "membership", groupId: aGroupId("payments-engineers"), userId: alice.userId },
  { kind: "membership", groupId: aGroupId("payments-leads"), userId: bob.userId },
  {
    kind: "assignment",
    accountId: anAccountId(2),
    permissionSetArn: aPermissionSetArn("PowerUser"),
    principalType: "GROUP",
    principalId: anchoring,
  },
];

const codesOf = async ({ call }: ApiUnderTest, body?: object, as = frank) => {
  const answer = await call("POST /access-flows/lint", { as, ...(body === undefined ? {} : { body }) });
  expect(answer.status).toBe(200);
  return (answer.body as { findings: readonly { code: string; name: string }[] }).findings.map(
    ({ code, name }) => `${name}: ${code}`,
  );
};

it("finds nothing where all that is named is there", async () => {
  const world = await apiUnderTest();
  await seen(world, ...everything);
  expect(await codesOf(world)).toEqual([]);
  expect(await codesOf(world, {}, root)).toEqual([]);
});

describe("a body of many documents", () => {
  const scopes = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ name: `s${String(index)}`, query: 'permission = "x"' }));

  it("may be larger than that of others, up to 2,000 of a kind", async () => {
    const { call } = await apiUnderTest();
    const lint = (body: unknown) => call("POST /access-flows/lint", { as: frank, body });
    expect((await lint({ accessScopes: scopes(2000) })).status).toBe(200);
    expect(problemIn(await lint({ accessScopes: scopes(2001) }))).toMatchObject({
      status: 400,
      errors: [{ pointer: "/accessScopes", detail: "found a list of 2001; expected at most 2000 items" }],
    });
    expect(problemIn(await lint(" ".repeat(2_500_001)))).toMatchObject({
      status: 413,
      detail: "The body has 2500001 bytes; at most 2500000 are read.",
    });
  });

  it("of which one list is too long is refused by that alone, before its documents are looked at", async () => {
    const { call } = await apiUnderTest();
    const body = { flows: [{}], deleted: Array<object>(800_000).fill({}) };
    const { errors } = problemIn(await call("POST /access-flows/lint", { as: frank, body }));
    expect(errors).toEqual([
      { pointer: "/deleted", detail: "found a list of 800000; expected at most 2000 items" },
    ]);
  });

  it("with nothing right in it is refused by its first item, in few words", async () => {
    const { call } = await apiUnderTest();
    const lint = (body: unknown) => call("POST /access-flows/lint", { as: frank, body });
    const hopeless = problemIn(await lint({ accessScopes: [...scopes(2), ...Array<object>(1998).fill({})] }));
    expect(hopeless).toMatchObject({ status: 400, code: "invalid-body" });
    expect(hopeless.errors?.map(({ pointer }) => pointer)).toEqual([
      "/accessScopes/2/name",
      "/accessScopes/2/query",
    ]);
    const oneLarge = { name: "large", targets: Array<object>(100_000).fill({}) };
    expect(problemIn(await lint({ bundles: [oneLarge] }))).toMatchObject({
      status: 400,
      errors: [
        {
          pointer: "/bundles/0",
          detail: "found 300028 bytes; expected at most 65536, as many as are read where it is saved",
        },
      ],
    });
  });
});

it("is not read for whoever may not ask: what it is takes a role to find out", async () => {
  const { call } = await apiUnderTest();
  for (const body of ["{", "x".repeat(2_500_001)]) {
    expect(problemIn(await call("POST /access-flows/lint", { as: alice, body }))).toMatchObject({
      status: 403,
      code: "role-missing",
    });
    expect(problemIn(await call("POST /access-flows/lint", { as: frank, body })).code).toMatch(
      /^(?:malformed-body|body-too-large)$/,
    );
  }
});

describe("a large body that is no body of documents", () => {
  const LARGEST_ANSWER_BYTES = 50_000;

  const refused = async (body: unknown) => {
    const { call } = await apiUnderTest();
    const answer = problemIn(await call("POST /access-flows/lint", { as: frank, body }));
    expect(JSON.stringify(answer).length).toBeLessThan(LARGEST_ANSWER_BYTES);
    return answer;
  };

  it.each([
    ["numbers", 0],
    ["empty lists", []],
    ["lists", [{}]],
  ])(
    "of unknown fields that are %s is refused by a few of them, and says how many there are",
    async (_, value) => {
      const unknown = Object.fromEntries(
        Array.from({ length: 170_000 }, (_item, index) => [`a${String(index)}`, value]),
      );
      const { code, errors = [], detail } = await refused({ ...unknown, flows: [] });
      expect(code).toBe("unknown-field");
      expect(errors).toHaveLength(50);
      expect(errors[0]).toEqual({
        pointer: "/a0",
        detail:
          "found a field that does not belong here; expected one of flows, bundles, accessScopes, rotas, integrations, deleted",
      });
      expect(detail).toMatch(/; and 169950 more$/);
    },
  );

  it("of one unknown field with an endless name repeats its beginning alone", async () => {
    const { errors } = await refused({ ["~".repeat(2_400_000)]: 0 });
    expect(errors).toEqual([{ pointer: `/${"~0".repeat(149)}~…`, detail: expect.any(String) as string }]);
  });

  it("is told that its fields are no lists, and that it is none itself", async () => {
    expect(await refused({ flows: 1, bundles: {}, rotas: null })).toMatchObject({
      errors: [
        { pointer: "/flows", detail: "found 1; expected a list" },
        { pointer: "/bundles", detail: "found an object; expected a list" },
        { pointer: "/rotas", detail: "found null; expected a list" },
      ],
    });
    expect(await refused(Array<object>(500_000).fill([0]))).toMatchObject({
      errors: [{ pointer: "", detail: "found a list of 500000; expected an object" }],
    });
  });
});

it("finds what the inventory knows no more", async () => {
  const world = await apiUnderTest();
  expect(new Set(await codesOf(world))).toEqual(
    new Set(
      ["requestors-nobody", "group-gone", "account-gone", "permission-set-gone", "nobody-decides"].map(
        (code) => `prod-power: ${code}`,
      ),
    ),
  );
});

it("finds a role that only a group with members keeps", async () => {
  const world = await apiUnderTest();
  await seen(world, ...everything, { kind: "membership", groupId: anchoring, userId: bob.userId });
  expect(await codesOf(world)).toEqual(["prod-power: no-standing-anchor"]);
});

it("finds a role that nothing keeps where a bundle's access scope gives it", async () => {
  const world = await apiUnderTest();
  await seen(
    world,
    ...everything.filter(({ kind }) => kind !== "assignment"),
    // Looked at: somebody has it, and no empty group.
    {
      kind: "assignment",
      accountId: anAccountId(2),
      permissionSetArn: aPermissionSetArn("PowerUser"),
      principalType: "USER",
      principalId: bob.userId,
    },
  );
  const proposed = {
    flows: [
      {
        name: "prod-power",
        requestors: { group: "payments-engineers" },
        targets: [{ bundle: "all" }],
        duration: { max: "PT1H" },
      },
    ],
    bundles: [{ name: "all", targets: [{ accessScope: "power" }] }],
    accessScopes: [{ name: "power", query: 'permission_name = "PowerUser"' }],
  };
  expect(await codesOf(world, proposed)).toEqual(["prod-power: no-standing-anchor"]);
});

it("takes an account outside of the organization for no dead one, and says that nothing is granted in it", async () => {
  const world = await apiUnderTest();
  await world.integrations.put(anAccountIntegration({ accountId: anAccountId(4) }));
  await seen(world, ...everything, {
    kind: "account",
    id: anAccountId(4),
    name: "lab",
    state: "ACTIVE",
    organizationalUnits: [],
    tags: {},
  });
  const proposed = (accounts: readonly string[]) => ({
    flows: [
      {
        name: "lab",
        requestors: { group: "payments-engineers" },
        targets: [{ accounts, permissionSets: ["PowerUser"] }],
        duration: { max: "PT2H" },
      },
    ],
  });
  expect(await codesOf(world, proposed([anAccountId(4)]))).toEqual(["lab: account-outside-organization"]);
  // The management account, which the deploy settings protect.
  await seen(world, { ...accountTwo, id: anAccountId(1), name: "management" });
  expect(await codesOf(world, proposed([anAccountId(1)]))).toEqual(["lab: targets-never-granted"]);
});

it("lays the flows of the body over those that are there, and writes nothing", async () => {
  const world = await apiUnderTest();
  await seen(world, ...everything);
  const proposed = {
    name: "prod-power",
    requestors: { group: "payments-engineers" },
    targets: [{ accounts: ["payments-prod"], permissionSets: ["PowerUser"] }],
    duration: { max: "PT1H" },
    settings: { maxSessionDuration: "PT30M" },
  };
  const before = await world.flows.list();
  expect(await codesOf(world, { flows: [proposed] })).toEqual(["prod-power: session-too-long"]);
  expect(await codesOf(world, { flows: [{ ...proposed, name: "lighter", settings: {} }] })).toEqual([]);
  expect(
    await codesOf(world, {
      flows: [
        {
          ...proposed,
          name: "lighter",
          duration: { max: "PT8H" },
          requestors: { anyOf: [{ group: "payments-engineers" }] },
          settings: {},
        },
      ],
    }),
  ).toEqual(["prod-power: flow-overshadowed"]);
  expect(await world.flows.list()).toEqual(before);
});

it("finds a flow that asks for a second factor of which no token can tell here, and none where one can", async () => {
  const body = {
    flows: [
      {
        name: "guarded",
        requestors: { group: "payments-engineers" },
        targets: [{ accounts: ["payments-prod"], permissionSets: ["PowerUser"] }],
        duration: { max: "PT12H" },
        settings: { mfaRequired: true },
      },
    ],
  };
  const without = await apiUnderTest();
  await seen(without, ...everything);
  expect(await codesOf(without, body)).toEqual(["guarded: mfa-never-shown"]);
  const withSetting = await apiUnderTest({ mfa: { claim: "amr", values: ["mfa"] } });
  await seen(withSetting, ...everything);
  expect(await codesOf(withSetting, body)).toEqual([]);
});

describe("a step for the owner of an account", () => {
  const body = {
    flows: [
      {
        name: "owned",
        requestors: { group: "payments-engineers" },
        targets: [{ accounts: ["payments-prod"], permissionSets: ["PowerUser"] }],
        duration: { max: "PT12H" },
        approval: { steps: [{ anyOf: ["owner"], within: "PT1H" }] },
      },
    ],
  };
  const byTeam = { tagKey: "team", attribute: "displayName" } as const;
  const leads = { users: [], groups: [{ id: aGroupId("payments-leads"), name: "payments-leads" }] };
  const rootOf = (tags?: Readonly<Record<string, string>>): Fact => ({
    kind: "organizational-unit",
    id: "r-abcd" as never,
    name: "Root",
    path: "/",
    ...(tags === undefined ? {} : { tags }),
  });
  const found = async (
    integration: Partial<OrganizationIntegration> | undefined,
    ...facts: readonly Fact[]
  ): Promise<readonly string[]> => {
    const world = await apiUnderTest();
    if (integration !== undefined) await world.integrations.put({ ...home, ...integration });
    const others = everything.filter(({ kind }) => !facts.some((fact) => fact.kind === kind));
    await seen(world, ...others, ...facts);
    return codesOf(world, body);
  };

  it.each([
    ["no integration says who owns what", undefined, [rootOf({})]],
    ["neither the account nor a unit above it has the tag", { resourceOwner: byTeam }, [rootOf({})]],
    ["the tag says no names", { resourceOwner: byTeam }, [rootOf({ team: "+" })]],
    [
      "the tag says more names than are looked up",
      { resourceOwner: byTeam },
      [rootOf({ team: "a+b+c+d+e+f+g+h+i+j+k" })],
    ],
  ] as const)("is warned of where %s", async (_, integration, facts) => {
    expect(await found(integration, ...facts)).toEqual(["owned: owner-nobody"]);
  });

  it.each([
    ["the integration has an owner", { owner: leads }, [rootOf({})]],
    [
      "the tag says no names, and the integration has an owner",
      { resourceOwner: byTeam, owner: leads },
      [rootOf({ team: "+" })],
    ],
    ["a unit above has the tag", { resourceOwner: byTeam }, [rootOf({ team: "payments-leads" })]],
    [
      "the account has the tag",
      { resourceOwner: byTeam },
      [rootOf({}), { ...accountTwo, tags: { team: "payments-leads" } }],
    ],
    ["nobody has seen the tags of the unit yet", { resourceOwner: byTeam }, [rootOf()]],
    ["nobody has seen the unit yet", { resourceOwner: byTeam }, []],
  ] as const)("is not where %s", async (_, integration, facts) => {
    expect(await found(integration, ...facts)).toEqual([]);
  });
});

it("finds scopes that select nothing, and counts what it reads", async () => {
  const world = await apiUnderTest();
  await seen(world, ...everything);
  const common = { version: 1, updatedAt: at, updatedBy: "test" };
  const { accessScopes } = world.ports;
  const put = (accessScopes as unknown as { put: (scope: object) => Promise<string> }).put.bind(accessScopes);
  await put({ ...common, name: "nothing", query: 'permission_name = "ReadOnly"' });
  await put({ ...common, name: "something", query: 'permission_name = "PowerUser"' });
  world.inventory.reads = 0;
  expect(await codesOf(world)).toEqual(["nothing: scope-empty"]);
  // Each fact that matters once, however many flows and scopes there are, and its group's emptiness.
  expect(world.inventory.reads).toBeLessThan(2 * everything.length);
});

it("lays bundles, access scopes and rotas over those that are there, each known to what names it", async () => {
  const world = await apiUnderTest();
  await seen(world, ...everything);
  const proposed = {
    flows: [
      {
        name: "on-call",
        requestors: { onCall: "payments" },
        targets: [{ bundle: "all" }],
        duration: { max: "PT1H" },
      },
    ],
    bundles: [{ name: "all", targets: [{ accessScope: "power" }] }],
    accessScopes: [{ name: "power", query: 'permission_name = "PowerUser"' }],
    rotas: [
      {
        name: "payments",
        timeZone: "Europe/Berlin",
        rotation: { participants: ["alice"], startsAt: "2026-01-05T08:00:00Z", every: "P1W" },
      },
    ],
  };
  expect(await codesOf(world, proposed)).toEqual([]);
  expect(
    await codesOf(world, {
      ...proposed,
      accessScopes: [{ name: "power", query: 'permission_name = "ReadOnly"' }],
    }),
  ).toEqual(["power: scope-empty"]);
  expect(await world.ports.bundles.list()).toEqual([]);
});

it("answers what could not be saved as findings, and takes it for no reason to find more", async () => {
  const world = await apiUnderTest();
  await seen(world, ...everything);
  const flow = { name: "new", requestors: { user: "alice" }, duration: { max: "PT1H" } };
  const answer = await world.call("POST /access-flows/lint", {
    as: frank,
    body: {
      flows: [{ ...flow, targets: [{ bundle: "broken" }] }],
      bundles: [{ name: "broken", targets: [{ accounts: ["gone-prod"], permissionSets: ["PowerUser"] }] }],
      rotas: [
        {
          name: "nobody",
          timeZone: "Europe/Berlin",
          rotation: { participants: ["zoe"], startsAt: "2026-01-05T08:00:00Z", every: "P1W" },
        },
      ],
    },
  });
  expect(answer).toMatchObject({
    status: 200,
    body: {
      findings: [
        { code: "cannot-be-saved", kind: "rota", name: "nobody", pointer: "/rotation/participants/0" },
        {
          severity: "error",
          code: "cannot-be-saved",
          kind: "bundle",
          name: "broken",
          pointer: "/targets/0/accounts/0",
          message: expect.stringContaining("gone-prod") as unknown,
        },
      ],
    },
  });
  expect(await codesOf(world, { flows: [{ ...flow, targets: [{ bundle: "missing" }] }] })).toEqual([
    "new: cannot-be-saved",
  ]);
});

describe("what it says of a document", () => {
  const target = { accounts: ["payments-prod"], permissionSets: ["PowerUser"] };
  const flow = {
    requestors: { group: "payments-engineers" },
    targets: [target],
    duration: { max: "PT1H" },
    approval: { steps: [{ anyOf: [{ group: "payments-leads" }], within: "PT1H" }] },
  };
  const empty: Fact = { kind: "group", id: aGroupId("payments-leads"), displayName: "payments-leads" };
  const sixty = Array.from({ length: 60 }, () => "payments-prod");

  /** What is there before, what the inventory has seen, and the document, which may be refused. */
  const documents: readonly (readonly [
    string,
    Readonly<Record<string, object>>,
    readonly Fact[],
    string,
    object,
  ])[] = [
    [
      "names a group that the inventory has not seen",
      {},
      [accountTwo, permissionSet()],
      "access-flows/new",
      flow,
    ],
    [
      "names a group that looks empty to the inventory",
      {},
      [accountTwo, permissionSet(), empty],
      "access-flows/new",
      flow,
    ],
    ["names nobody", {}, everything, "access-flows/new", { ...flow, requestors: { group: "nobodies" } }],
    [
      "names nobody twice and no account, each at its place",
      {},
      everything,
      "bundles/new",
      { targets: [{ accounts: ["gone", "payments-prod", "gone"], permissionSets: ["Gone", "PowerUser"] }] },
    ],
    [
      "has a step that only requesters decide",
      {},
      everything,
      "access-flows/new",
      { ...flow, approval: { steps: [{ anyOf: [{ group: "payments-engineers" }], within: "PT1H" }] } },
    ],
    ["selects nothing", {}, everything, "access-scopes/new", { query: 'permission_name = "Other"' }],
    [
      "says of a scope that a flow takes whole no permission any more",
      {
        "access-scopes/new": { query: 'permission_name = "PowerUser"' },
        "access-flows/whole": { ...flow, targets: [{ accessScope: "new" }] },
      },
      everything,
      "access-scopes/new",
      { query: 'resource_name = "payments-prod"' },
    ],
    [
      "names, as a bundle, too many for a flow that names it",
      {
        "bundles/new": { targets: [target] },
        "access-flows/whole": { ...flow, targets: [{ bundle: "new" }, { ...target, accounts: sixty }] },
      },
      everything,
      "bundles/new",
      { targets: [{ ...target, accounts: sixty }] },
    ],
    [
      "has nobody on call who is enabled",
      {},
      [
        ...everything.filter(({ kind }) => kind !== "user"),
        { kind: "user", id: alice.userId, userName: "alice", enabled: false },
      ],
      "rotas/new",
      {
        timeZone: "Europe/Berlin",
        rotation: { participants: ["alice"], startsAt: "2026-01-05T08:00:00Z", every: "P1W" },
      },
    ],
  ];
  const sections: Readonly<Record<string, string>> = {
    "access-flows": "flows",
    bundles: "bundles",
    "access-scopes": "accessScopes",
    rotas: "rotas",
  };

  it.each(documents)("that %s is what its save says", async (_, before, facts, path, document) => {
    const world = await apiUnderTest();
    await seen(world, ...everything);
    for (const [there, body] of Object.entries(before)) {
      expect(await world.call(`PUT /${there}`, { as: frank, body })).toMatchObject({ status: 200 });
    }
    const inventory = new FakeInventory();
    const bare = await apiUnderTest({ ...world.ports, inventory });
    await seen({ ...bare, inventory }, ...facts);
    const [kind = "", name = ""] = path.split("/");
    const body = { [sections[kind] ?? ""]: [{ name, ...document }] };
    const asked = await bare.call("POST /access-flows/lint", { as: frank, body });
    const said = (asked.body as { findings: readonly LintFinding[] }).findings
      .filter((finding) => finding.name === name)
      .map(({ severity, pointer, message }) => `${severity} ${pointer} ${message}`);
    const saved = await bare.call(`PUT /${path}`, { as: frank, body: document });
    const answer = saved.body as {
      readonly errors?: readonly { readonly pointer: string; readonly detail: string }[];
      readonly warnings?: readonly { readonly pointer: string; readonly message: string }[];
    };
    const refused = (answer.errors ?? []).map(({ pointer, detail }) => `error ${pointer} ${detail}`);
    const warned = (answer.warnings ?? []).map(({ pointer, message }) => `warning ${pointer} ${message}`);
    expect(saved.status).toBe(said.some((line) => line.startsWith("error")) ? 400 : 200);
    expect(said.filter((line) => line.startsWith("error"))).toEqual(refused);
    if (saved.status === 200) expect(said).toEqual(warned);
    expect([...refused, ...warned].length === 0).toBe(said.length === 0);
  });

  it("looks each name up once, in however many documents it is", async () => {
    const world = await apiUnderTest();
    await seen(world, ...everything);
    let asked = 0;
    const { directory } = world;
    const counting = {
      groupByName: (name: string) => {
        asked += 1;
        return directory.groupByName(name);
      },
      userByName: directory.userByName.bind(directory),
    };
    const lint = lintWhatIsThere({
      ...world.ports,
      mfa: undefined,
      directory: counting,
      names: resolveNames({ ...world.ports, refresh: world.ports.catalogueRefresh }),
      integrationAsSaved: () => Promise.reject(new Error("No integration is proposed")),
    });
    const flows = Array.from({ length: 20 }, (_, index) =>
      AccessFlowDocumentSchema.parse({ ...flow, name: `flow-${String(index)}` }),
    );
    expect((await lint({ flows })).filter(({ severity }) => severity === "error")).toEqual([]);
    expect(asked).toBe(2);
  });
});

describe("integrations of the body", () => {
  const lab = { name: "lab", kind: "aws-account", accountId: anAccountId(4), region: "eu-west-1" };
  const { managementAccountId, region, identityCenterRegion, accessPortalUrl } = home;
  const organization = {
    name: "organization",
    kind: "aws-organization",
    managementAccountId,
    region,
    identityCenterRegion,
    accessPortalUrl,
  };

  it.each([
    [
      "nobody of the owner's name is there",
      [{ ...lab, owner: { groups: ["no-such-group"] } }],
      "/owner/groups/0",
    ],
    ["another has its account, as one of the same body", [lab, { ...lab, name: "other" }], "/accountId"],
    [
      "it is of another organization",
      [{ ...organization, managementAccountId: anAccountId(7) }],
      "/managementAccountId",
    ],
  ])("are refused, as their save would, where %s", async (_, integrations, pointer) => {
    const world = await apiUnderTest();
    await seen(world, ...everything);
    const answer = await world.call("POST /access-flows/lint", { as: frank, body: { integrations } });
    const { findings } = answer.body as { findings: readonly LintFinding[] };
    expect(findings).toMatchObject([{ code: "cannot-be-saved", kind: "integration", pointer }]);
    expect(await world.integrations.list()).toEqual([]);
    const last = integrations.at(-1);
    for (const { name, ...body } of integrations) {
      const saved = await world.call(`PUT /integrations/${name}`, { as: root, body });
      if (name !== last?.name) expect(saved.status).toBe(200);
      else expect(problemIn(saved).errors).toMatchObject([{ pointer, detail: findings[0]?.message }]);
    }
  });

  it("count for what else is proposed: whose owner they name may decide", async () => {
    const world = await apiUnderTest();
    await seen(world, ...everything);
    const flows = [
      {
        name: "owned",
        requestors: { group: "payments-engineers" },
        targets: [{ accounts: ["payments-prod"], permissionSets: ["PowerUser"] }],
        duration: { max: "PT12H" },
        approval: { steps: [{ anyOf: ["owner"], within: "PT1H" }] },
      },
    ];
    expect(await codesOf(world, { flows })).toEqual(["owned: owner-nobody"]);
    const integrations = [{ ...organization, owner: { groups: ["payments-leads"] } }];
    expect(await codesOf(world, { flows, integrations })).toEqual([]);
    expect(await world.integrations.list()).toEqual([]);
  });
});

it("refuses what would be too large to keep once its names are ids, as saving it does", async () => {
  const world = await apiUnderTest();
  const permissionSets = Array.from({ length: 100 }, () => "PowerUser");
  const large = { targets: Array.from({ length: 45 }, () => ({ tags: [{ key: "env" }], permissionSets })) };
  const { detail } = problemIn(await world.call("PUT /bundles/large", { as: frank, body: large }));
  expect(detail).toMatch(/^With ids for its names, the bundle large has \d+ bytes; at most 190000/);
  const bundles = [{ name: "large", ...large }];
  const { body } = await world.call("POST /access-flows/lint", { as: frank, body: { bundles } });
  expect((body as { findings: readonly LintFinding[] }).findings).toContainEqual(
    expect.objectContaining({
      severity: "error",
      code: "cannot-be-saved",
      name: "large",
      message: expect.stringMatching(/^With ids for its names, the bundle large has \d+ bytes/) as string,
    }),
  );
});

it("takes away what would be deleted, before it looks at what is proposed", async () => {
  const world = await apiUnderTest();
  await seen(world, ...everything);
  const put = (path: string, body: object) => world.call(`PUT /${path}`, { as: frank, body });
  await put("access-scopes/power", { query: 'permission_name = "PowerUser"' });
  await put("access-flows/whole", {
    requestors: { group: "payments-engineers" },
    targets: [{ accessScope: "power" }],
    duration: { max: "PT1H" },
    approval: { steps: [{ anyOf: [{ group: "payments-leads" }], within: "PT1H" }] },
  });
  const wider = { accessScopes: [{ name: "power", query: 'resource_name = "payments-prod"' }] };
  expect(await codesOf(world, wider)).toEqual(["power: cannot-be-saved"]);
  const deleted = [{ kind: "access-flow", name: "whole" }];
  expect(await codesOf(world, { ...wider, deleted })).toEqual([]);
  expect(await codesOf(world, { deleted: [{ kind: "access-scope", name: "power" }] })).toEqual([
    "whole: access-scope-missing",
  ]);
});

it("refuses two of a name, and says which", async () => {
  const { call } = await apiUnderTest();
  const scope = { name: "power", query: 'permission_name = "PowerUser"' };
  expect(
    problemIn(await call("POST /access-flows/lint", { as: frank, body: { accessScopes: [scope, scope] } })),
  ).toMatchObject({ status: 400, code: "invalid-body", errors: [{ pointer: "/accessScopes/1/name" }] });
});

it("is for everybody who may read what is configured, auditors among them, and for nobody else", async () => {
  const world = await apiUnderTest();
  await seen(world, ...everything);
  expect(await codesOf(world, undefined, erin)).toEqual([]);
  expect(problemIn(await world.call("POST /access-flows/lint", { as: alice }))).toMatchObject({
    status: 403,
    code: "role-missing",
  });
});
