import { describe, expect, it } from "vitest";
import type {
  AccessFlow,
  FlowStep,
  FlowTarget,
  PartyKey,
  PersonCondition,
  PersonRule,
  ResourceTarget,
} from "../../../../lambdas/core/domain/access-flow.ts";
import type { Bundle } from "../../../../lambdas/core/domain/bundle.ts";
import { consider, evaluate, type ConsideredName } from "../../../../lambdas/core/domain/evaluate.ts";
import type { Ask, EvaluationContext } from "../../../../lambdas/core/domain/ask.ts";
import {
  timestamp,
  type BundleName,
  type FlowName,
  type RotaName,
  type ScopeName,
} from "../../../../lambdas/core/domain/ids.ts";
import type { IntegrationName } from "../../../../lambdas/core/domain/integration.ts";
import { isWhom, type PersonFacts } from "../../../../lambdas/core/domain/person-rule.ts";
import { compileQuery } from "../../../../lambdas/core/domain/query/compile-query.ts";
import type { QuerySubject } from "../../../../lambdas/core/domain/query/fields.ts";
import type { Verdict } from "../../../../lambdas/core/domain/rule.ts";
import type { KnownApprovers, Staffing } from "../../../../lambdas/core/domain/known-approvers.ts";
import { covers, targetKey } from "../../../../lambdas/core/domain/target-coverage.ts";
import {
  aFlow,
  aGroupId,
  aPermissionSetArn,
  aUserId,
  anAccountId,
  anOrganizationalUnitId,
} from "../../../support/builders.ts";
import { aContext, anAsk, aPersonKnown, somebodyDecides } from "../../../support/evaluations.ts";
import { queryOf } from "../../../support/queries.ts";

const alice = aUserId("alice");
const user = (name: string) => ({ type: "user", id: aUserId(name), name }) as const;
const group = (name: string) => ({ type: "group", id: aGroupId(name), name }) as const;
const attribute = (operator: "is" | "contains" | "startsWith", ...values: string[]): PersonCondition => ({
  type: "attribute",
  attribute: "department",
  operator,
  values,
});
const managerOf = (name: string): PersonCondition => ({ type: "manager-of", of: group(name) });
const onCall = (name: string): PersonCondition => ({ type: "on-call", rota: name as RotaName });

describe("who a rule asks for", () => {
  const person: PersonFacts = aPersonKnown({
    memberships: new Set([aGroupId("mine")]),
    missingGroups: new Set([aGroupId("deleted")]),
    attributes: { department: "Payments EU" },
    manages: new Map<PartyKey, Verdict>([
      [`group:${aGroupId("team")}`, "met"],
      [`group:${aGroupId("others")}`, "unmet"],
    ]),
    onCall: new Map<RotaName, Verdict>([
      ["primary" as RotaName, "met"],
      ["secondary" as RotaName, "unmet"],
      ["gone" as RotaName, "unknown"],
    ]),
  });
  const [yes, no, maybe] = [group("mine"), group("theirs"), group("deleted")];

  it.each<readonly [string, PersonRule, Verdict]>([
    ["the user", user("alice"), "met"],
    ["another user", user("bob"), "unmet"],
    ["a group of theirs", yes, "met"],
    ["another group", no, "unmet"],
    ["a group that was deleted", maybe, "unknown"],
    ["an attribute's value", attribute("is", "Payments", "Payments EU"), "met"],
    ["upper and lower case count", attribute("is", "payments eu"), "unmet"],
    ["what a value contains", attribute("contains", "EU"), "met"],
    ["what it begins with", attribute("startsWith", "Payments"), "met"],
    ["what it does not begin with", attribute("startsWith", "EU"), "unmet"],
    [
      "an attribute without a value",
      { type: "attribute", attribute: "title", operator: "is", values: ["x"] },
      "unknown",
    ],
    [
      "an attribute that only every object has",
      { type: "attribute", attribute: "constructor", operator: "contains", values: ["Object"] },
      "unknown",
    ],
    ["whom they manage", managerOf("team"), "met"],
    ["whom they do not", managerOf("others"), "unmet"],
    ["of whom nobody knows it", managerOf("large"), "unknown"],
    ["on call", onCall("primary"), "met"],
    ["not on call", onCall("secondary"), "unmet"],
    ["a rota that is not there", onCall("gone"), "unknown"],
    ["a rota that nobody asked", onCall("other"), "unknown"],

    ["any: one", { anyOf: [no, maybe, yes] }, "met"],
    ["any: perhaps one", { anyOf: [no, maybe] }, "unknown"],
    ["any: none", { anyOf: [no, no] }, "unmet"],
    ["all: each", { allOf: [yes, yes] }, "met"],
    ["all: perhaps each", { allOf: [yes, maybe] }, "unknown"],
    ["all: not each, whatever else is not known", { allOf: [maybe, no] }, "unmet"],
    ["not: no", { not: no }, "met"],
    ["not: yes", { not: yes }, "unmet"],
    ["not: nobody knows", { not: maybe }, "unknown"],
    ["not: of what may be none", { not: { anyOf: [no, maybe] } }, "unknown"],
    ["joined", { allOf: [{ anyOf: [no, yes] }, { not: { allOf: [yes, no] } }] }, "met"],
  ])("%s", (_, rule, verdict) => {
    expect(isWhom(rule, person)).toBe(verdict);
    const { allowed } = evaluate(
      anAsk(),
      aContext({ flows: [aFlow({ requestors: rule })], requester: person }),
    );
    expect(allowed).toBe(verdict === "met");
  });
});

