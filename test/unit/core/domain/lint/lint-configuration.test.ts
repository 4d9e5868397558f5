import { describe, expect, it } from "vitest";
import type { FlowStep, FlowTarget, PersonRule } from "../../../../../lambdas/core/domain/access-flow.ts";
import type { AccountId, FlowName, RotaName, ScopeName } from "../../../../../lambdas/core/domain/ids.ts";
import type {
  Configuration,
  LintedFlow,
  World,
} from "../../../../../lambdas/core/domain/lint/configuration.ts";
import { lintConfiguration } from "../../../../../lambdas/core/domain/lint/lint-configuration.ts";
import {
  aFlow,
  aGroupId,
  aPermissionSetArn,
  aUserId,
  anAccountId,
  anOrganizationalUnitId,
} from "../../../../support/builders.ts";

const flow = (overrides: Partial<LintedFlow> = {}, name = "prod-power"): LintedFlow => {
  const { version: _version, updatedAt: _updatedAt, updatedBy: _updatedBy, ...content } = aFlow(overrides);
  return { ...content, name: name as FlowName };
};
const configuration = (overrides: Partial<Configuration> = {}): Configuration => ({
  flows: [],
  bundles: [],
  accessScopes: [],
  rotas: [],
  ...overrides,
});

const group = (name: string) => ({ type: "group", id: aGroupId(name), name }) as const;
const user = (name: string) => ({ type: "user", id: aUserId(name), name }) as const;
const powerUser = { id: aPermissionSetArn("PowerUser"), name: "PowerUser" };
const account = (digit: number) => ({ id: anAccountId(digit), name: `account-${String(digit)}` });
const unit = { id: anOrganizationalUnitId("prod"), name: "/Prod" };
const members = (...names: string[]) => ({ members: new Set(names.map(aUserId)), more: false });

/** A world in which nothing is wrong with `flow()`. */
const world = (overrides: Partial<World> = {}): World => ({
  users: new Map(["alice", "bob", "carol"].map((name) => [aUserId(name), { enabled: true }])),
  groups: new Map([
    [aGroupId("payments-engineers"), members("alice", "carol")],
    [aGroupId("payments-leads"), members("bob")],
  ]),
  accounts: new Map([[anAccountId(2), { organizationalUnits: [unit.id], tags: {} }]]),
  organizationalUnits: new Set([unit.id]),
  permissionSets: new Map([[powerUser.id, { name: "PowerUser", sessionSeconds: 3600 }]]),
  accountsElsewhere: new Set(),
  selected: new Map(),
  anchors: new Map([[powerUser.id, new Set([anAccountId(2)])]]),
  guardrails: { neverGrantable: [] },
  protectedAccounts: new Set(),
  ownerless: new Set(),
  tellsSecondFactor: true,
  ...overrides,
});

const told = (of: Partial<Configuration>, seen?: World) =>
  lintConfiguration(configuration(of), seen).map(({ severity, code, kind, name, pointer }) =>
    `${severity} ${code} ${kind} ${name} ${pointer}`.trim(),
  );
const ofFlow = (overrides: Partial<LintedFlow>, seen?: World) => told({ flows: [flow(overrides)] }, seen);

it("finds nothing wrong where nothing is", () => {
  expect(told({ flows: [flow()] })).toEqual([]);
  expect(told({ flows: [flow()] }, world())).toEqual([]);
});

it("says what to do in every message", () => {
  const findings = lintConfiguration(
    configuration({ flows: [flow({ requestors: { allOf: [user("alice"), user("bob")] } })] }),
  );
  expect(findings).toEqual([
    {
      severity: "error",
      code: "requestors-nobody",
      kind: "access-flow",
      name: "prod-power",
      pointer: "/requestors",
      message: expect.stringContaining("Correct the rule") as unknown,
    },
  ]);
});

const department = (...values: string[]): PersonRule => ({
  type: "attribute",
  attribute: "department",
  operator: "is",
  values,
});

