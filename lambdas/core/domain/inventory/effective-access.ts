import type { GroupId, UserId } from "../ids.ts";
import type { AssignmentFact } from "./facts.ts";

/** That somebody can use an assignment: because it is theirs, or through a group that they are in. */
export interface EffectiveAccess {
  readonly userId: UserId;
  readonly assignment: AssignmentFact;
  readonly through?: GroupId;
}

/** Everybody who can use the assignment; `members` are those of its group, where it is a group's. */
export const peopleWith = (
  assignment: AssignmentFact,
  members: readonly UserId[],
): readonly EffectiveAccess[] => {
  // Who a user or group is, AWS says by one kind of id.
  if (assignment.principalType === "USER") return [{ userId: assignment.principalId as UserId, assignment }];
  const through = assignment.principalId as GroupId;
  return members.map((userId) => ({ userId, assignment, through }));
};

/** The user's way to an assignment of theirs or of one of their groups; undefined when it is somebody else's. */
export const wayTo = (
  assignment: AssignmentFact,
  userId: UserId,
  groups: ReadonlySet<GroupId>,
): EffectiveAccess | undefined => {
  if (assignment.principalType === "USER") {
    return assignment.principalId === userId ? { userId, assignment } : undefined;
  }
  const through = assignment.principalId as GroupId;
  return groups.has(through) ? { userId, assignment, through } : undefined;
};