describe("what a target covers", () => {
  const account = anAccountId(2);
  const [asked] = anAsk().targets;
  if (asked === undefined) throw new Error("Nothing is asked for");
  const [prod, workloads, sandbox] = ["prod", "workloads", "sandbox"].map(anOrganizationalUnitId) as [
    ReturnType<typeof anOrganizationalUnitId>,
    ReturnType<typeof anOrganizationalUnitId>,
    ReturnType<typeof anOrganizationalUnitId>,
  ];
  const powerUser = { id: aPermissionSetArn("PowerUser"), name: "PowerUser" };
  const readOnly = { id: aPermissionSetArn("ReadOnly"), name: "ReadOnly" };
  const named = (...digits: number[]) =>
    digits.map((digit) => ({ id: anAccountId(digit), name: `account ${String(digit)}` }));
  const below = (...ids: (typeof prod)[]) => ids.map((id) => ({ id, name: "/a unit" }));
  const target = (overrides: Partial<ResourceTarget> = {}): ResourceTarget => ({
    accounts: [],
    organizationalUnits: [],
    permissionSets: [powerUser],
    ...overrides,
  });
  const excluding = (
    exclude: Partial<NonNullable<ResourceTarget["exclude"]>>,
    of = target({ accounts: named(2) }),
  ) => ({
    ...of,
    exclude: { accounts: [], organizationalUnits: [], ...exclude },
  });
  const tag = (key: string, ...values: string[]) => (values.length === 0 ? { key } : { key, values });
  const scope = (name: string, permissionSets?: (typeof powerUser)[]): FlowTarget => ({
    accessScope: name as ScopeName,
    ...(permissionSets === undefined ? {} : { permissionSets }),
  });
  const bundle = (name: string, targets: Bundle["targets"]): [BundleName, Bundle] => [
    name as BundleName,
    { name: name as BundleName, version: 1, targets, updatedAt: timestamp(new Date(0)), updatedBy: "test" },
  ];
  const subject: QuerySubject = {
    resource: {
      type: "aws-account",
      id: account,
      name: "payments",
      path: "/",
      status: "ACTIVE",
      tags: {},
      context: {},
    },
    permission: { id: powerUser.id, name: "PowerUser", riskLevel: "writes", tags: {}, context: {} },
    integration: "organization",
  };
  const finding = (query: string) => compileQuery(queryOf(query));
  const home = "organization" as IntegrationName;
  const known = aContext({
    accounts: new Map([
      [account, { organizationalUnits: [prod, workloads], tags: { env: "prod" }, integration: home }],
    ]),
    bundles: new Map([
      bundle("databases", [target({ accounts: named(2) })]),
      bundle("elsewhere", [target({ accounts: named(3) })]),
      bundle("by-scope", [{ accessScope: "payments" as ScopeName }]),
      bundle("by-scope-of-everything", [{ accessScope: "everything" as ScopeName }]),
    ]),
    scopes: new Map([
      ["payments" as ScopeName, finding('resource_name = "payments" and permission_name = "PowerUser"')],
      ["others" as ScopeName, finding('resource_name != "payments" and permission_name = "PowerUser"')],
      // It was given a permission when flows that name it were saved, and lost it in the same moment.
      ["everything" as ScopeName, finding('resource_name = "payments"')],
      ["half" as ScopeName, finding('resource_name = "payments" or permission_name = "ReadOnly"')],
    ]),
    subjects: new Map([[targetKey(asked), subject]]),
  });
  /** The inventory has not seen the account, and nothing that flows name is there any more. */
  const unknown = aContext();

  it.each<readonly [string, FlowTarget, Verdict, Verdict]>([
    ["the account", target({ accounts: named(3, 2) }), "met", "met"],
    ["another account", target({ accounts: named(3) }), "unmet", "unmet"],
    ["another permission set", target({ accounts: named(2), permissionSets: [readOnly] }), "unmet", "unmet"],
    ["a unit above it", target({ organizationalUnits: below(workloads) }), "met", "unknown"],
    ["a unit beside it", target({ organizationalUnits: below(sandbox) }), "unmet", "unknown"],
    [
      "the account, whatever the unit",
      target({ accounts: named(2), organizationalUnits: below(sandbox) }),
      "met",
      "met",
    ],
    ["a tag of it", target({ tags: [tag("env")] }), "met", "unknown"],
    ["a tag with one of the values", target({ tags: [tag("env", "stage", "prod")] }), "met", "unknown"],
    ["a tag with another value", target({ tags: [tag("env", "stage")] }), "unmet", "unknown"],
    ["a tag that it has not", target({ tags: [tag("team")] }), "unmet", "unknown"],
    ["a tag that only every object has", target({ tags: [tag("constructor")] }), "unmet", "unknown"],
    ["its integration", target({ accounts: named(2), integration: home }), "met", "unknown"],
    [
      "another integration",
      target({ accounts: named(2), integration: "other" as IntegrationName }),
      "unmet",
      "unknown",
    ],
    ["what excludes nothing", excluding({}), "met", "met"],
    ["what excludes the account", excluding({ accounts: named(2) }), "unmet", "unmet"],
    ["what excludes another", excluding({ accounts: named(3) }), "met", "met"],
    ["what excludes the unit", excluding({ organizationalUnits: below(prod) }), "unmet", "unknown"],
    ["what excludes another unit", excluding({ organizationalUnits: below(sandbox) }), "met", "unknown"],
    ["what excludes the tag", excluding({ tags: [tag("env", "prod")] }), "unmet", "unknown"],
    ["what excludes another value of it", excluding({ tags: [tag("env", "dev")] }), "met", "unknown"],
    ["what excludes the permission set", excluding({ permissionSets: [powerUser] }), "unmet", "unmet"],
    ["what excludes another permission set", excluding({ permissionSets: [readOnly] }), "met", "met"],
    [
      "what takes the unit in and leaves the account out",
      excluding({ accounts: named(2) }, target({ organizationalUnits: below(workloads) })),
      "unmet",
      "unmet",
    ],
    ["a scope that finds it", scope("payments"), "met", "unknown"],
    ["a scope that finds others", scope("others"), "unmet", "unknown"],
    ["a scope that is not there", scope("gone"), "unknown", "unknown"],
    ["a scope, of this permission set", scope("payments", [readOnly, powerUser]), "met", "unknown"],
    ["a scope, of another one", scope("payments", [readOnly]), "unmet", "unmet"],
    ["a scope that does not say which permissions", scope("everything"), "unknown", "unknown"],
    ["a scope that says so in one branch alone", scope("half"), "unknown", "unknown"],
    ["a scope that does not, of this permission set", scope("everything", [powerUser]), "met", "unknown"],
    ["a bundle with such a scope", { bundle: "by-scope-of-everything" as BundleName }, "unknown", "unknown"],
    ["a bundle that holds it", { bundle: "databases" as BundleName }, "met", "unknown"],
    ["a bundle that holds others", { bundle: "elsewhere" as BundleName }, "unmet", "unknown"],
    ["a bundle whose scope finds it", { bundle: "by-scope" as BundleName }, "met", "unknown"],
    ["a bundle that is not there", { bundle: "gone" as BundleName }, "unknown", "unknown"],
  ])("%s", (_, flowTarget, verdict, whereNothingIsKnown) => {
    expect(covers(flowTarget, asked, known)).toBe(verdict);
    expect(covers(flowTarget, asked, unknown)).toBe(whereNothingIsKnown);
    const flows = [aFlow({ targets: [flowTarget] })];
    expect(evaluate(anAsk(), { ...known, flows }).allowed).toBe(verdict === "met");
    expect(evaluate(anAsk(), { ...unknown, flows }).allowed).toBe(whereNothingIsKnown === "met");
  });
});

