import { add, MINUTE, nearby, type Draft, type NewRequest } from "./draft.ts";
import { addDecisions } from "./generate-decisions.ts";
import { permissionSets, type Account, type Group, type PersonName } from "./cast.ts";
import type { When } from "./history.ts";
import { ROTA, type NamedContent, type NamedKey, type Turn } from "./named.ts";
import { type ApproverTerm, type FlowKey, type FlowTerms, type Hours, type StepTerms } from "./policy.ts";
import type { Random } from "./random.ts";

/** The flows by which people ask every day. */
const flowKeys = ["sandbox", "staging", "prod"] as const satisfies readonly FlowKey[];

const approvers: readonly ApproverTerm[] = [
  { group: "leads" },
  { group: "leads" },
  { group: "security" },
  { group: "security" },
  { group: "admins" },
  { user: "grace" },
  { user: "farid" },
  "owner",
  "manager",
];

/** So many different ones. */
const someApprovers = (random: Random, count: number): readonly ApproverTerm[] => {
  const first = random.pick(approvers);
  if (count <= 1) return [first];
  const others = approvers.filter((other) => JSON.stringify(other) !== JSON.stringify(first));
  return [first, random.pick(others)];
};

const escalation = (random: Random): Pick<StepTerms, "escalation"> =>
  random.chance(0.45)
    ? {
        escalation: {
          afterMinutes: random.pick([5, 10, 30]),
          tiers: Array.from({ length: random.pick([1, 1, 2, 3]) }, () =>
            someApprovers(random, random.pick([1, 1, 2])),
          ),
        },
      }
    : {};

const step = (random: Random): StepTerms => {
  const isAll = random.chance(0.35);
  return {
    needs: isAll ? "all" : "any",
    approvers: someApprovers(random, isAll ? 2 : random.pick([1, 1, 2])),
    ...escalation(random),
  };
};

/** Every history begins at eight. */
const hours: readonly Hours[] = [
  { from: 7 * 60, to: 9 * 60 },
  { from: 8 * 60 + 10, to: 12 * 60 },
];

const someTerms = (random: Random): FlowTerms => ({
  steps: Array.from({ length: random.pick([1, 1, 2, 2, 3]) }, () => step(random)),
  extensionNeedsApproval: random.chance(0.6),
  ...(random.chance(0.2) ? { sameApproverInSeveralSteps: true } : {}),
  ...(random.chance(0.08) ? { requesterCanApproveSelf: true } : {}),
  ...(random.chance(0.15) ? { automaticBelowMinutes: random.pick([11, 15, 30, 31, 60]) } : {}),
  ...(random.chance(0.08) ? { hours: random.pick(hours) } : {}),
  ...(random.chance(0.25) ? { forOthers: true } : {}),
  ...(random.chance(0.15) ? { forReports: true } : {}),
  ...(random.chance(0.25) ? { targetsBy: random.pick(["bundle", "access-scope"] as const) } : {}),
  ...(random.chance(0.1) ? { forWhoIsOnCall: true } : {}),
  ...(random.chance(0.1) ? { automaticOnCall: true } : {}),
});

/** What the flow names holds another account, too, which others own. */
const addAccount = (draft: Draft, flow: Account, kind: "bundle" | "access-scope"): void => {
  const { random, alsoIn } = draft;
  const other = random.pick(flowKeys.filter((account) => account !== flow));
  alsoIn[flow] = other;
  const content = { kind, name: flow, accounts: [flow, other], permissionSets } as const;
  add(draft, { at: 0 }, { do: "change-named", who: "tara", content });
};

/** So many of all histories begin with flows of their own. */
const OWN_FLOWS_SHARE = 0.5;

/** Administrators write flows before anybody asks, and people ask by them. */
export const addFlows = (draft: Draft): void => {
  const { random } = draft;
  if (!random.chance(OWN_FLOWS_SHARE)) return;
  for (const flow of flowKeys) {
    if (random.chance(0.35)) continue;
    const terms = someTerms(random);
    draft.terms[flow] = terms;
    add(draft, { at: 0 }, { do: "change-flow", who: random.chance(0.85) ? "tara" : "chidi", flow, terms });
    if (terms.targetsBy !== undefined && random.chance(0.6)) addAccount(draft, flow, terms.targetsBy);
  }
};

/** Around when a request is made or waits, or whenever. */
const changeMoment = ({ random, requests }: Draft): When =>
  requests.length > 0 && random.chance(0.6)
    ? {
        after: random.pick(["made", "made", "active", "expiry"]),
        of: random.pick(requests).n,
        by: random.chance(0.5) ? nearby(random) : random.between(0, 40) * MINUTE,
      }
    : { at: random.between(0, 90) * MINUTE };

/**
 * A flow is edited or deactivated while requests wait; its editor, who is an engineer too, asks by it; and another
 * administrator vouches for the edit, or its editor tries to.
 */
const addEdit = (draft: Draft): void => {
  const { random } = draft;
  const flow = random.pick(flowKeys);
  const terms: FlowTerms = random.chance(0.3)
    ? { ...draft.terms[flow], inactive: true }
    : random.chance(0.3)
      ? { ...draft.terms[flow], steps: [] }
      : someTerms(random);
  const when = changeMoment(draft);
  const who = random.chance(0.5) ? "chidi" : "tara";
  add(draft, when, { do: "change-flow", who, flow, terms });
  const later = (minutes: number): When =>
    "at" in when ? { at: when.at + minutes * MINUTE } : { ...when, by: when.by + minutes * MINUTE };
  if (random.chance(0.4)) {
    const confirmer = random.pick(["tara", "tara", "chidi", "alice"] as const);
    add(draft, later(random.between(1, 10)), { do: "confirm-flow", who: confirmer, flow });
  }
  for (let count = random.pick([0, 1, 1, 2]); count > 0; count -= 1) {
    const minutes = random.between(1, 15);
    const action = {
      do: "request",
      who: random.chance(0.7) ? "chidi" : "alice",
      account: flow,
      permissionSets: ["ReadOnly"],
      seconds: random.pick([600, 900, 1_800]),
    } as const;
    const n = add(draft, later(minutes), action);
    draft.requests.push({ n, action });
  }
};

