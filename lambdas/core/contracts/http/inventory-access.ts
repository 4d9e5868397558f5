import * as z from "zod/mini";
import {
  FlowNameSchema,
  GroupIdSchema,
  RequestIdSchema,
  TimestampSchema,
  UserIdSchema,
} from "../../domain/ids.ts";
import { AccessFlowBodySchema } from "../configuration/access-flow.ts";
import {
  InventoryPageFields,
  NamedAccountSchema,
  NamedPermissionSetSchema,
  NamedPrincipalSchema,
} from "./inventory.ts";
import { listOf } from "./lists.ts";

/** Who can reach what, and whether for good. */

export const AccessQuerySchema = z.strictObject(InventoryPageFields);

const since = TimestampSchema.check(
  z.meta({
    description:
      "When it came to be, where CloudTrail says; else when Lockstep saw it first. An account that was excluded is seen first when it is no longer",
  }),
);

const held = {
  kind: z.enum(["standing", "temporary", "ending"]).check(
    z.meta({
      description:
        "standing: it stays until somebody takes it away; temporary: Lockstep made it, and takes it away when the last of the requests ends; ending: Lockstep is taking it away now",
    }),
  ),
  requests: z
    .array(z.strictObject({ id: RequestIdSchema, until: TimestampSchema }))
    .check(z.meta({ description: "The requests that hold it, the longest first" })),
  through: z
    .optional(z.strictObject({ id: GroupIdSchema, name: z.string() }))
    .check(z.meta({ description: "The group that has it, where it is not the user's own" })),
  since,
  by: z.optional(z.string().check(z.meta({ description: "Who made it, where CloudTrail says" }))),
  stale: z
    .boolean()
    .check(z.meta({ description: "The last look into the account failed: it is shown as it was before" })),
} as const;

const notCovered = z
  .array(z.string())
  .check(z.meta({ description: "Access that there may be besides, and that is not listed here" }));

const ReachingUserSchema = z.strictObject({
  id: UserIdSchema,
  name: z.string(),
  enabled: z.optional(z.boolean()).check(
    z.meta({
      description:
        "False: nobody can use it; it is what they will have when enabled again. Absent where Lockstep does not know who it is",
    }),
  ),
});

/** The answer of `GET /inventory/users/{id}/access`. */
export const UserAccessSchema = z.strictObject({
  user: ReachingUserSchema,
  notCovered,
  ...listOf(z.strictObject({ account: NamedAccountSchema, permissionSet: NamedPermissionSetSchema, ...held }))
    .shape,
});

/** The answer of `GET /inventory/accounts/{id}/access`. */
export const AccountAccessSchema = z.strictObject({
  account: NamedAccountSchema,
  notCovered,
  ...listOf(z.strictObject({ user: ReachingUserSchema, permissionSet: NamedPermissionSetSchema, ...held }))
    .shape,
});

const ReplacementSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("access-flow"), name: FlowNameSchema }),
  z.strictObject({
    kind: z.literal("suggestion"),
    name: FlowNameSchema,
    flow: AccessFlowBodySchema.check(z.meta({ description: "What PUT /access-flows/{name} takes" })),
  }),
  z.strictObject({ kind: z.literal("none"), why: z.string() }),
]);

/** The answer of `GET /inventory/standing-access`. */
export const StandingAccessListSchema = z.strictObject({
  notCovered,
  ...listOf(
    z.strictObject({
      account: NamedAccountSchema,
      permissionSet: NamedPermissionSetSchema,
      principal: NamedPrincipalSchema,
      since,
      by: z.optional(z.string()),
      replacement: ReplacementSchema.check(
        z.meta({ description: "How the same access could be asked for instead of being held" }),
      ),
    }),
  ).shape,
});