const { settings, duration } = aFlow();
const withSettings = (overrides: Partial<AccessFlow["settings"]>): Partial<AccessFlow> => ({
  settings: { ...settings, ...overrides },
});
const workingHours: AccessFlow["timeframe"] = {
  days: ["thursday"],
  from: "09:00",
  to: "17:00",
  timeZone: "Europe/Berlin",
} as const;
const breakGlass: AccessFlow["breakGlass"] = { reviewWithinSeconds: 3600, watchers: [] };
const at = (time: string): Partial<Ask> => ({ start: new Date(`2026-01-01T${time}:00.000Z`) });
const lasting = (sessionSeconds: number | undefined): Partial<Ask> => ({
  sessions: [{ permissionSetName: "PowerUser", sessionSeconds }],
});

describe("what a flow asks of a request", () => {
  /** Of alice's request: what the flow says, what she says, and why it does not serve her. */
  it.each<readonly [string, Partial<AccessFlow>, Partial<Ask>, string | undefined]>([
    ["nothing more", {}, {}, undefined],
    ["that it is active", { active: false }, {}, "no-matching-flow"],
    ["that it is for requests", { trigger: "automatic" }, {}, "no-matching-flow"],

    ["an emergency, and there is none", { breakGlass }, {}, "no-matching-flow"],
    ["an emergency, and it is one", { breakGlass }, { breakGlass: true }, undefined],
    ["no emergency, and it is one", {}, { breakGlass: true }, "no-matching-flow"],

    ["oneself, where it says nothing", {}, { requestFor: "others" }, "principal-not-allowed"],
    ["oneself, not one's reports", {}, { requestFor: "direct-reports" }, "principal-not-allowed"],
    ["one's reports", { requestFor: ["direct-reports"] }, { requestFor: "direct-reports" }, undefined],
    [
      "one's reports, not others",
      { requestFor: ["direct-reports"] },
      { requestFor: "others" },
      "principal-not-allowed",
    ],
    [
      "one's reports, not oneself",
      { requestFor: ["direct-reports"] },
      { requestFor: "self" },
      "principal-not-allowed",
    ],
    [
      "others, who may be one's reports",
      { requestFor: ["others"] },
      { requestFor: "direct-reports" },
      undefined,
    ],
    ["others, not oneself", { requestFor: ["others"] }, { requestFor: "self" }, "principal-not-allowed"],

    [
      "another administrator's word on what one wrote",
      { unconfirmedEditors: [alice] },
      {},
      "flow-unconfirmed",
    ],
    ["nothing of that, of what others wrote", { unconfirmedEditors: [aUserId("bob")] }, {}, undefined],
    [
      "nor that who wrote it gets the access by asking through somebody else",
      { unconfirmedEditors: [aUserId("bob")], requestFor: ["others"] },
      { requestFor: "others", beneficiary: aUserId("bob") },
      "flow-unconfirmed",
    ],

    ["its hours, before they begin", { timeframe: workingHours }, at("07:59"), "outside-timeframe"],
    ["its hours, as they begin", { timeframe: workingHours }, at("08:00"), undefined],
    ["its hours, as they end", { timeframe: workingHours }, at("16:00"), "outside-timeframe"],

    ["more than a password", withSettings({ mfaRequired: true }), {}, "mfa-required"],
    ["more than a password, and has it", withSettings({ mfaRequired: true }), { mfa: true }, undefined],
    ["nothing of that", withSettings({ mfaRequired: false }), {}, undefined],

    ["the longest duration", {}, { durationSeconds: duration.maxSeconds }, undefined],
    ["less than a second more", {}, { durationSeconds: duration.maxSeconds + 1 }, "duration-above-maximum"],

    [
      "of what is ahead, where nobody decides, that it is known what is around it",
      { approval: { steps: [] } },
      { isAhead: true, around: "unknown" },
      "duration-above-maximum",
    ],
    ["nothing of that where somebody decides", {}, { isAhead: true, around: "unknown" }, undefined],

    ["sessions that are short enough", withSettings({ maxSessionSeconds: 3600 }), lasting(3600), undefined],
    [
      "sessions that are shorter than they are",
      withSettings({ maxSessionSeconds: 3600 }),
      lasting(3601),
      "session-too-long",
    ],
    [
      "sessions of a known length",
      withSettings({ maxSessionSeconds: 3600 }),
      lasting(undefined),
      "session-too-long",
    ],
    ["nothing of sessions", {}, lasting(undefined), undefined],

    ["a ticket that matches", withSettings({ ticketPattern: "OPS-\\d+" }), { ticket: "OPS-1" }, undefined],
    [
      "a ticket that matches as a whole",
      withSettings({ ticketPattern: "OPS-\\d+" }),
      { ticket: "OPS-1x" },
      "ticket-required",
    ],
    ["a ticket, and there is none", withSettings({ ticketPattern: ".*" }), {}, "ticket-required"],
    [
      "a justification that matches",
      withSettings({ justificationPattern: "incident \\d+" }),
      { justification: "incident 42" },
      undefined,
    ],
    [
      "a justification that matches as a whole",
      withSettings({ justificationPattern: "incident \\d+" }),
      { justification: "an incident 42" },
      "justification-required",
    ],
    [
      "none, but one that is there has to match",
      withSettings({ justificationRequired: false, justificationPattern: "incident \\d+" }),
      { justification: "because" },
      "justification-required",
    ],
  ])("%s", (_, flow, ask, code) => {
    const evaluation = evaluate(anAsk(ask), aContext({ flows: [aFlow(flow)] }));
    expect(evaluation.allowed ? undefined : evaluation.code).toBe(code);
  });

  const { justification: _unsaid, durationSeconds: _anything, ...silent } = anAsk();
  it("a justification, unless it says that none is needed", () => {
    const of = (overrides: Partial<AccessFlow["settings"]>) =>
      evaluate(silent, aContext({ flows: [aFlow(withSettings(overrides))] }));
    expect(of({})).toMatchObject({ allowed: false, code: "justification-required" });
    expect(of({ justificationRequired: true })).toMatchObject({ code: "justification-required" });
    expect(of({ justificationRequired: false }).allowed).toBe(true);
    expect(of({ justificationRequired: false, justificationPattern: "x" }).allowed).toBe(true);
  });

  it("and gives whoever says no duration its default, or else its longest", () => {
    const lasts = (overrides: Partial<AccessFlow["duration"]>) =>
      evaluate(
        { ...silent, justification: "incident 42" },
        aContext({ flows: [aFlow({ duration: { ...duration, ...overrides } })] }),
      );
    expect(lasts({})).toMatchObject({ limits: { durationSeconds: 8 * 3600, maxSeconds: 8 * 3600 } });
    expect(lasts({ default: "PT1H", defaultSeconds: 3600 })).toMatchObject({
      limits: { durationSeconds: 3600, maxSeconds: 8 * 3600 },
    });
  });

  it("serves its own editor where the settings ask for no second administrator", () => {
    const flows = [aFlow({ unconfirmedEditors: [alice] })];
    expect(evaluate(anAsk(), aContext({ flows, secondAdministrator: false })).allowed).toBe(true);
    const dependenciesOf = () => [{ unconfirmedEditors: [alice] }];
    expect(evaluate(anAsk(), aContext({ dependenciesOf })).allowed).toBe(false);
    expect(evaluate(anAsk(), aContext({ dependenciesOf, secondAdministrator: false })).allowed).toBe(true);
  });
});

