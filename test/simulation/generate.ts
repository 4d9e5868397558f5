import {
  accounts,
  groups,
  permissionSets,
  type Account,
  type Group,
  type PermissionSet,
  type PersonName,
} from "./cast.ts";
import { faultNames } from "./faults.ts";
import type { Action, ClockPlace, Fault, FaultName, History, Landmark, When } from "./history.ts";
import type { FunctionName } from "./lockstep/names.ts";
import { add, emptyDraft, MINUTE, nearby, SECOND, type Draft, type NewRequest } from "./draft.ts";
import { addDecisions, addExtensionDecisions, isMoreTimeDecided } from "./generate-decisions.ts";
import { addAutomaticFlow } from "./generate-automatic.ts";
import { addEmergencies } from "./generate-emergencies.ts";
import { addFlows, addPolicyChanges } from "./generate-policy.ts";
import { randomOf, type Random } from "./random.ts";

const HOUR_SECONDS = 3_600;

/** Which faults a history may have. */
export type FaultChoice = "all" | "none" | readonly FaultName[];

const engineers: readonly PersonName[] = groups.engineers;

/** Lengths that let several requests end at the same moment, and some odd ones. */
const SECONDS = [600, 900, 1_800, 1_800, 3_600, 3_600, 5_400, 7_200, 61] as const;

/** Moments at which people ask: often the same ones. */
const moment = (random: Random): When => {
  const minutes = random.chance(0.6) ? random.between(0, 3) * 10 : random.between(0, 60);
  return { at: minutes * MINUTE + (random.chance(0.7) ? 0 : random.between(0, 59_999)) };
};

const landmarks: readonly Landmark[] = ["granting", "active", "extended", "expiry", "removing", "over"];

const aroundSomeRequest = ({ random, requests }: Draft): When => {
  const other = requests.length === 0 ? undefined : random.pick(requests);
  return other === undefined
    ? moment(random)
    : { after: random.pick(landmarks), of: other.n, by: nearby(random) };
};

/** Somebody whom a flow may let them ask for. */
const beneficiary = (random: Random, who: PersonName): PersonName =>
  who === "farid" && random.chance(0.5)
    ? "chidi"
    : random.pick<PersonName>(["alice", "bruno", "farid", "grace", "zoe"]);

const newRequest = ({ random, requests, terms, alsoIn }: Draft): NewRequest => {
  const earlier = requests.length > 0 && random.chance(0.6) ? random.pick(requests).action : undefined;
  const permissions: readonly PermissionSet[] = random.chance(0.25)
    ? permissionSets
    : [random.pick(permissionSets)];
  const fresh = {
    do: "request" as const,
    who: random.pick(engineers),
    account: random.pick(Object.keys(accounts) as Account[]),
    permissionSets: permissions,
    ...(random.chance(0.4) ? { group: random.pick<Group>(["engineers", "oncall"]) } : {}),
    seconds: random.pick(SECONDS),
    ...(random.chance(0.15) ? { startInSeconds: random.between(1, 40) * 60 } : {}),
  };
  if (earlier === undefined) {
    const other = alsoIn[fresh.account];
    if (other !== undefined && random.chance(0.6)) return { ...fresh, alsoIn: other };
    const { forOthers, forReports } = terms[fresh.account];
    const mayBeForOthers = forOthers === true || forReports === true || random.chance(0.03);
    return !("group" in fresh) && mayBeForOthers && random.chance(0.5)
      ? { ...fresh, forWhom: beneficiary(random, fresh.who) }
      : fresh;
  }
  // The same access as somebody before, for them or for the same group.
  const { account, permissionSets: same, group, who } = earlier;
  const colleague =
    group === undefined
      ? who
      : random.pick<PersonName>(group === "oncall" ? groups.oncall : groups.engineers);
  return {
    do: "request",
    who: colleague,
    account,
    permissionSets: same,
    ...(group === undefined ? {} : { group }),
    seconds: random.pick([earlier.seconds, random.pick(SECONDS)]),
  };
};

const addRequest = (draft: Draft): void => {
  const { random, requests } = draft;
  const when = random.chance(0.5) ? aroundSomeRequest(draft) : moment(random);
  const action = newRequest(draft);
  const n = add(draft, when, action);
  requests.push({ n, action });
  addDecisions(draft, n, action);
  if (random.chance(0.3)) addEnd(draft, n, action.who);
  if (random.chance(0.35)) addExtensions(draft, n, action);
};

/** Just before the expiry, at it, just after it; and long before. */
const BOUNDARY_TICKS = [-SECOND, -1, 0, 1, SECOND] as const;

