import * as z from "zod/mini";
import { FlowNameSchema, GroupIdSchema, UserIdSchema } from "../../domain/ids.ts";
import { Beneficiaries } from "../../domain/access-flow.ts";
import { TimeframeSchema } from "../../domain/timeframe.ts";
import { DirectoryRoles } from "../roles.ts";
import { nameOrId } from "./fields.ts";
import { RequestViewSchema } from "./requests.ts";

/** The query of `GET /me`. */
export const MeQuerySchema = z.strictObject({
  q: z.optional(
    nameOrId(200, "Of the accounts below organizational units, only those with this in their name or id"),
  ),
});

const NamedSchema = z.strictObject({ id: z.string(), name: z.string() });

/** What a person may ask for under one access flow. */
const MayRequestSchema = z.strictObject({
  flow: FlowNameSchema,
  breakGlass: z.optional(
    z.boolean().check(z.meta({ description: "Only in an emergency: the request says breakGlass" })),
  ),
  targets: z.array(
    z.strictObject({
      bundle: z.optional(
        z
          .string()
          .check(z.meta({ description: "This is what the bundle of this name holds, or a part of it" })),
      ),
      accessScope: z.optional(
        z
          .string()
          .check(z.meta({ description: "Whatever the query of the access scope of this name finds" })),
      ),
      tags: z.optional(z.array(z.string().check(z.meta({ description: "key, or key=value|value" })))),
      accounts: z.array(NamedSchema),
      organizationalUnits: z.array(NamedSchema),
      accountsBelowUnits: z
        .array(NamedSchema)
        .check(z.meta({ description: "Active accounts below these units, as they were last seen" })),
      moreAccountsBelowUnits: z
        .boolean()
        .check(z.meta({ description: "There are more than the 100 that are listed: q finds the others" })),
      permissionSets: z.array(z.strictObject({ arn: z.string(), name: z.string() })),
    }),
  ),
  duration: z.strictObject({
    max: z.string(),
    default: z.string().check(z.meta({ description: "What a request lasts that names no duration" })),
  }),
  requestFor: z.array(z.enum(Beneficiaries)).check(
    z.meta({
      description: "For whom: oneself and one's groups, those whose manager one is, or anybody",
    }),
  ),
  timeframe: z.optional(
    TimeframeSchema.check(
      z.meta({ description: "Access begins within these hours only; always where there is none" }),
    ),
  ),
  asksFor: z
    .strictObject({
      justification: z.boolean(),
      justificationPattern: z.optional(z.string()),
      ticketPattern: z.optional(
        z.string().check(z.meta({ description: "A ticket is needed, and has to match this, whole" })),
      ),
      mfa: z
        .boolean()
        .check(z.meta({ description: "The token has to say that the sign-in was more than a password" })),
    })
    .check(z.meta({ description: "What a request has to bring" })),
  approvals: z
    .int()
    .check(
      z.nonnegative(),
      z.meta({ description: "How many steps of approval a request goes through; 0: automatic" }),
    ),
  approvedAutomaticallyWhen: z.optional(
    z.string().check(z.meta({ description: "When nobody has to approve although there are steps" })),
  ),
  extensions: z.strictObject({
    max: z
      .int()
      .check(z.nonnegative(), z.meta({ description: "How often access may be extended; 0: never" })),
    duration: z
      .string()
      .check(
        z.meta({ description: "The longest single extension; in all, access lasts duration.max at most" }),
      ),
    approvals: z
      .int()
      .check(z.nonnegative(), z.meta({ description: "How many people have to approve one; 0: automatic" })),
  }),
});

/** The answer of `GET /me`. */
export const MeSchema = z.strictObject({
  userId: UserIdSchema,
  userName: z.string(),
  administrator: z.boolean(),
  roles: z.array(z.enum(DirectoryRoles)).check(
    z.meta({
      description:
        "By the caller's groups, as the deploy settings say; what one may ask for and decide comes by access flow",
    }),
  ),
  groups: z.array(z.strictObject({ id: GroupIdSchema, name: z.string() })),
  mayRequest: z.array(MayRequestSchema),
  toApprove: z.array(RequestViewSchema).check(
    z.meta({
      description: "What waits for the caller's decision; GET /requests?view=to-approve pages through all",
    }),
  ),
});