describe("whom nobody has to ask", () => {
  type Rule = NonNullable<AccessFlow["approval"]["automatic"]>;
  const { steps } = aFlow().approval;
  const tagged = (tags?: Readonly<Record<string, string>>) =>
    new Map([[anAccountId(2), tags === undefined ? {} : { tags }]]);
  const dev: Rule = { type: "target-tag", key: "env", values: ["dev"] };
  const short: Rule = { type: "duration-below", seconds: 7200 };
  const eightHours = { durationSeconds: 8 * 3600 };
  const primary: Rule = { type: "on-call", rota: "primary" as RotaName };
  const callOf = (verdict: Verdict) => aPersonKnown({ onCall: new Map([["primary" as RotaName, verdict]]) });

  it.each<readonly [string, Rule | undefined, Partial<EvaluationContext>, Partial<Ask>, boolean]>([
    ["no conditions", undefined, {}, {}, false],
    ["the account's tag", dev, { accounts: tagged({ env: "dev" }) }, {}, true],
    ["another tag", dev, { accounts: tagged({ env: "prod" }) }, {}, false],
    ["a tag that nobody knows", dev, { accounts: tagged() }, {}, false],
    ["not a tag that nobody knows", { not: dev }, { accounts: tagged() }, {}, false],
    ["not another tag", { not: dev }, { accounts: tagged({}) }, {}, true],
    ["less time", short, {}, { durationSeconds: 7199 }, true],
    ["as much time", short, {}, { durationSeconds: 7200 }, false],
    ["less time, with what is around it, which nobody knows", short, {}, { around: "unknown" }, false],
    ["not less time, which nobody knows", { not: short }, {}, { ...eightHours, around: "unknown" }, false],
    ["not less time, and nothing is around it", { not: short }, {}, eightHours, true],
    ["on call", primary, { requester: callOf("met") }, {}, true],
    ["not on call", primary, { requester: callOf("unmet") }, {}, false],
    ["perhaps on call", primary, { requester: callOf("unknown") }, {}, false],
    ["not on call, perhaps", { not: primary }, { requester: callOf("unknown") }, {}, false],
    ["both", { allOf: [short, group("payments-engineers")] }, {}, {}, true],
    ["one of two", { allOf: [short, group("others")] }, {}, {}, false],
  ])("%s", (_, automatic, context, ask, isAutomatic) => {
    const flow = aFlow({ approval: { steps, ...(automatic === undefined ? {} : { automatic }) } });
    const evaluation = evaluate(anAsk(ask), aContext({ flows: [flow], ...context }));
    if (!evaluation.allowed) throw new Error("The flow serves alice");
    expect(evaluation.steps).toHaveLength(isAutomatic ? 0 : 1);
    expect(evaluation.automatically !== undefined).toBe(isAutomatic);
  });

  it.each<readonly [string, Rule, readonly (Readonly<Record<string, string>> | undefined)[], boolean]>([
    ["all of them with the tag", dev, [{ env: "dev" }, { env: "dev" }], true],
    ["one of them without it", dev, [{ env: "dev" }, {}], false],
    ["one of which nobody knows", dev, [{ env: "dev" }, undefined], false],
    ["one of them with a tag that none may have", { not: dev }, [{ env: "dev" }, {}], false],
    ["one of which nobody knows, beside one without the tag", { not: dev }, [undefined, {}], false],
    ["none of them with the tag", { not: dev }, [{}, {}], true],
    [
      "each for a reason of its own",
      { anyOf: [dev, { not: { ...dev, key: "team" } }] },
      [{}, { env: "dev" }],
      true,
    ],
  ])("is by each target as if it were asked for alone: %s", (_, automatic, tags, isAutomatic) => {
    const ids = tags.map((_tags, index) => anAccountId(index + 2));
    const permissionSets = [{ id: aPermissionSetArn("PowerUser"), name: "PowerUser" }];
    const flow = aFlow({
      targets: [
        { accounts: ids.map((id) => ({ id, name: "an account" })), organizationalUnits: [], permissionSets },
      ],
      approval: { steps, automatic },
    });
    const accounts = new Map(
      ids.map((id, index) => [id, tags[index] === undefined ? {} : { tags: tags[index] }] as const),
    );
    const targets = ids.map((accountId) => ({ accountId, permissionSetArn: aPermissionSetArn("PowerUser") }));
    const evaluation = evaluate(anAsk({ targets }), aContext({ flows: [flow], accounts }));
    expect(evaluation).toMatchObject({ allowed: true, steps: isAutomatic ? [] : [{}] });
  });

  it("is asked by the flow that needs nobody for this very request, though others have fewer steps", () => {
    const two = aFlow({
      name: "two" as FlowName,
      approval: { steps: [...steps, ...steps], automatic: short },
    });
    const evaluated = (durationSeconds: number) =>
      evaluate(anAsk({ durationSeconds }), aContext({ flows: [aFlow(), two] }));
    expect(evaluated(3600)).toMatchObject({
      flow: { name: "two" },
      steps: [],
      automatically: "shorter than PT2H",
    });
    expect(evaluated(7200)).toMatchObject({ flow: { name: "prod-power" } });
  });
});

