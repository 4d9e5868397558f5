import { approversOf, type Approver } from "../access-flow.ts";
import type { UserId } from "../ids.ts";
import { leavesOf } from "../rule.ts";
import type { LintedFlow, World } from "./configuration.ts";
import { error, type Said } from "./finding.ts";

/** Steps that nobody could ever decide: nobody is left, or only whoever asks. */
export const undecidable = (flow: LintedFlow, world: World | undefined): readonly Said[] =>
  flow.approval.steps.flatMap((step, index): readonly Said[] => {
    const at = `/approval/steps/${String(index)}`;
    const deciders = peopleAmong([...approversOf(step), ...(step.escalation?.tiers.flat() ?? [])], world);
    if (deciders === undefined) return [];
    if (deciders.size === 0) {
      return [
        error(
          "nobody-decides",
          at,
          "Nobody who is there and enabled may decide this step: every request would be refused. Name somebody else, or a group with members.",
        ),
      ];
    }
    if (flow.settings.requesterCanApproveSelf || deciders.size > 1) return [];
    const requesters = requestersOf(flow, world);
    return requesters !== undefined &&
      requesters.size > 0 &&
      [...requesters].every((one) => deciders.has(one))
      ? [
          error(
            "approvers-only-requesters",
            at,
            "Whoever may decide this step is the only one who can ask, and nobody decides on their own request. Name somebody else, or set requesterCanApproveSelf.",
          ),
        ]
      : [];
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

/** Everybody who can ask, where the rule names people and groups alone; a rule that denies something may let anybody in. */
const requestersOf = (
  { requestors }: LintedFlow,
  world: World | undefined,
): ReadonlySet<UserId> | undefined => {
  if (JSON.stringify(requestors).includes('"not":')) return undefined;
  const leaves = leavesOf(requestors);
  const parties = leaves.filter((leaf) => leaf.type === "user" || leaf.type === "group");
  return parties.length < leaves.length ? undefined : peopleAmong(parties, world);
};