const extensionMoment = (random: Random, of: number): When =>
  random.chance(0.6)
    ? {
        after: "expiry",
        of,
        by: random.pick(BOUNDARY_TICKS) - (random.chance(0.3) ? random.between(0, 300) : 0),
      }
    : random.chance(0.4)
      ? { after: "extended", of, by: random.pick(BOUNDARY_TICKS) }
      : { after: "active", of, by: random.between(0, 50) * MINUTE };

/** More time, asked for once or several times, by who may and by who may not; with its approvals, in time or not. */
const addExtensions = (draft: Draft, of: number, action: NewRequest): void => {
  const { random, terms } = draft;
  const { who, account } = action;
  for (let count = random.pick([1, 1, 2, 3]); count > 0; count -= 1) {
    const when = extensionMoment(random, of);
    const asker = random.chance(0.9) ? who : random.pick<PersonName>(["tara", "bruno", "mallory"]);
    add(draft, when, {
      do: "extend",
      of,
      who: asker,
      seconds: random.pick([60, 600, 1_800, 3_600, 3_601]),
    });
    addExtensionDecisions(draft, of, action, when);
    // Decided right at the end of the access.
    if (isMoreTimeDecided(terms[account]) && random.chance(0.3)) {
      add(
        draft,
        { after: "expiry", of, by: random.pick(BOUNDARY_TICKS) },
        { do: "decide", of, who: random.pick(groups.security), decision: "approve" },
      );
    }
  }
};

const addEnd = (draft: Draft, of: number, requester: PersonName): void => {
  const { random } = draft;
  const after = random.pick<Landmark>(["made", "granting", "active", "active", "expiry", "removing"]);
  const by = random.chance(0.5) ? nearby(random) : random.between(0, 30) * MINUTE;
  const who = random.chance(0.6) ? requester : random.pick<PersonName>(["tara", "grace", "mallory"]);
  add(draft, { after, of, by }, { do: random.chance(0.7) ? "revoke" : "cancel", of, who });
};

/** What somebody does in AWS by hand: mostly with what is also asked for. */
const addByHand = (draft: Draft): void => {
  const { random, requests } = draft;
  const other = requests.length === 0 ? undefined : random.pick(requests).action;
  const entitlement = {
    account: other?.account ?? "staging",
    permissionSet: random.pick(other?.permissionSets ?? permissionSets),
    principal: other?.group === undefined ? { user: other?.who ?? "alice" } : { group: other.group },
  };
  const when = random.chance(0.5) ? { at: 0 } : aroundSomeRequest(draft);
  add(draft, when, { do: random.chance(0.75) ? "add-by-hand" : "remove-by-hand", entitlement });
};

const addDeparture = (draft: Draft): void => {
  const { random } = draft;
  add(
    draft,
    { at: random.between(0, 90) * MINUTE },
    {
      do: "leave-group",
      ...random.pick([
        { who: "grace", group: "leads" },
        { who: "farid", group: "leads" },
        { who: "zoe", group: "security" },
        { who: "alice", group: "oncall" },
      ] as const),
    },
  );
};

/** How many calls a function's usual run makes: where a point is worth setting. */
const CALLS: Readonly<Record<FunctionName, number>> = {
  api: 14,
  administration: 14,
  "await-approval": 3,
  "grant-access": 14,
  "revoke-access": 14,
  record: 2,
  sync: 150,
  "sync-schedule": 4,
  "inventory-events": 12,
  sweep: 40,
  automatic: 40,
};

/** Runs that are about no step: the sweep's on its schedule, and the removals that it asks for. */
const NO_STEP = -1;
const SWEEPS = 30;

/** Whether another of the API's functions answers the call that the step makes. */
const isAdministration = (step: object): boolean =>
  "what" in step &&
  ["change-flow", "confirm-flow", "change-named", "confirm-named", "change-owner", "sync", "sweep"].includes(
    (step.what as Partial<Action>).do ?? "",
  );

const invocationPoint = ({ random, requests, steps }: Draft) => {
  const name = random.pick<FunctionName>([
    "api",
    "await-approval",
    "grant-access",
    "grant-access",
    "revoke-access",
    "revoke-access",
    "revoke-access",
    "record",
    "sweep",
  ]);
  if (name === "sweep" || (name === "revoke-access" && random.chance(0.1))) {
    return { function: name, of: NO_STEP, invocation: random.between(0, name === "sweep" ? SWEEPS : 2) };
  }
  const actions = steps.filter(({ what }) => "do" in what);
  const about = name === "api" ? random.pick(actions) : random.pick(requests);
  return {
    function: name === "api" && isAdministration(about) ? "administration" : name,
    of: about.n,
    invocation: random.chance(0.7) ? 0 : random.between(1, 3),
  };
};

const callPoint = (draft: Draft) => {
  const point = invocationPoint(draft);
  return { ...point, call: draft.random.between(0, CALLS[point.function]) };
};

