import * as z from "zod/mini";
import { RotaNameSchema, TimestampSchema } from "../../domain/ids.ts";
import { ParticipantSchema } from "../../domain/rota.ts";
import { RotaBodySchema } from "../configuration/rota.ts";
import { MomentSchema } from "./fields.ts";
import { listOf } from "./lists.ts";
import { VersionFields } from "./versions.ts";

/** A rota as the API shows it: as it was written, but for moments, which are in UTC. */
export const RotaViewSchema = z.strictObject({
  ...RotaBodySchema.shape,
  name: RotaNameSchema,
  ...VersionFields,
});
export type RotaView = z.output<typeof RotaViewSchema>;

export const RotaListSchema = listOf(RotaViewSchema);

export const OnCallQuerySchema = z.strictObject({
  at: z.optional(MomentSchema.check(z.meta({ description: "A time (RFC 3339); now where nothing is said" }))),
});

export const OnCallSchema = z.strictObject({
  at: TimestampSchema,
  onCall: z.array(ParticipantSchema).check(z.meta({ description: "Nobody, where the rota has a gap" })),
});
export type OnCallView = z.output<typeof OnCallSchema>;