describe("requestors that nobody can be", () => {
  const impossible: readonly PersonRule[] = [
    { allOf: [user("alice"), user("bob")] },
    { allOf: [group("payments-engineers"), { not: group("payments-engineers") }] },
    { allOf: [department("it"), department("sales")] },
    { anyOf: [{ allOf: [user("alice"), user("bob")] }, { allOf: [user("bob"), { not: user("bob") }] }] },
    { not: { anyOf: [user("alice"), { not: user("alice") }] } },
    { type: "on-call", rota: "gone" as RotaName },
  ];
  it.each(impossible)("are an error (%#)", (requestors) => {
    expect(ofFlow({ requestors })).toContain("error requestors-nobody access-flow prod-power /requestors");
  });

  const possible: readonly PersonRule[] = [
    { anyOf: [user("alice"), user("bob")] },
    { allOf: [user("alice"), { not: user("bob") }] },
    { allOf: [department("it", "sales"), department("sales")] },
    { not: { allOf: [user("alice"), user("bob")] } },
    {
      allOf: [group("payments-engineers"), { anyOf: [{ not: group("payments-engineers") }, user("alice")] }],
    },
  ];
  it.each(possible)("are not those that somebody can (%#)", (requestors) => {
    expect(ofFlow({ requestors })).toEqual([]);
    expect(ofFlow({ requestors }, world())).not.toContain(
      "error requestors-nobody access-flow prod-power /requestors",
    );
  });

  it("are those who are gone, disabled, or in no group", () => {
    const error = "error requestors-nobody access-flow prod-power /requestors";
    expect(ofFlow({ requestors: user("dave") }, world())).toContain(error);
    const disabled = new Map([[aUserId("alice"), { enabled: false }]]);
    expect(ofFlow({ requestors: user("alice") }, world({ users: disabled }))).toContain(error);
    const empty = new Map([...world().groups, [aGroupId("payments-engineers"), members()] as const]);
    expect(ofFlow({}, world({ groups: empty }))).toContain(error);
    expect(ofFlow({ requestors: { not: group("gone") } }, world())).toContain(error);
  });
});

describe("what is gone", () => {
  const target = (over: object): FlowTarget[] => [
    { accounts: [], organizationalUnits: [], permissionSets: [powerUser], ...over },
  ];
  const step = (over: object): FlowStep[] => [
    { anyOf: [group("payments-leads")], withinSeconds: 60, ...over },
  ];
  const cases: readonly (readonly [string, Partial<LintedFlow>])[] = [
    [
      "error user-gone access-flow prod-power /requestors",
      { requestors: { anyOf: [user("dave"), user("alice")] } },
    ],
    [
      "error group-gone access-flow prod-power /requestors",
      { requestors: { anyOf: [group("gone"), user("alice")] } },
    ],
    [
      "error user-gone access-flow prod-power /requestors",
      { requestors: { anyOf: [{ type: "manager-of", of: user("dave") }, user("alice")] } },
    ],
    [
      "error account-gone access-flow prod-power /targets/0/accounts/1",
      { targets: target({ accounts: [account(2), account(7)] }) },
    ],
    [
      "error organizational-unit-gone access-flow prod-power /targets/0/organizationalUnits/0",
      {
        targets: target({
          accounts: [account(2)],
          organizationalUnits: [{ id: anOrganizationalUnitId("gone"), name: "/Gone" }],
        }),
      },
    ],
    [
      "error account-gone access-flow prod-power /targets/0/exclude/accounts/0",
      {
        targets: target({
          accounts: [account(2)],
          exclude: { accounts: [account(7)], organizationalUnits: [] },
        }),
      },
    ],
    [
      "error permission-set-gone access-flow prod-power /targets/0/permissionSets/1",
      {
        targets: target({
          accounts: [account(2)],
          permissionSets: [powerUser, { id: aPermissionSetArn("Gone"), name: "Gone" }],
        }),
      },
    ],
    [
      "error group-gone access-flow prod-power /approval/steps/0",
      { approval: { steps: step({ anyOf: [group("gone"), user("bob")] }) } },
    ],
    [
      "error user-gone access-flow prod-power /approval/steps/0",
      { approval: { steps: step({ escalation: { afterSeconds: 60, tiers: [[user("dave")]] } }) } },
    ],
    [
      "error user-gone access-flow prod-power /breakGlass/watchers/0",
      { approval: { steps: [] }, breakGlass: { reviewWithinSeconds: 60, watchers: [user("dave")] } },
    ],
  ];
  it.each(cases)("%s", (expected, overrides) => {
    expect(ofFlow(overrides, world())).toEqual([expected]);
    expect(ofFlow(overrides)).toEqual([]);
  });

  it("is told of rotas and bundles, too", () => {
    const rota = {
      name: "on-call" as RotaName,
      timeZone: "UTC",
      shifts: [],
      overrides: [],
      rotation: {
        participants: [{ id: aUserId("dave"), name: "dave" }],
        startsAt: "2026-01-01T00:00:00.000Z",
        everyDays: 7,
      },
    };
    expect(told({ rotas: [rota as never] }, world())).toEqual([
      "error user-gone rota on-call /rotation/participants/0",
    ]);
    expect(
      told(
        { bundles: [{ name: "b" as never, targets: target({ accounts: [account(7)] }) as never }] },
        world(),
      ),
    ).toEqual(["error account-gone bundle b /targets/0/accounts/0"]);
  });

  it("is a warning where somebody is only disabled, or a group empty", () => {
    const users = new Map([...world().users, [aUserId("carol"), { enabled: false }] as const]);
    expect(ofFlow({ requestors: { anyOf: [user("alice"), user("carol")] } }, world({ users }))).toEqual([
      "warning user-disabled access-flow prod-power /requestors",
    ]);
    const groups = new Map([...world().groups, [aGroupId("new"), members()] as const]);
    expect(ofFlow({ requestors: { anyOf: [user("alice"), group("new")] } }, world({ groups }))).toEqual([
      "warning group-empty access-flow prod-power /requestors",
    ]);
  });
});