/** Mostly minutes; now and then hours, so that Lockstep has to be stubborn. */
const spellSeconds = (random: Random): number =>
  random.chance(0.93) ? random.between(10, 900) : random.between(1, 5) * HOUR_SECONDS;

/** A call that nobody waits for any more takes effect all the same, within the minute that turns are waited out. */
const lateArrival = ({ random }: Draft): { readonly arrivesAfterSeconds?: number } =>
  random.chance(0.5) ? { arrivesAfterSeconds: random.between(1, 45) } : {};

/** What each fault may look like. */
const details: { readonly [Name in FaultName]: (draft: Draft) => Fault & { readonly fault: Name } } = {
  crash: (draft) => ({
    fault: "crash",
    point: callPoint(draft),
    side: draft.random.pick(["before", "after"]),
  }),
  "lost-answer": (draft) => ({ fault: "lost-answer", point: callPoint(draft) }),
  "no-answer": (draft) => ({ fault: "no-answer", point: callPoint(draft), ...lateArrival(draft) }),
  "runs-on": (draft) => ({
    fault: "runs-on",
    point: callPoint(draft),
    seconds: draft.random.between(1, 280),
  }),
  "duplicate-invocation": (draft) => ({
    fault: "duplicate-invocation",
    point: invocationPoint(draft),
    seconds: draft.random.pick([0, 1, 5, 60, 200]),
  }),
  "unreachable-function": (draft) => ({ fault: "unreachable-function", point: invocationPoint(draft) }),
  "duplicate-record": ({ random, requests }) => ({
    fault: "duplicate-record",
    of: random.pick(requests).n,
    version: random.between(1, 7),
    seconds: random.pick([0, 10, 600]),
  }),
  "late-record": ({ random, requests }) => ({
    fault: "late-record",
    of: random.pick(requests).n,
    version: random.between(1, 7),
    seconds: random.pick([5, 60, 1_800]),
  }),
  "lost-record": ({ random, requests }) => ({
    fault: "lost-record",
    of: random.pick(requests).n,
    version: random.between(1, 7),
  }),
  throttling: ({ random }) => ({
    fault: "throttling",
    service: random.pick([
      "dynamodb",
      "sso-admin",
      "sso-admin",
      "states",
      "identitystore",
      "organizations",
      "events",
      "lambda",
    ]),
    seconds: spellSeconds(random),
    share: random.pick([0.3, 0.7, 1]),
  }),
  conflicts: ({ random }) => ({
    fault: "conflicts",
    seconds: spellSeconds(random),
    share: random.pick([0.5, 1]),
  }),
  "failing-operations": ({ random }) => ({
    fault: "failing-operations",
    seconds: spellSeconds(random),
    share: random.pick([0.5, 1]),
  }),
  "slow-operations": ({ random }) => ({
    fault: "slow-operations",
    seconds: random.between(5, 600),
    takesSeconds: random.chance(0.7) ? random.between(20, 600) : random.between(1, 4) * HOUR_SECONDS,
  }),
  "clock-off": ({ random }) => ({
    fault: "clock-off",
    seconds: random.between(1, 120) * 60,
    bySeconds: random.pick([-600, -60, -5, 5, 60, 600]),
    where: random.pick<ClockPlace>([
      "everywhere",
      "everywhere",
      "every-other",
      "grant-access",
      "revoke-access",
      "api",
      "sweep",
    ]),
  }),
  "late-indexes": ({ random }) => ({
    fault: "late-indexes",
    seconds: random.between(10, 1_800),
    bySeconds: random.pick([1, 5, 30, 120]),
  }),
  "aborted-execution": ({ random, requests }) => ({
    fault: "aborted-execution",
    of: random.pick(requests).n,
  }),
  "vanished-execution": ({ random, requests }) => ({
    fault: "vanished-execution",
    of: random.pick(requests).n,
  }),
  "lost-wake-up": ({ random, requests }) => ({ fault: "lost-wake-up", of: random.pick(requests).n }),
  "lost-start": ({ random, requests }) => ({ fault: "lost-start", of: random.pick(requests).n }),
  "suspended-account": ({ random }) => ({
    fault: "suspended-account",
    account: random.pick(Object.keys(accounts) as Account[]),
    seconds: spellSeconds(random),
  }),
  "deleted-user": ({ random }) => ({ fault: "deleted-user", who: random.pick(engineers) }),
  "deleted-group": ({ random }) => ({
    fault: "deleted-group",
    group: random.pick<Group>(["engineers", "oncall"]),
  }),
  redeploy: () => ({ fault: "redeploy" }),
};

/** Faults that lie in wait from the begin, for what their point says. */
const LYING_IN_WAIT: ReadonlySet<FaultName> = new Set([
  "crash",
  "lost-answer",
  "no-answer",
  "runs-on",
  "duplicate-invocation",
  "unreachable-function",
  "duplicate-record",
  "late-record",
  "lost-record",
  "lost-wake-up",
  "lost-start",
]);

