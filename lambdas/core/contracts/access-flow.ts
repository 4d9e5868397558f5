import * as z from "zod/mini";
import { LONGEST_DURATION_SECONDS, parseDuration } from "../domain/duration.ts";
import { FlowNameSchema } from "../domain/ids.ts";
import {
  LONGEST_ACCOUNT,
  LONGEST_DIRECTORY_NAME,
  LONGEST_PERMISSION_SET,
  LONGEST_UNIT_PATH,
  durationUpTo,
  nameOrId,
} from "./http/fields.ts";

/** An access flow as people write it: in a file, and in the HTTP API. */

const FlowDocumentNameSchema = FlowNameSchema.check(
  z.meta({ description: "1 to 64 letters, digits, - and _, starting with a letter or digit" }),
);

const DirectoryNameSchema = nameOrId(LONGEST_DIRECTORY_NAME);

const PartySchema = z.union(
  [z.strictObject({ group: DirectoryNameSchema }), z.strictObject({ user: DirectoryNameSchema })],
  { error: "{group: its display name} or {user: an email or user name}" },
);
export type PartyDocument = z.output<typeof PartySchema>;

const PartiesSchema = z.strictObject({ anyOf: z.array(PartySchema).check(z.minLength(1), z.maxLength(100)) });

const OrganizationalUnitPathSchema = nameOrId(
  LONGEST_UNIT_PATH,
  "A path of names from the root; it means everything below",
).check(
  z.regex(/^(?:\/|(?:\/[^/]+)+)$/, { error: "a path of names that starts with /, such as /Workloads/Prod" }),
);

const TargetSchema = z
  .strictObject({
    accounts: z._default(z.array(nameOrId(LONGEST_ACCOUNT, "Id or name")).check(z.maxLength(500)), []),
    organizationalUnits: z._default(z.array(OrganizationalUnitPathSchema).check(z.maxLength(100)), []),
    permissionSets: z
      .array(nameOrId(LONGEST_PERMISSION_SET, "ARN or name"))
      .check(z.minLength(1), z.maxLength(100)),
  })
  .check(
    z.refine(({ accounts, organizationalUnits }) => accounts.length + organizationalUnits.length > 0, {
      error: "accounts or organizationalUnits, or both",
    }),
  );

/**
 * The longest that all approval steps may take together. An execution lives a year: a grant of 180 days, a start 90
 * days ahead and 24 hours of revoking leave 94 days.
 */
const LONGEST_APPROVAL_SECONDS = 90 * 24 * 3600;

const StepSchema = z.strictObject({
  anyOf: PartiesSchema.shape.anyOf,
  within: z._default(durationUpTo(LONGEST_APPROVAL_SECONDS, "P90D"), "PT24H"),
});

const secondsOf = ({ within }: z.output<typeof StepSchema>): number => parseDuration(within) ?? 0;

const StepsSchema = z.array(StepSchema).check(
  z.maxLength(10),
  z.refine(
    (steps) =>
      // A step that takes too long by itself is told of there.
      steps.some((step) => secondsOf(step) > LONGEST_APPROVAL_SECONDS) ||
      steps.reduce((total, step) => total + secondsOf(step), 0) <= LONGEST_APPROVAL_SECONDS,
    { error: "steps that take at most P90D together" },
  ),
);

/** AWS's own longest session duration (https://docs.aws.amazon.com/singlesignon/latest/userguide/howtosessionduration.html). */
const LONGEST_SESSION_SECONDS = 12 * 3600;

const SettingsSchema = z.strictObject({
  requesterCanApproveSelf: z._default(z.boolean(), false),
  maxExtensions: z._default(
    z.int().check(
      z.gte(0),
      z.lte(10),
      z.meta({
        description: "How often access may be extended; 0: never. In all it lasts duration.max at most",
      }),
    ),
    0,
  ),
  extensionDuration: z.optional(
    durationUpTo(LONGEST_DURATION_SECONDS, "P180D").check(
      z.meta({ description: "The longest single extension (ISO 8601); duration.max where nothing is said" }),
    ),
  ),
  extensionNeedsApproval: z._default(
    z.boolean().check(z.meta({ description: "Whether the approval steps decide on extensions too" })),
    true,
  ),
  maxSessionDuration: z.optional(
    durationUpTo(LONGEST_SESSION_SECONDS, "PT12H").check(
      z.meta({ description: "A permission set whose sessions last longer (ISO 8601) is refused" }),
    ),
  ),
});

const content = {
  requestors: PartiesSchema,
  targets: z.array(TargetSchema).check(z.minLength(1), z.maxLength(50)),
  duration: z.strictObject({ max: durationUpTo(LONGEST_DURATION_SECONDS, "P180D") }),
  approval: z._default(z.strictObject({ steps: z._default(StepsSchema, []) }), { steps: [] }),
  settings: z._default(SettingsSchema, {
    requesterCanApproveSelf: false,
    maxExtensions: 0,
    extensionNeedsApproval: true,
  }),
} as const;

/** The body of `PUT /access-flows/{name}`; a name in it has to be the path's. */
export const AccessFlowBodySchema = z.strictObject({ name: z.optional(FlowDocumentNameSchema), ...content });
export type AccessFlowBody = z.output<typeof AccessFlowBodySchema>;

/** One flow of a file. */
const AccessFlowDocumentSchema = z.strictObject({ name: FlowDocumentNameSchema, ...content });
export type AccessFlowDocument = z.output<typeof AccessFlowDocumentSchema>;

/** A file of access flows: a list with names that differ. */
export const AccessFlowFileSchema = z.array(AccessFlowDocumentSchema).check(
  z.superRefine((flows, context) => {
    for (const [index, { name }] of flows.entries()) {
      const twin = flows.findIndex((other) => other.name === name);
      if (twin === index) continue;
      context.addIssue({
        code: "custom",
        path: [index, "name"],
        input: name,
        message: `a name that no other flow of the file has (number ${String(twin + 1)} has it too)`,
      });
    }
  }),
);
