import * as z from "zod/mini";
import { UnconfirmedEditorsSchema } from "./configuration/confirmation.ts";
import { RotaNameSchema, TimestampSchema, UserIdSchema, timestamp, type UserId } from "./ids.ts";
import { DAY, firstMomentOf, localTimeAt } from "./local-time.ts";

/** A person of a rota: what counts is the id; the name is as it was written. */
export const ParticipantSchema = z.strictObject({ id: UserIdSchema, name: z.string() });
export type Participant = z.infer<typeof ParticipantSchema>;

/** One person's turn, from a moment until another. */
export const ShiftSchema = z.strictObject({
  user: ParticipantSchema,
  from: TimestampSchema,
  to: TimestampSchema,
});
export type Shift = z.infer<typeof ShiftSchema>;

/** The participants take turns, in their order and from the first again, without an end. */
export const RotationSchema = z.strictObject({
  participants: z.array(ParticipantSchema).check(z.minLength(1)),
  /** When the first participant's first turn begins; every turn begins at the same time of day, by the rota's clocks. */
  startsAt: TimestampSchema,
  everyDays: z.int().check(z.gte(1), z.lte(28)),
});
export type Rotation = z.infer<typeof RotationSchema>;

/** Who is on call when. */
export const RotaContentSchema = z.strictObject({
  timeZone: z.string(),
  shifts: z.array(ShiftSchema),
  rotation: z.optional(RotationSchema),
  /** No two at once: each stands in for everybody who would be on call otherwise. */
  overrides: z.array(ShiftSchema),
});
export type RotaContent = z.infer<typeof RotaContentSchema>;

export const RotaSchema = z.strictObject({
  name: RotaNameSchema,
  version: z.int().check(z.positive()),
  ...RotaContentSchema.shape,
  updatedAt: TimestampSchema,
  updatedBy: z.string(),
  unconfirmedEditors: z.optional(UnconfirmedEditorsSchema),
});
export type Rota = z.infer<typeof RotaSchema>;

/**
 * Who is on call: whoever an override names, else everybody whose shift it is, else whose turn of the rotation it is. Nobody
 * outside of all of them.
 */
export const onCallAt = (rota: RotaContent, at: Date): readonly UserId[] => {
  const standIns = onShift(rota.overrides, at);
  if (standIns.length > 0) return standIns;
  const onTheirShift = onShift(rota.shifts, at);
  if (onTheirShift.length > 0) return onTheirShift;
  const participant = rota.rotation && onTurn(rota.rotation, rota.timeZone, at);
  return participant === undefined ? [] : [participant.id];
};

const onShift = (shifts: readonly Shift[], at: Date): readonly UserId[] => {
  const now = timestamp(at);
  return [...new Set(shifts.filter(({ from, to }) => from <= now && now < to).map(({ user }) => user.id))];
};

const onTurn = (
  { participants, startsAt, everyDays }: Rotation,
  timeZone: string,
  at: Date,
): Participant | undefined => {
  const start = new Date(startsAt);
  if (at < start) return undefined;
  const firstTurn = localTimeAt(timeZone, start);
  const turnLength = everyDays * DAY;
  const beginningOf = (turn: number) => firstMomentOf(timeZone, firstTurn + turn * turnLength);
  // By what clocks show it may be too early, never too late: where they go back they show again what was before the hand-over.
  let turn = Math.floor((localTimeAt(timeZone, at) - firstTurn) / turnLength);
  while (beginningOf(turn + 1) <= at) turn += 1;
  return participants[turn % participants.length];
};