describe("whoever decides has to be there", () => {
  const managed = aFlow({ approval: { steps: [{ anyOf: [{ type: "manager" }], withinSeconds: 3600 }] } });
  const mia = user("mia");
  const nobody = { owners: [], manager: { nobody: "the directory names no manager" } };
  const miaDecides = { owners: [], manager: { user: mia } };
  const there: Staffing = { eligible: () => [mia.id], unstaffed: undefined };
  const gone: Staffing = { eligible: () => [], unstaffed: 0 };
  const knowing = (approvers: KnownApprovers | undefined) =>
    aContext({ flows: [managed], approversOf: () => approvers });

  it.each<readonly [string, KnownApprovers | undefined, string]>([
    [
      "a step names nobody",
      { resolved: nobody },
      "has nobody who may decide step 1 of its approval: the directory names no manager",
    ],
    [
      "a step has nobody who is enabled",
      { resolved: miaDecides, staffing: gone },
      "has nobody who may decide step 1 of its approval: there is no enabled user in it (mia) other than the requester, the beneficiaries and the other steps' approvers",
    ],
    ["nobody has looked", undefined, "needs approval, and nobody has looked up who could give it"],
    [
      "nobody has looked for people",
      { resolved: miaDecides },
      "names approvers, and nobody has looked for people among them",
    ],
  ])("or the request is refused, with the reason: %s", (_, approvers, detail) => {
    expect(evaluate(anAsk(), knowing(approvers))).toEqual({
      allowed: false,
      code: "no-approver",
      reasons: [`access flow prod-power ${detail}`],
    });
  });

  it("and is in the step", () => {
    expect(evaluate(anAsk(), knowing({ resolved: miaDecides, staffing: there }))).toMatchObject({
      allowed: true,
      steps: [{ anyOf: [{ type: "manager", user: mia }], withinSeconds: 3600 }],
      approvers: [[mia.id]],
    });
  });

  it("or another flow serves, which has somebody: with a condition more in this one it would, too", () => {
    const [leads] = aFlow().approval.steps as [FlowStep];
    const twoSteps = aFlow({ name: "two" as FlowName, approval: { steps: [leads, leads] } });
    const flows = [managed, twoSteps];
    const of = (approvers: KnownApprovers) => (flow: AccessFlow) =>
      flow.name === "two" ? somebodyDecides : approvers;
    const evaluated = (approvers: KnownApprovers) =>
      evaluate(anAsk(), aContext({ flows, approversOf: of(approvers) }));
    expect(evaluated({ resolved: miaDecides, staffing: gone })).toMatchObject({ flow: { name: "two" } });
    expect(evaluated({ resolved: nobody })).toMatchObject({ flow: { name: "two" } });
    expect(evaluated({ resolved: miaDecides, staffing: there })).toMatchObject({
      flow: { name: "prod-power" },
    });
  });

  it("but for nobody's approval where none is needed", () => {
    const free = aFlow({ approval: { steps: [] } });
    const context = aContext({ flows: [free], approversOf: () => undefined });
    expect(evaluate(anAsk(), context)).toMatchObject({ allowed: true, steps: [], approvers: [] });
  });
});