describe("what is missing", () => {
  it.each([
    ["bundle-missing", { bundle: "gone" }],
    ["access-scope-missing", { accessScope: "gone" }],
  ])("%s", (code, target) => {
    const targets = [target as never, ...flow().targets];
    expect(ofFlow({ targets })).toEqual([`error ${code} access-flow prod-power /targets/0`]);
  });
  it("rota-missing", () => {
    const requestors: PersonRule = { anyOf: [user("alice"), { type: "on-call", rota: "gone" as RotaName }] };
    expect(ofFlow({ requestors })).toEqual(["error rota-missing access-flow prod-power /requestors"]);
  });
});

describe("targets of which everything is excluded", () => {
  const excluded: FlowTarget = {
    accounts: [account(2)],
    organizationalUnits: [],
    permissionSets: [powerUser],
    exclude: { accounts: [account(2)], organizationalUnits: [] },
  };
  it("are an error when there is nothing else, and a warning beside others", () => {
    expect(ofFlow({ targets: [excluded] })).toEqual([
      "error targets-nothing access-flow prod-power /targets",
    ]);
    expect(ofFlow({ targets: [...flow().targets, excluded] })).toEqual([
      "warning target-nothing access-flow prod-power /targets/1",
    ]);
  });
  it("are those of which every permission set is", () => {
    const exclude = { accounts: [], organizationalUnits: [], permissionSets: [powerUser] };
    expect(ofFlow({ targets: [{ ...excluded, exclude }] })).toHaveLength(1);
  });
  it("are not those of which something is left", () => {
    expect(ofFlow({ targets: [{ ...excluded, accounts: [account(2), account(3)] }] })).toEqual([]);
    expect(ofFlow({ targets: [{ ...excluded, tags: [{ key: "env" }] }] })).toEqual([]);
  });
});

describe("steps that nobody could decide", () => {
  const steps = (...anyOf: readonly (ReturnType<typeof user> | ReturnType<typeof group>)[]): FlowStep[] => [
    { anyOf: [...anyOf], withinSeconds: 60 },
  ];
  const error = "error approvers-only-requesters access-flow prod-power /approval/steps/0";
  it("are those of the one who asks", () => {
    const own = { requestors: user("alice"), approval: { steps: steps(user("alice")) } };
    expect(ofFlow(own)).toEqual([error]);
    expect(ofFlow({ ...own, settings: { requesterCanApproveSelf: true } })).toEqual([]);
    expect(ofFlow({ ...own, approval: { steps: steps(user("alice"), user("bob")) } })).toEqual([]);
    expect(ofFlow({ ...own, requestors: { anyOf: [user("alice"), user("bob")] } })).toEqual([]);
  });
  it("are those of a group of one who is the only one to ask", () => {
    const leads = { requestors: group("payments-leads") };
    expect(ofFlow(leads)).toEqual([]);
    expect(ofFlow(leads, world())).toEqual([error]);
  });
  it("are those of nobody who is there and enabled", () => {
    const users = new Map([...world().users, [aUserId("carol"), { enabled: false }] as const]);
    expect(ofFlow({ approval: { steps: steps(user("carol")) } }, world({ users }))).toContain(
      "error nobody-decides access-flow prod-power /approval/steps/0",
    );
  });
  const several = (...all: readonly FlowStep[]): Partial<LintedFlow> => ({ approval: { steps: [...all] } });
  const any = (...anyOf: readonly (ReturnType<typeof user> | ReturnType<typeof group>)[]) =>
    ({ anyOf: [...anyOf], withinSeconds: 60 }) satisfies FlowStep;
  const every = (...allOf: readonly (ReturnType<typeof user> | ReturnType<typeof group>)[]) =>
    ({ allOf: [...allOf], withinSeconds: 60 }) satisfies FlowStep;
  const tooFew = (step: number) =>
    `error too-few-approvers access-flow prod-power /approval/steps/${String(step)}`;

  it("are those of which all have to be requesters", () => {
    const both = several(every(user("alice"), user("carol")));
    expect(ofFlow({ ...both, requestors: { anyOf: [user("alice"), user("carol")] } })).toEqual([error]);
    expect(ofFlow({ ...both, requestors: { anyOf: [user("alice"), user("bob")] } })).toEqual([]);
    expect(ofFlow(both, world())).toEqual([error]);
  });
  it("are those for which nobody is left by the other steps", () => {
    const twice = several(any(user("bob")), any(user("bob")));
    expect(ofFlow(twice)).toEqual([tooFew(1)]);
    expect(
      ofFlow({ approval: { steps: twice.approval?.steps ?? [], sameApproverInSeveralSteps: true } }),
    ).toEqual([]);
    expect(ofFlow(several(any(user("bob"), user("dora")), any(user("bob"))))).toEqual([]);
    expect(ofFlow(several(any(group("payments-leads")), every(user("bob"), user("carol"))), world())).toEqual(
      [tooFew(1)],
    );
  });
  it("are those of allOf of which one is nobody, whoever its escalation adds", () => {
    const users = new Map([...world().users, [aUserId("carol"), { enabled: false }] as const]);
    const step = {
      ...every(user("bob"), user("carol")),
      escalation: { afterSeconds: 60, tiers: [[user("alice")]] },
    };
    expect(ofFlow(several(step), world({ users }))).toContain(
      "error nobody-decides access-flow prod-power /approval/steps/0",
    );
  });
  it("are a warning where a rule may make them needless", () => {
    const approval = {
      steps: steps(user("alice")),
      automatic: { type: "duration-below", seconds: 60 } as const,
    };
    expect(ofFlow({ requestors: user("alice"), approval })).toEqual([
      "warning approvers-only-requesters access-flow prod-power /approval/steps/0",
    ]);
  });
  it("are not those that owners or large groups decide", () => {
    const owner: FlowStep[] = [{ anyOf: [{ type: "owner" }], withinSeconds: 60 }];
    expect(ofFlow({ approval: { steps: owner } }, world())).toEqual([]);
    const groups = new Map([
      ...world().groups,
      [aGroupId("payments-leads"), { ...members(), more: true }] as const,
    ]);
    expect(ofFlow({}, world({ groups }))).toEqual([]);
  });
});