/** Whom the directory names as somebody's manager, or who owns the integration, becomes another. */
const addDirectoryChange = (draft: Draft): void => {
  const { random } = draft;
  const when = changeMoment(draft);
  if (random.chance(0.5)) {
    const who = random.pick(["alice", "bruno", "chidi", "farid"] as const);
    const manager = random.pick(
      (["grace", "hiro", "zoe", "anton", "alice"] as const).filter((name) => name !== who),
    );
    add(draft, when, { do: "change-manager", who, manager });
  } else {
    const owner = random.pick<Group>(["leads", "security", "oncall"]);
    add(draft, when, { do: "change-owner", who: random.chance(0.9) ? "tara" : "mallory", owner });
  }
};

/** Whether some flow names a bundle, a scope or a rota when people begin to ask. */
const namesSomething = ({ terms }: Draft): boolean =>
  Object.values<FlowTerms>(terms).some(
    ({ targetsBy, forWhoIsOnCall, automaticOnCall }) =>
      targetsBy !== undefined || forWhoIsOnCall === true || automaticOnCall === true,
  );

const someTurns = (random: Random): readonly Turn[] =>
  Array.from({ length: random.pick([1, 1, 2]) }, () => ({
    who: random.pick<PersonName>(["alice", "bruno", "chidi", "farid", "tara"]),
    inMinutes: random.pick([0, 0, 0, 10, 30]),
    forMinutes: random.pick([10, 30, 60, 240]),
  }));

/** Another account now and then: then the flow that names it gives access there. */
const someContent = (draft: Draft): NamedContent => {
  const { random, terms } = draft;
  if (random.chance(0.3)) return { kind: "rota", name: ROTA, turns: someTurns(random) };
  const name = random.pick(flowKeys);
  return {
    kind: terms[name].targetsBy ?? random.pick(["bundle", "access-scope"] as const),
    name,
    accounts: random.chance(0.8) ? [name] : [random.pick(flowKeys)],
    permissionSets: random.chance(0.5) ? permissionSets : [random.pick(permissionSets)],
  };
};

/** What flows name says something else, and mostly somebody else vouches for that; its editor asks by it, too. */
const addNamedChange = (draft: Draft): void => {
  const { random } = draft;
  const content = someContent(draft);
  const when = changeMoment(draft);
  add(draft, when, { do: "change-named", who: random.pick(["tara", "chidi", "chidi"] as const), content });
  const later = (minutes: number): When =>
    "at" in when ? { at: when.at + minutes * MINUTE } : { ...when, by: when.by + minutes * MINUTE };
  const { kind, name } = content;
  if (random.chance(0.4)) {
    const what = { kind, name } as NamedKey;
    add(draft, later(random.between(1, 10)), {
      do: "confirm-named",
      who: random.pick(["tara", "tara", "chidi"] as const),
      what,
    });
  }
  const action = {
    do: "request",
    who: random.chance(0.7) ? "chidi" : "alice",
    account: content.kind === "rota" ? random.pick(flowKeys) : (content.accounts[0] ?? content.name),
    permissionSets: ["ReadOnly"],
    seconds: random.pick([600, 900, 1_800]),
  } as const;
  const n = add(draft, later(random.between(1, 15)), action);
  draft.requests.push({ n, action });
};

/** Somebody asks for access that is to begin later, and may not be whom it is for any more by then. */
const addAskedAhead = (draft: Draft): void => {
  const { random } = draft;
  const minutes = random.between(0, 20);
  const ahead = random.between(5, 60);
  const who = random.pick<PersonName>(["alice", "bruno", "chidi"]);
  const flow = random.pick(flowKeys);
  const action: NewRequest = {
    do: "request",
    who,
    account: flow,
    permissionSets: ["ReadOnly"],
    ...(random.chance(0.3) && who !== "chidi" ? { group: "oncall" } : {}),
    seconds: random.pick([600, 900, 1_800]),
    startInSeconds: ahead * 60,
  };
  const n = add(draft, { at: minutes * MINUTE }, action);
  draft.requests.push({ n, action });
  addDecisions(draft, n, action);
  const at = (minutes + random.between(1, ahead + 2)) * MINUTE;
  if (random.chance(0.6)) {
    const group = random.chance(0.5) ? (action.group ?? "engineers") : "engineers";
    add(draft, { at }, { do: "leave-group", who, group });
  }
  if (random.chance(0.5)) {
    const content: NamedContent = { kind: "rota", name: ROTA, turns: someTurns(random) };
    add(draft, { at }, { do: "change-named", who: "tara", content });
  }
};

export const addPolicyChanges = (draft: Draft): void => {
  const { random } = draft;
  if (random.chance(0.06)) addAskedAhead(draft);
  if (random.chance(namesSomething(draft) ? 0.5 : 0.05)) addNamedChange(draft);
  if (random.chance(0.2)) addEdit(draft);
  if (random.chance(0.15)) addDirectoryChange(draft);
};