describe("what a refusal says", () => {
  const secret = aFlow({ name: "secret" as FlowName, requestors: group("board") });
  const mallory = aPersonKnown({ id: aUserId("mallory"), memberships: new Set() });

  it.each<readonly [string, AccessFlow]>([
    ["others' flows", secret],
    ["inactive ones", aFlow({ active: false })],
    ["automatic ones", aFlow({ trigger: "automatic" })],
    ["one of which nobody knows whether it names them", aFlow({ requestors: { not: managerOf("large") } })],
  ])("names no flow of %s", (_, flow) => {
    const evaluation = evaluate(anAsk(), aContext({ flows: [flow, secret], requester: mallory }));
    expect(evaluation).toEqual({
      allowed: false,
      code: "no-matching-flow",
      reasons: ["no access flow names you or one of your groups as a requestor"],
    });
  });

  it.each<readonly [string, Partial<AccessFlow>, Partial<Ask>, string]>([
    ["requestFor", {}, { requestFor: "others" }, "lets people ask for self"],
    [
      "a timeframe",
      { timeframe: workingHours },
      at("20:00"),
      "lets access begin on thursday from 09:00 to 17:00 (Europe/Berlin)",
    ],
    [
      "sessions",
      withSettings({ maxSessionSeconds: 3600 }),
      lasting(7200),
      "allows sessions of at most PT1H, and permission set PowerUser has sessions of PT2H",
    ],
    ["a ticket", withSettings({ ticketPattern: "OPS-\\d+" }), {}, "asks for a ticket that matches OPS-\\d+"],
    ["an emergency", { breakGlass }, {}, "is for emergencies alone"],
    ["none", {}, { breakGlass: true }, "is not for emergencies"],
  ])("what the flow asks for: %s", (_, flow, ask, detail) => {
    expect(evaluate(anAsk(ask), aContext({ flows: [secret, aFlow(flow)] }))).toMatchObject({
      reasons: [`access flow prod-power ${detail}`],
    });
  });

  it("only what the flows say that come nearest", () => {
    const far = aFlow({ name: "far" as FlowName, requestFor: ["others"] });
    const near = aFlow({ name: "near" as FlowName, ...withSettings({ mfaRequired: true }) });
    expect(evaluate(anAsk(), aContext({ flows: [far, near] }))).toMatchObject({
      code: "mfa-required",
      reasons: ["access flow near asks for a sign-in with more than a password, as the token has to say"],
    });
  });
});