const selected = (...digits: number[]) => ({
  permissionSetArn: powerUser.id,
  accounts: (digits.length === 0 ? [2] : digits).map(anAccountId),
});

describe("access scopes", () => {
  const scope = (query: string) => ({ accessScopes: [{ name: "prod" as ScopeName, query }] });
  it("whose query cannot be read are an error", () => {
    expect(told(scope("permission_name = "))).toEqual(["error query-invalid access-scope prod /query"]);
  });
  it("that select nothing now are a warning", () => {
    const query = 'permission_name = "ReadOnly"';
    expect(told(scope(query), world({ selected: new Map([["prod" as ScopeName, []]]) }))).toEqual([
      "warning scope-empty access-scope prod /query",
    ]);
    expect(told(scope(query), world({ selected: new Map([["prod" as ScopeName, [selected()]]]) }))).toEqual(
      [],
    );
    expect(told(scope(query), world())).toEqual([]);
  });
});

describe("a flow that another one makes useless", () => {
  const lighter = (overrides: Partial<LintedFlow> = {}) =>
    flow({ approval: { steps: [] }, ...overrides }, "lighter");
  const pair = (strict: Partial<LintedFlow>, light: Partial<LintedFlow>) =>
    told({ flows: [flow(strict), lighter(light)] });
  const finding = ["warning flow-overshadowed access-flow prod-power"];

  it("is told of, by the name of the other", () => {
    expect(pair({}, {})).toEqual(finding);
    expect(lintConfiguration(configuration({ flows: [flow(), lighter()] }))[0]?.message).toContain("lighter");
  });
  it("is one whose people, targets and time are among the other's", () => {
    expect(
      pair(
        {
          requestors: { allOf: [group("payments-engineers"), user("alice")] },
          duration: { max: "PT1H", maxSeconds: 3600 },
        },
        {
          requestors: { anyOf: [user("bob"), group("payments-engineers")] },
          targets: [
            { accounts: [account(3), account(2)], organizationalUnits: [], permissionSets: [powerUser] },
          ],
        },
      ),
    ).toEqual(finding);
  });
  it("may ask for as many steps, where the other is the first by name", () => {
    const strict: FlowStep[] = [{ allOf: [group("payments-leads"), user("bob")], withinSeconds: 60 }];
    expect(pair({ approval: { steps: strict } }, { approval: flow().approval })).toEqual(finding);
    const last = flow({ approval: flow().approval }, "zealous");
    expect(told({ flows: [flow({ approval: { steps: strict } }), last] })).toEqual([
      "warning flow-overshadowed access-flow zealous",
    ]);
  });
  const waitingFor = (type: "owner" | "manager"): FlowStep[] => [{ anyOf: [{ type }], withinSeconds: 60 }];
  const twoSteps: FlowStep[] = [...flow().approval.steps, { anyOf: [user("carol")], withinSeconds: 60 }];
  it("is also one that comes after a flow whose escalation asks managers", () => {
    const [step] = flow().approval.steps;
    const escalation = { afterSeconds: 60, tiers: [[{ type: "manager" as const }]] };
    const light = { approval: { steps: [{ ...(step as FlowStep), escalation }] } };
    expect(pair({ approval: { steps: twoSteps } }, light)).toEqual(finding);
  });
  const narrower: readonly (readonly [string, Partial<LintedFlow>])[] = [
    ["for others", { requestors: group("payments-leads") }],
    ["for fewer", { requestors: { allOf: [group("payments-engineers"), user("alice")] } }],
    ["shorter", { duration: { max: "PT1H", maxSeconds: 3600 } }],
    [
      "elsewhere",
      { targets: [{ accounts: [account(3)], organizationalUnits: [], permissionSets: [powerUser] }] },
    ],
    [
      "with exclusions",
      {
        targets: [
          {
            ...(flow().targets[0] as object),
            exclude: { accounts: [account(2)], organizationalUnits: [] },
          } as never,
          ...[],
        ],
      },
    ],
    ["inactive", { active: false }],
    ["automatic", { trigger: "automatic" }],
    ["for emergencies", { breakGlass: { reviewWithinSeconds: 60, watchers: [] } }],
    ["at times", { timeframe: { days: ["monday"], from: "09:00", to: "17:00", timeZone: "UTC" } }],
    ["with more than a password", { settings: { requesterCanApproveSelf: false, mfaRequired: true } }],
    ["with a ticket", { settings: { requesterCanApproveSelf: false, ticketPattern: "x" } }],
    ["with short sessions", { settings: { requesterCanApproveSelf: false, maxSessionSeconds: 60 } }],
    ["decided by managers, of whom some have none", { approval: { steps: waitingFor("manager") } }],
    ["decided by owners", { approval: { steps: waitingFor("owner") } }],
  ];
  it.each(narrower)("is none where the other is %s", (_what, light) => {
    expect(pair({ approval: { steps: twoSteps } }, light)).not.toContain(finding[0]);
  });
  it("is none where it lets people ask for more", () => {
    expect(pair({ requestFor: ["self", "others"] }, {})).toEqual([]);
  });
});

