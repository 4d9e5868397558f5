import type { GroupId } from "../../../domain/ids.ts";
import { membersOf } from "../../../domain/inventory/facts.ts";
import type { Phase, RunPhase } from "../phase.ts";
import { differencesWithin, type Changes } from "../reconcile.ts";
import { eachKnown } from "./each-known.ts";

/** Who belongs where, group by group. */
export const memberships: RunPhase = (phase) =>
  eachKnown(phase, "group", { total: phase.progress.sync.counts["group"] }, async ({ fact }) => {
    phase.progress.count(await lookAtMembers(phase, fact.id));
  });

/** Makes the inventory say who the members of a group are. A group that is deleted meanwhile has none. */
export const lookAtMembers = async (
  { inventory, sources, write, look }: Pick<Phase, "inventory" | "sources" | "write" | "look">,
  groupId: GroupId,
): Promise<Changes> => {
  const seenAt = look();
  const found = (await sources.directory.members(groupId)) ?? [];
  const scope = { kind: "membership", within: membersOf(groupId) } as const;
  return write(await differencesWithin(inventory, scope, found), seenAt);
};
