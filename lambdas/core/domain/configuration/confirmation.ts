import * as z from "zod/mini";
import type { Actor } from "../audit.ts";
import { DomainError } from "../errors.ts";
import { UserIdSchema, type UserId } from "../ids.ts";

/** Who has edited an item since it was last confirmed, by their ids: nobody, where it does not say. */
export const UnconfirmedEditorsSchema = z.array(UserIdSchema);

/** What has to be confirmed by another administrator before it serves those who edited it. */
export interface Confirmable {
  readonly unconfirmedEditors?: readonly UserId[] | undefined;
}

/** Whether the item may serve the person: not its own unconfirmed editors, where the settings ask for a second administrator. */
export const mayServe = (
  { unconfirmedEditors = [] }: Confirmable,
  userId: UserId,
  secondAdministrator: boolean,
): boolean => !secondAdministrator || !unconfirmedEditors.includes(userId);

/** The editors after a save: whoever saved it is one of them. What Lockstep itself saves serves no one in particular. */
export const editorsAfterSave = (current: Confirmable | undefined, actor: Actor): UserId[] => {
  const editors = current?.unconfirmedEditors ?? [];
  return actor.type === "user" && !editors.includes(actor.userId) ? [...editors, actor.userId] : [...editors];
};

/**
 * The editors after a confirmation: nobody vouches for what they wrote themselves, so that whoever confirms stays if they are
 * one. Throws DomainError `self-confirmation` where that would change nothing.
 */
export const editorsAfterConfirmation = (
  { unconfirmedEditors = [] }: Confirmable,
  confirmer: UserId,
): UserId[] => {
  const left = unconfirmedEditors.filter((editor) => editor === confirmer);
  if (left.length < unconfirmedEditors.length || left.length === 0) return left;
  throw new DomainError(
    "self-confirmation",
    "You are the only one who has edited this since it was last confirmed. Another administrator has to confirm it.",
  );
};