describe("what lasts too long", () => {
  it("are sessions that no request of the flow could be served with", () => {
    const settings = { requesterCanApproveSelf: false, maxSessionSeconds: 1800 };
    expect(ofFlow({ settings }, world())).toEqual([
      "error session-too-long access-flow prod-power /targets/0/permissionSets/0",
    ]);
    expect(ofFlow({ settings: { ...settings, maxSessionSeconds: 3600 } }, world())).toEqual([]);
  });
  it("are sessions of what bundles and access scopes bring, which others may be given", () => {
    const settings = { requesterCanApproveSelf: false, maxSessionSeconds: 1800 };
    const found = ["warning session-too-long access-flow prod-power /targets/0"];
    expect(throughBundle({ settings }, world())).toEqual(found);
    const seen = world({ selected: new Map([["prod" as ScopeName, [selected()]]]) });
    expect(throughScope({ settings }, seen)).toEqual(found);
    expect(throughScope({ settings: { ...settings, maxSessionSeconds: 3600 } }, seen)).toEqual([]);
  });
  it("is a flow's duration above the guardrail", () => {
    expect(ofFlow({}, world({ guardrails: { maxDurationSeconds: 3600, neverGrantable: [] } }))).toEqual([
      "warning duration-above-maximum access-flow prod-power /duration/max",
    ]);
    expect(ofFlow({}, world({ guardrails: { maxDurationSeconds: 8 * 3600, neverGrantable: [] } }))).toEqual(
      [],
    );
  });
});

describe("a permission set with no standing anchor", () => {
  /** Its assignments were looked at, and none anchors it. */
  const bare: World["anchors"] = new Map([[powerUser.id, new Set()]]);
  it("is told of, with the accounts where its role would go", () => {
    expect(ofFlow({}, world({ anchors: bare }))).toEqual([
      "warning no-standing-anchor access-flow prod-power /targets/0/permissionSets/0",
    ]);
  });
  it("is looked for in what units bring", () => {
    const targets: FlowTarget[] = [
      { accounts: [], organizationalUnits: [unit], permissionSets: [powerUser] },
    ];
    const [finding] = lintConfiguration(
      configuration({ flows: [flow({ targets })] }),
      world({ anchors: bare }),
    );
    expect(finding?.message).toContain(anAccountId(2));
    expect(ofFlow({ targets }, world())).toEqual([]);
  });
  it("is looked for in what bundles and access scopes bring", () => {
    const found = ["warning no-standing-anchor access-flow prod-power /targets/0"];
    expect(throughBundle({}, world({ anchors: bare }))).toEqual(found);
    expect(throughBundle({}, world())).toEqual([]);
    const seen = { selected: new Map([["prod" as ScopeName, [selected()]]]) };
    expect(throughScope({}, world({ ...seen, anchors: bare }))).toEqual(found);
    expect(throughScope({}, world(seen))).toEqual([]);
  });
  it("is none of the permission sets that are excluded", () => {
    const permissionSets = [powerUser, { id: aPermissionSetArn("Admin"), name: "Admin" }];
    const exclude = { accounts: [], organizationalUnits: [], permissionSets: [powerUser] };
    const targets = [{ accounts: [account(2)], organizationalUnits: [], permissionSets, exclude }];
    const known = new Map(permissionSets.map(({ id, name }) => [id, { name, sessionSeconds: 3600 }]));
    const anchors = new Map(permissionSets.map(({ id }) => [id, new Set<AccountId>()]));
    expect(ofFlow({ targets }, world({ permissionSets: known, anchors }))).toEqual([
      "warning no-standing-anchor access-flow prod-power /targets/0/permissionSets/1",
    ]);
  });
  it("is none where nobody looked, or where nothing is ever granted", () => {
    expect(ofFlow({}, world({ anchors: new Map() }))).toEqual([]);
    const found = ofFlow({}, world({ anchors: bare, protectedAccounts: new Set([anAccountId(2)]) }));
    expect(found.join()).not.toContain("no-standing-anchor");
  });
});

