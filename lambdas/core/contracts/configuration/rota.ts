import * as z from "zod/mini";
import { parseDuration } from "../../domain/duration.ts";
import { RotaNameSchema } from "../../domain/ids.ts";
import { itemName } from "./item-name.ts";
import { TimeZoneSchema } from "../../domain/timeframe.ts";
import { LONGEST_DIRECTORY_NAME, MomentSchema, nameOrId } from "../http/fields.ts";

/** A rota as people write it: in a file, and in the HTTP API. */

const RotaDocumentNameSchema = itemName(RotaNameSchema).brand<"RotaName">();

const PersonNameSchema = nameOrId(LONGEST_DIRECTORY_NAME, "An email or user name");

const ShiftSchema = z.strictObject({ user: PersonNameSchema, from: MomentSchema, to: MomentSchema }).check(
  z.superRefine(({ from, to }, context) => {
    if (momentOf(from) < momentOf(to)) return;
    context.addIssue({ code: "custom", path: ["to"], message: `a time after ${from}, when it begins` });
  }),
);
export type ShiftDocument = z.output<typeof ShiftSchema>;

const momentOf = (text: string): number => new Date(text).getTime();

/** The first override that is in force at the same time as an earlier one would leave open who is on call. */
const OverridesSchema = z.array(ShiftSchema).check(
  z.maxLength(100),
  z.superRefine((overrides, context) => {
    for (const [index, { from, to }] of overrides.entries()) {
      const other = overrides.findIndex(
        (earlier, at) =>
          at < index && momentOf(earlier.from) < momentOf(to) && momentOf(from) < momentOf(earlier.to),
      );
      if (other === -1) continue;
      context.addIssue({
        code: "custom",
        path: [index, "from"],
        message: `a time when no other override is in force (number ${String(other + 1)} is)`,
      });
    }
  }),
);

const DAY_SECONDS = 24 * 3600;
const MOST_DAYS = 28;

/** Hours would be ambiguous where a day has 23 or 25 of them. */
const TurnLengthSchema = z.string().check(
  z.refine(
    (text) => {
      const seconds = text.includes("T") ? undefined : parseDuration(text);
      return seconds !== undefined && seconds >= DAY_SECONDS && seconds <= MOST_DAYS * DAY_SECONDS;
    },
    { error: "whole days or weeks as an ISO 8601 duration, P1D to P28D" },
  ),
  z.meta({ format: "duration", description: "How long a turn is: P1D to P28D", examples: ["P1W"] }),
);

/** The days of a turn as it is written, which has to be valid. */
export const turnLengthDays = (every: string): number => (parseDuration(every) ?? 0) / DAY_SECONDS;

const RotationSchema = z.strictObject({
  participants: z
    .array(PersonNameSchema)
    .check(z.minLength(1), z.maxLength(100), z.meta({ description: "Who takes turns, in this order" })),
  startsAt: MomentSchema.check(
    z.meta({
      description:
        "When the first one's first turn begins. Hand-overs are at its time of day by the time zone's clocks, summer and winter",
    }),
  ),
  every: TurnLengthSchema,
});

const content = {
  timeZone: TimeZoneSchema,
  shifts: z._default(z.array(ShiftSchema).check(z.maxLength(500)), []),
  rotation: z.optional(RotationSchema),
  overrides: z._default(OverridesSchema, []),
} as const;

interface WhoIsOnCall {
  readonly shifts: readonly unknown[];
  readonly rotation?: unknown;
}
const saysWhoIsOnCall = z.refine<WhoIsOnCall>(
  ({ shifts, rotation }) => shifts.length > 0 || rotation !== undefined,
  { error: "shifts or a rotation, or both" },
);

/** The body of `PUT /rotas/{name}`; a name in it has to be the path's. */
export const RotaBodySchema = z
  .strictObject({ name: z.optional(RotaDocumentNameSchema), ...content })
  .check(saysWhoIsOnCall);
export type RotaBody = z.output<typeof RotaBodySchema>;

/** One rota of a file. */
export const RotaDocumentSchema = z
  .strictObject({ name: RotaDocumentNameSchema, ...content })
  .check(saysWhoIsOnCall);
export type RotaDocument = z.output<typeof RotaDocumentSchema>;
