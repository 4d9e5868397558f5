import * as z from "zod/mini";
import {
  AccountIdSchema,
  PermissionSetArnSchema,
  RequestIdSchema,
  TimestampSchema,
} from "../../domain/ids.ts";

const count = (description: string) => z.int().check(z.nonnegative(), z.meta({ description }));

/** What a finding is about. */
const FINDING_KINDS = [
  "overdue-request",
  "audit-gap",
  "waiting-removals",
  "dead-holder",
  "orphan",
  "appeared",
  "vanished",
  "unreviewed-break-glass",
] as const;

/** What the sweep made of a finding: `reported` is what it may not or cannot put right by itself. */
const FINDING_OUTCOMES = [
  "restarted",
  "healed",
  "hold-ended",
  "removal-queued",
  "removal-started",
  "left-for-later",
  "reported",
] as const;

/** The access that a finding is about, by ids. */
const FoundAccessSchema = z.strictObject({
  accountId: AccountIdSchema,
  permissionSetArn: PermissionSetArnSchema,
  principalType: z.enum(["USER", "GROUP"]),
  principalId: z.string(),
});

/** Something that was not as it should be: ids, a sentence for people, and what was done about it. */
export const FindingSchema = z.strictObject({
  kind: z.enum(FINDING_KINDS),
  outcome: z.enum(FINDING_OUTCOMES),
  sentence: z.string(),
  requestId: z.optional(RequestIdSchema),
  access: z.optional(FoundAccessSchema),
});
export type Finding = z.infer<typeof FindingSchema>;

/** The body of `POST /sweep`, if there is one: a sweep is of everything, and nobody is to believe that theirs is not. */
export const SweepBodySchema = z.strictObject({});

/** The answer of `POST /sweep`: what one sweep looked at, found and did. */
export const SweepReportSchema = z.strictObject({
  beganAt: TimestampSchema,
  endedAt: TimestampSchema,
  complete: z.boolean().check(
    z.meta({
      description:
        "Whether everything was looked at; what was not is looked at by the sweep that runs by itself",
    }),
  ),
  requests: z.strictObject({
    lookedAt: count("Requests that were due for a look"),
    overdue: count("Those with which nobody got on in time"),
    restarted: count("Those that got a new execution"),
    left: count("Those that could not be put right now, and are tried again by the next sweep"),
  }),
  trail: z.strictObject({
    healed: count("Audit entries that were missing and were put back"),
    lost: count("Audit entries that are missing and that the request's item no longer keeps"),
  }),
  access: z.strictObject({
    compared: count("Entitlements that were compared with what AWS shows"),
    deadHolders: count("Holds of requests that are over or do not exist, which were ended"),
    orphans: count("Entitlements that nobody held any more; their removal is queued"),
    appeared: count("Assignments that somebody else made after Lockstep had removed them: only reported"),
    vanished: count("Assignments that somebody else removed while they are needed: only reported"),
    left: count("Entitlements that could not be compared now, mostly because a grant is under way"),
  }),
  rotation: z.strictObject({
    oldestSeconds: z.optional(
      z.number().check(
        z.nonnegative(),
        z.meta({
          description:
            "How long ago the entitlement that waits the longest was compared with AWS; absent when that could not be found out",
        }),
      ),
    ),
  }),
  overdueReviews: z.optional(
    count(
      "Uses of access in an emergency that nobody has reviewed in time; absent when that could not be found out",
    ),
  ),
  findings: z.array(FindingSchema).check(z.maxLength(100)),
  furtherFindings: count("Findings beyond the hundred that are listed"),
  problems: z
    .array(z.string())
    .check(z.maxLength(20), z.meta({ description: "What kept the sweep from looking at everything" })),
});
export type SweepReport = z.infer<typeof SweepReportSchema>;