/** What is said of a flow whose only target is a bundle of the flow's usual one. */
const throughBundle = (overrides: Partial<LintedFlow>, seen: World) =>
  told(
    {
      flows: [flow({ targets: [{ bundle: "basics" as never }], ...overrides })],
      bundles: [{ name: "basics" as never, targets: flow().targets as never }],
    },
    seen,
  );
/** The same, of an access scope that it takes whole. */
const throughScope = (overrides: Partial<LintedFlow>, seen: World) =>
  told(
    {
      flows: [flow({ targets: [{ accessScope: "prod" as ScopeName }], ...overrides })],
      accessScopes: [{ name: "prod" as ScopeName, query: 'permission_name = "PowerUser"' }],
    },
    seen,
  );

describe("accounts outside of the organization", () => {
  it("are there, but nothing is granted in them", () => {
    const targets: FlowTarget[] = [
      { accounts: [account(2), account(7)], organizationalUnits: [], permissionSets: [powerUser] },
    ];
    const seen = world({ accountsElsewhere: new Set([anAccountId(7)]) });
    expect(ofFlow({ targets }, seen)).toEqual([
      "warning account-outside-organization access-flow prod-power /targets/0/accounts/1",
    ]);
  });
  it("may be excluded", () => {
    const exclude = { accounts: [account(7)], organizationalUnits: [] };
    const targets: FlowTarget[] = [{ ...(flow().targets[0] as object), exclude } as never];
    expect(ofFlow({ targets }, world({ accountsElsewhere: new Set([anAccountId(7)]) }))).toEqual([]);
  });
});

describe("targets that no account fits", () => {
  const target = (over: object): FlowTarget => ({
    accounts: [],
    organizationalUnits: [],
    permissionSets: [powerUser],
    ...over,
  });
  const sandbox = { id: anOrganizationalUnitId("sandbox"), name: "/Sandbox" };
  const tagged = (tags: Readonly<Record<string, string>> | undefined) =>
    new Map([[anAccountId(2), { organizationalUnits: [unit.id], ...(tags === undefined ? {} : { tags }) }]]);

  it("are those of a unit without accounts", () => {
    const seen = world({ organizationalUnits: new Set([unit.id, sandbox.id]) });
    const targets = [target({ organizationalUnits: [sandbox] })];
    expect(ofFlow({ targets }, seen)).toEqual([
      "warning target-matches-nothing access-flow prod-power /targets/0",
    ]);
    expect(told({ bundles: [{ name: "b" as never, targets: targets as never }] }, seen)).toEqual([
      "warning target-matches-nothing bundle b /targets/0",
    ]);
    expect(ofFlow({ targets: [target({ organizationalUnits: [unit] })] }, seen)).toEqual([]);
  });
  it("are those of which all that fits is excluded", () => {
    const exclude = { accounts: [account(2)], organizationalUnits: [] };
    expect(ofFlow({ targets: [target({ organizationalUnits: [unit], exclude })] }, world())).toEqual([
      "warning target-matches-nothing access-flow prod-power /targets/0",
    ]);
  });
  it("have tags that no account has, each with its place, excluded ones too", () => {
    const accounts = tagged({ env: "prod" });
    const tags = [{ key: "env", values: ["prod"] }, { key: "evn" }];
    const exclude = { accounts: [], organizationalUnits: [], tags: [{ key: "env", values: ["Prod"] }] };
    expect(ofFlow({ targets: [target({ tags, exclude })] }, world({ accounts }))).toEqual([
      "warning tag-of-no-account access-flow prod-power /targets/0/tags/1",
      "warning tag-of-no-account access-flow prod-power /targets/0/exclude/tags/0",
    ]);
    expect(ofFlow({ targets: [target({ tags: [{ key: "evn" }] })] }, world({ accounts }))).toEqual([
      "warning tag-of-no-account access-flow prod-power /targets/0/tags/0",
    ]);
  });
  it("are not those of accounts whose tags nobody has looked at", () => {
    const seen = world({ accounts: tagged(undefined) });
    expect(ofFlow({ targets: [target({ tags: [{ key: "env" }] })] }, seen)).toEqual([]);
  });
  it("are none while the inventory knows no account at all", () => {
    const seen = world({ accounts: new Map() });
    const automatic = { type: "target-tag" as const, key: "env" };
    const targets = [target({ organizationalUnits: [unit], tags: [{ key: "env" }] })];
    expect(ofFlow({ targets, approval: { ...flow().approval, automatic } }, seen)).toEqual([]);
  });
  it("may be a rule of automatic approval's", () => {
    const automatic = { type: "target-tag" as const, key: "env", values: ["sandbox"] };
    const approval = { ...flow().approval, automatic };
    const place = "warning tag-of-no-account access-flow prod-power /approval/automatic";
    expect(ofFlow({ approval }, world())).toEqual([place]);
    expect(ofFlow({ approval }, world({ accounts: tagged({ env: "sandbox" }) }))).toEqual([]);
  });
});