const addFault = (draft: Draft, names: readonly FaultName[]): void => {
  const { random } = draft;
  // Crashes and their like have many more points to be tried at than the others.
  const name = random.chance(0.5)
    ? random.pick(names)
    : random.pick(names.filter((candidate) => LYING_IN_WAIT.has(candidate)).concat(names));
  const when = LYING_IN_WAIT.has(name)
    ? { at: 0 }
    : random.chance(0.7)
      ? aroundSomeRequest(draft)
      : { at: random.between(0, 120) * MINUTE };
  add(draft, when, details[name](draft));
};

const allowed = (choice: FaultChoice): readonly FaultName[] =>
  choice === "none" ? [] : choice === "all" ? faultNames : choice;

/** So many of all histories have the inventory kept beside them: it makes a history several times as long. */
const SYNCED_SHARE = 0.15;

/** Around what changes assignments, so that a pass, which takes some seconds, is at it at the same time. */
const syncMoment = (draft: Draft): When => {
  const { random, requests } = draft;
  const other = requests.length === 0 || random.chance(0.3) ? undefined : random.pick(requests);
  if (other === undefined) return moment(random);
  const after = random.pick<Landmark>(["granting", "granting", "active", "expiry", "removing", "over"]);
  return { after, of: other.n, by: random.between(-20 * SECOND, 5 * SECOND) };
};

/** Syncs at moments of their own, more that is done by hand, and what goes wrong with both. */
const addSyncs = (draft: Draft, names: readonly FaultName[]): void => {
  const { random } = draft;
  for (let count = random.between(1, 5); count > 0; count -= 1)
    add(draft, syncMoment(draft), { do: "sync", who: random.chance(0.95) ? "tara" : "mallory" });
  for (let count = random.pick([0, 1, 1, 2, 3]); count > 0; count -= 1) addByHand(draft);
  const lying = names.filter((name) => POINTED.has(name));
  if (lying.length === 0) return;
  for (let count = random.pick([0, 0, 1, 1, 2, 3]); count > 0; count -= 1) {
    // One that stands still while the world goes on is what a look has to fear most.
    const fault =
      details[lying.includes("runs-on") && random.chance(0.4) ? "runs-on" : random.pick(lying)](draft);
    const name = random.pick<FunctionName>(["sync", "sync", "sync", "inventory-events", "sync-schedule"]);
    const point = {
      function: name,
      of: NO_STEP,
      invocation: random.between(0, name === "sync-schedule" ? SWEEPS : 5),
      call:
        name === "sync" && random.chance(0.6)
          ? random.between(...CALLS_AT_ASSIGNMENTS)
          : random.between(0, CALLS[name]),
    };
    add(draft, { at: 0 }, { ...fault, point } as Fault);
  }
};

/** The calls with which a usual pass looks at assignments. */
const CALLS_AT_ASSIGNMENTS = [66, 98] as const;

/** Faults at a point of a function. */
const POINTED: ReadonlySet<FaultName> = new Set([
  "crash",
  "lost-answer",
  "no-answer",
  "runs-on",
  "duplicate-invocation",
  "unreachable-function",
]);

/** The history of a seed: everything that will happen in it, decided up front. */
export const generate = (seed: string, choice: FaultChoice): History => {
  const random = randomOf(`${seed}/history`);
  const draft = emptyDraft(random);
  const policy = { ...draft, random: randomOf(`${seed}/policy`) };
  addFlows(policy);
  const standing = random.between(0, 3) === 0 ? random.between(1, 2) : 0;
  for (let count = random.pick([1, 2, 2, 3, 3, 4, 5, 6]); count > 0; count -= 1) addRequest(draft);
  for (let count = standing; count > 0; count -= 1) addByHand(draft);
  if (random.chance(0.2)) addByHand(draft);
  if (random.chance(0.1)) addDeparture(draft);
  addPolicyChanges(policy);
  addAutomaticFlow({ ...draft, random: randomOf(`${seed}/automatic`) }, allowed(choice).length > 0);
  addEmergencies({ ...draft, random: randomOf(`${seed}/emergencies`) });
  if (random.chance(0.05)) {
    add(draft, aroundSomeRequest(draft), {
      do: "sweep",
      who: random.chance(0.9) ? "tara" : "mallory",
    });
  }
  const names = allowed(choice);
  if (names.length > 0) {
    for (let count = random.pick([0, 1, 1, 2, 2, 3, 4, 6]); count > 0; count -= 1) addFault(draft, names);
  }
  const kept = randomOf(`${seed}/inventory`);
  if (kept.chance(SYNCED_SHARE)) addSyncs({ ...draft, random: kept }, names);
  return { seed, steps: draft.steps };
};