describe("what an explanation says of a rule of requestors", () => {
  const requestorsOf = (requestors: PersonRule, person: Partial<PersonFacts> = {}) => {
    const requester = aPersonKnown({ attributes: { department: "Payments" }, ...person });
    const [told] = consider(anAsk(), aContext({ flows: [aFlow({ requestors })], requester }));
    return told?.conditions.find(({ condition }) => condition === "requestors");
  };

  it("is what each of its conditions comes to, as it counts", () => {
    const rule: PersonRule = {
      anyOf: [
        { allOf: [group("payments-engineers"), { not: group("contractors") }] },
        attribute("is", "Orders"),
      ],
    };
    expect(requestorsOf(rule)?.parts).toEqual([
      { condition: "group payments-engineers", verdict: "met" },
      { condition: "not group contractors", verdict: "met" },
      { condition: 'department is "Orders"', verdict: "unmet" },
    ]);
    const contractor = { memberships: new Set([aGroupId("payments-engineers"), aGroupId("contractors")]) };
    expect(requestorsOf(rule, contractor)).toMatchObject({
      verdict: "unmet",
      detail:
        'is for ((group payments-engineers and not group contractors) or department is "Orders"), as you are not (not group contractors: no; department is "Orders": no)',
    });
    expect(requestorsOf({ not: { not: group("payments-engineers") } })?.parts).toEqual([
      { condition: "group payments-engineers", verdict: "met" },
    ]);
  });

  it.each<readonly [string, PersonCondition, Partial<PersonFacts>, string]>([
    [
      "a group that is gone",
      group("gone"),
      { missingGroups: new Set([aGroupId("gone")]) },
      "not in the directory any more",
    ],
    ["an attribute without a value", attribute("is", "Orders"), { attributes: {} }, "no value for it"],
    [
      "a manager whom nobody names",
      managerOf("team"),
      { manages: new Map<PartyKey, Verdict>([[`group:${aGroupId("team")}`, "unknown"]]) },
      "does not name a manager",
    ],
    ["a manager whom nobody looked up", managerOf("team"), {}, "nobody looked"],
    [
      "a rota that could not be read",
      onCall("primary"),
      { onCall: new Map([["primary" as RotaName, "unknown"]]) },
      "could not be read",
    ],
    ["a rota that nobody looked up", onCall("primary"), {}, "nobody looked"],
  ])("is why it is not known, also under a `not`: %s", (_, condition, person, why) => {
    for (const rule of [condition, { not: condition }]) {
      const told = requestorsOf(rule, person);
      expect(told).toMatchObject({
        verdict: "unknown",
        detail: expect.stringContaining(why) as unknown,
        parts: [{ verdict: "unknown", because: expect.stringContaining(why) as unknown }],
      });
    }
  });
});

it("considers every flow, with every condition and what it says", () => {
  const inactive = aFlow({ name: "inactive" as FlowName, active: false });
  const [served, not] = consider(anAsk(), aContext({ flows: [aFlow(), inactive] }));
  expect([served?.serves, not?.serves]).toEqual([true, false]);
  const conditions: ConsideredName[] = [
    ...(["active", "trigger", "requestors", "targets", "break-glass", "request-for", "confirmed"] as const),
    ...(["timeframe", "mfa", "justification", "ticket", "duration", "sessions", "approvers"] as const),
  ];
  expect(not?.conditions.map(({ condition }) => condition)).toEqual(conditions);
  expect(not?.conditions[0]).toEqual({ condition: "active", verdict: "unmet", detail: "is not active" });
});