describe("targets that are never granted", () => {
  const never = (...neverGrantable: World["guardrails"]["neverGrantable"]) =>
    world({ guardrails: { neverGrantable } });
  const error = "error targets-never-granted access-flow prod-power /targets";
  const ofUnit: FlowTarget[] = [{ accounts: [], organizationalUnits: [unit], permissionSets: [powerUser] }];

  it("are an error where the targets themselves say so", () => {
    expect(ofFlow({}, never({ permissionSets: ["poweruser"] }))).toEqual([error]);
    expect(ofFlow({ targets: ofUnit }, never({ permissionSets: [powerUser.id] }))).toEqual([error]);
    expect(ofFlow({}, never({ accounts: [anAccountId(2)], permissionSets: ["PowerUser"] }))).toEqual([error]);
    expect(ofFlow({}, world({ protectedAccounts: new Set([anAccountId(2)]) }))).toEqual([error]);
    expect(throughBundle({}, never({ permissionSets: ["PowerUser"] }))).toEqual([
      error,
      "error targets-never-granted bundle basics /targets",
    ]);
  });
  it("are a warning where it only comes to that now", () => {
    const warned = ["warning targets-never-granted access-flow prod-power /targets"];
    const seen = world({ protectedAccounts: new Set([anAccountId(2)]) });
    expect(ofFlow({ targets: ofUnit }, seen)).toEqual(warned);
    const selects = { selected: new Map([["prod" as ScopeName, [selected()]]]) };
    expect(
      throughScope(
        {},
        world({ ...selects, guardrails: { neverGrantable: [{ accounts: [anAccountId(2)] }] } }),
      ),
    ).toEqual(warned);
  });
  it("are told one by one where others are granted", () => {
    const others: FlowTarget = {
      accounts: [account(2)],
      organizationalUnits: [],
      permissionSets: [{ id: aPermissionSetArn("Admin"), name: "Admin" }],
    };
    const seen = never({ permissionSets: ["Admin"] });
    const permissionSets = new Map([
      ...seen.permissionSets,
      [aPermissionSetArn("Admin"), { name: "Admin", sessionSeconds: 3600 }] as const,
    ]);
    expect(ofFlow({ targets: [...flow().targets, others] }, { ...seen, permissionSets })).toEqual([
      "warning target-never-granted access-flow prod-power /targets/1",
    ]);
  });
  it("are not those of which one account is left", () => {
    const accounts = new Map([
      ...world().accounts,
      [anAccountId(3), { organizationalUnits: [unit.id], tags: {} }] as const,
    ]);
    const anchors = new Map([[powerUser.id, new Set([anAccountId(2), anAccountId(3)])]]);
    const seen = world({ accounts, anchors, protectedAccounts: new Set([anAccountId(2)]) });
    expect(ofFlow({ targets: ofUnit }, seen)).toEqual([]);
  });
});

it("refuses more than a hundred that are named one by one, those of bundles included", () => {
  const many = (count: number) =>
    Array.from({ length: count }, (_, index) => ({
      id: String(100000000000 + index) as AccountId,
      name: String(index),
    }));
  const target = (count: number) => ({
    accounts: many(count),
    organizationalUnits: [],
    permissionSets: [powerUser],
  });
  expect(ofFlow({ targets: [target(100)] })).toEqual([]);
  expect(ofFlow({ targets: [target(101)] })).toEqual([
    "error too-many-named access-flow prod-power /targets",
  ]);
  const bundles = [{ name: "b" as never, targets: [target(60)] }];
  const targets = [target(60), { bundle: "b" as never }];
  expect(told({ flows: [flow({ targets })], bundles })).toEqual([
    "error too-many-named access-flow prod-power /targets",
  ]);
});

