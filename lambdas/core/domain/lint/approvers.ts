import { approversOf, type Approver, type FlowStep } from "../access-flow.ts";
import type { UserId } from "../ids.ts";
import { leavesOf } from "../rule.ts";
import { firstUnstaffed } from "../staffing.ts";
import type { LintedFlow, World } from "./configuration.ts";
import { error, warning, type FindingCode, type Said } from "./finding.ts";

/** For each step the people whom it needs, one of each of these lists. */
type PeopleOfSteps = readonly (readonly (readonly UserId[])[])[];

/**
 * Steps that nobody could ever decide, by the rule that refuses requests when they are made (staffing.ts): nobody is left,
 * only whoever asks, or too few for all of the steps. Whom an escalation adds does not count there, and so not here.
 */
export const undecidable = (flow: LintedFlow, world: World | undefined): readonly Said[] => {
  const seats = flow.approval.steps.map((step) => seatsOf(step, world));
  const empty = seats.flatMap((ofStep, step) => (ofStep.some((people) => people.length === 0) ? [step] : []));
  if (empty.length > 0) return empty.map((step) => said(flow, "nobody-decides", step));
  const alone = unstaffed(flow, seats);
  if (alone !== undefined) return [said(flow, "too-few-approvers", alone)];
  const forEach = requestersOf(flow, world).map((one) => unstaffed(flow, without(one, seats)));
  const [first] = forEach;
  return first === undefined || forEach.includes(undefined)
    ? []
    : [said(flow, "approvers-only-requesters", first)];
};

const messages = {
  "nobody-decides": "Nobody who is there and enabled may give an approval that this step needs",
  "too-few-approvers":
    "There are too few people for this step beside those whom the steps need otherwise (one person decides one step, and counts once in allOf)",
  "approvers-only-requesters":
    "Without whoever asks, who decides nothing of their own, there are too few people for this step, and so it is for everybody who can ask",
} as const satisfies Partial<Record<FindingCode, string>>;

const remedies = {
  "nobody-decides": "Name somebody else, or a group with members.",
  "too-few-approvers": "Name somebody else, or set approval.sameApproverInSeveralSteps.",
  "approvers-only-requesters": "Name somebody else, or set requesterCanApproveSelf.",
} as const satisfies Record<keyof typeof messages, string>;

/** What meets the rule of automatic approval needs nobody: then only the other requests are refused. */
const said = ({ approval }: LintedFlow, code: keyof typeof messages, step: number): Said => {
  const at = `/approval/steps/${String(step)}`;
  return approval.automatic === undefined
    ? error(code, at, `${messages[code]}: every request would be refused. ${remedies[code]}`)
    : warning(
        code,
        at,
        `${messages[code]}: every request that approval.automatic does not take would be refused. ${remedies[code]}`,
      );
};

const unstaffed = ({ approval }: LintedFlow, seats: PeopleOfSteps): number | undefined => {
  const matching = firstUnstaffed(
    seats.map((ofStep) => [ofStep.map((people) => [people])]),
    approval,
  );
  let asked = matching.next();
  // Whoever is not enabled has no seat here.
  while (asked.done !== true) asked = matching.next(true);
  return asked.value;
};

const without = (requester: UserId, seats: PeopleOfSteps): PeopleOfSteps =>
  seats.map((ofStep) => ofStep.map((people) => people.filter((person) => person !== requester)));

/** Whom the step needs; what may be given to somebody who is not known here is left out. */
const seatsOf = (step: FlowStep, world: World | undefined): readonly (readonly UserId[])[] =>
  ("anyOf" in step ? [step.anyOf] : approversOf(step).map((approver) => [approver])).flatMap((approvers) => {
    const people = peopleAmong(approvers, world);
    return people === undefined ? [] : [[...people]];
  });

/** Everybody who may be meant; undefined when that is not known. */
const peopleAmong = (
  approvers: readonly Approver[],
  world: World | undefined,
): ReadonlySet<UserId> | undefined => {
  const people = new Set<UserId>();
  for (const approver of approvers) {
    switch (approver.type) {
      case "user":
        if (world === undefined || world.users.get(approver.id)?.enabled === true) people.add(approver.id);
        break;
      case "group": {
        if (world === undefined) return undefined;
        const group = world.groups.get(approver.id);
        if (group?.more === true) return undefined;
        for (const member of group?.members ?? []) people.add(member);
        break;
      }
      default:
        return undefined;
    }
  }
  return people;
};

/**
 * Everybody who can ask, where the rule names people and groups alone and they may not decide on their own: nobody where it
 * is not known who they are, as with a rule that denies something, which may let anybody in.
 */
const requestersOf = ({ requestors, settings }: LintedFlow, world: World | undefined): readonly UserId[] => {
  if (settings.requesterCanApproveSelf || JSON.stringify(requestors).includes('"not":')) return [];
  const leaves = leavesOf(requestors);
  const parties = leaves.filter((leaf) => leaf.type === "user" || leaf.type === "group");
  return parties.length < leaves.length ? [] : [...(peopleAmong(parties, world) ?? [])];
};