it("finds what is gone of a rule of automatic approval", () => {
  const automatic = {
    anyOf: [
      user("dave"),
      group("gone"),
      { type: "on-call", rota: "gone" as RotaName } as const,
      { type: "duration-below", seconds: 60 } as const,
    ],
  };
  const found = ofFlow({ approval: { ...flow().approval, automatic } }, world());
  expect(found).toEqual(
    ["user-gone", "group-gone", "rota-missing"].map(
      (code) => `error ${code} access-flow prod-power /approval/automatic`,
    ),
  );
});

describe("a second factor that no token can tell of", () => {
  const warned = "warning mfa-never-shown access-flow prod-power /settings/mfaRequired";
  const withMfa = { settings: { ...flow().settings, mfaRequired: true } };
  it("is a warning where the flow requires one, and the deployment says nothing of them", () => {
    expect(ofFlow(withMfa, world({ tellsSecondFactor: false }))).toEqual([warned]);
    expect(ofFlow({}, world({ tellsSecondFactor: false }))).toEqual([]);
    expect(ofFlow(withMfa, world())).toEqual([]);
  });
  it("is nothing that documents alone show", () => {
    expect(ofFlow(withMfa)).toEqual([]);
  });
  it("names the setting", () => {
    const [finding] = lintConfiguration(
      configuration({ flows: [flow(withMfa)] }),
      world({ tellsSecondFactor: false }),
    );
    expect(finding?.message).toMatch(/deploy setting mfa .*docs\/settings\.md/);
  });
});

describe("a step for owners of what nobody owns", () => {
  const owner = { type: "owner" } as const;
  const manager = { type: "manager" } as const;
  const approvedBy = (step: object, more: Partial<LintedFlow["approval"]> = {}): Partial<LintedFlow> => ({
    approval: { steps: [{ withinSeconds: 60, ...step } as FlowStep], ...more },
  });
  const nobodys = (overrides: Partial<World> = {}) =>
    world({ ownerless: new Set([anAccountId(2)]), ...overrides });
  const warned = "warning owner-nobody access-flow prod-power /approval/steps/0";

  it.each([
    ["is the only one", { anyOf: [owner] }],
    ["is one of all", { allOf: [owner, group("payments-leads")] }],
    [
      "is helped by an escalation alone",
      { anyOf: [owner], escalation: { afterSeconds: 60, tiers: [[user("bob")]] } },
    ],
  ])("is a warning where the owner %s", (_, step) => {
    expect(ofFlow(approvedBy(step), nobodys())).toEqual([warned]);
    expect(ofFlow(approvedBy(step), world())).toEqual([]);
    expect(ofFlow(approvedBy(step))).toEqual([]);
  });

  it.each([
    ["somebody else may decide", { anyOf: [owner, group("payments-leads")] }],
    ["a manager may, whom nobody knows here", { anyOf: [owner, manager] }],
    ["it is for nobody's owner", { anyOf: [group("payments-leads")] }],
  ])("is none where %s", (_, step) => {
    expect(ofFlow(approvedBy(step), nobodys())).toEqual([]);
  });

  it("is none where the accounts are not this flow's, or nothing is ever granted in them", () => {
    expect(ofFlow(approvedBy({ anyOf: [owner] }), world({ ownerless: new Set([anAccountId(7)]) }))).toEqual(
      [],
    );
    const ruledOut = nobodys({ protectedAccounts: new Set([anAccountId(2)]) });
    expect(ofFlow(approvedBy({ anyOf: [owner] }), ruledOut)).not.toContain(warned);
  });

  it("names some of the accounts and counts the others, through bundles, too", () => {
    const ids = [2, 3, 4, 5].map(anAccountId);
    const accounts = new Map(ids.map((id) => [id, { organizationalUnits: [unit.id], tags: {} }]));
    const seen = nobodys({ accounts, ownerless: new Set(ids), anchors: new Map() });
    const targets = [
      { accounts: ids.map((id) => ({ id, name: id })), organizationalUnits: [], permissionSets: [powerUser] },
    ];
    const [finding, ...others] = lintConfiguration(
      configuration({
        flows: [flow({ ...approvedBy({ anyOf: [owner] }), targets: [{ bundle: "all" as never }] })],
        bundles: [{ name: "all" as never, targets }],
      }),
      seen,
    );
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ code: "owner-nobody", severity: "warning" });
    expect(finding?.message).toContain(`${ids.slice(0, 3).join(", ")} and 1 more accounts`);
  });

  it("tells of other requests only where some need nobody", () => {
    const automatic = { type: "duration-below", seconds: 600 } as const;
    const [finding] = lintConfiguration(
      configuration({ flows: [flow(approvedBy({ anyOf: [owner] }, { automatic }))] }),
      nobodys(),
    );
    expect(finding?.message).toContain("that approval.automatic does not take");
  });
});
