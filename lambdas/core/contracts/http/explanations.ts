import * as z from "zod/mini";
import { ConsideredNames } from "../../domain/evaluate.ts";
import { Circumstances } from "../../domain/explanation.ts";
import { FlowNameSchema } from "../../domain/ids.ts";
import { PersonSchema, PrincipalSchema } from "../../domain/principal.ts";
import { LONGEST_DIRECTORY_NAME, nameOrId } from "./fields.ts";
import { AskedEntitlementSchema, RequestAskSchema, StepViewSchema } from "./requests.ts";

const { entitlements, principal, duration, startAt, breakGlass, justification, ticket } =
  RequestAskSchema.shape;

/** The body of `POST /explain`: who would ask for what. */
export const ExplanationAskSchema = z
  .strictObject({
    user: z.optional(
      nameOrId(
        LONGEST_DIRECTORY_NAME,
        "Who would ask: id, user name or email; the caller where it is absent",
      ),
    ),
    entitlement: z.optional(AskedEntitlementSchema),
    entitlements: z.optional(entitlements),
    principal,
    duration,
    startAt,
    breakGlass,
    justification,
    ticket,
    mfa: z.optional(
      z.boolean().check(
        z.meta({
          description:
            "Whether they would have signed in with more than a password: as the caller's token says, and for somebody else yes, where it is absent",
        }),
      ),
    ),
  })
  .check(
    z.refine((ask) => (ask.entitlement === undefined) !== (ask.entitlements === undefined), {
      error: "either entitlement or entitlements",
    }),
    z.meta({
      description:
        "Either entitlement or entitlements. A justification and a ticket that are absent are taken to be written when the request is",
    }),
  );
export type ExplanationAsk = z.infer<typeof ExplanationAskSchema>;

const verdict = z
  .enum(["met", "unmet", "unknown"])
  .check(z.meta({ description: "Only what is met speaks for a request: what nobody knows fails closed" }));

const ExplainedStepSchema = z.strictObject({
  ...StepViewSchema.shape,
  nobody: z.optional(z.string().check(z.meta({ description: "Why nobody may decide the step" }))),
  people: z.array(
    z.strictObject({
      userId: z.string(),
      userName: z.optional(z.string()),
      because: z.array(z.string()),
    }),
  ),
  morePeople: z.int(),
});

const ConditionPartSchema = z
  .strictObject({
    condition: z.string(),
    verdict,
    because: z.optional(z.string().check(z.meta({ description: "Why nobody knows" }))),
  })
  .check(
    z.meta({
      description:
        "One condition of the rule of requestors, said as it counts: `not group contractors` is met by whoever is not in the group",
    }),
  );

/** What would come of a request, and why. */
export const ExplanationSchema = z.strictObject({
  allowed: z.boolean(),
  code: z.optional(
    z.string().check(z.meta({ description: "The code of the problem that it would be refused with" })),
  ),
  reasons: z.array(z.string()),
  requester: PersonSchema,
  principal: z.optional(PrincipalSchema),
  circumstances: z
    .array(
      z.strictObject({
        circumstance: z.enum(Circumstances),
        verdict,
        detail: z.string(),
        code: z.optional(z.string()),
      }),
    )
    .check(
      z.meta({
        description:
          "What a request needs, in the order in which a refusal tells of the first that is missing",
      }),
    ),
  flow: z.optional(
    FlowNameSchema.check(
      z.meta({ description: "The access flow that serves it; something else may be in its way" }),
    ),
  ),
  steps: z.array(ExplainedStepSchema).check(z.meta({ description: "Who would decide, and why they" })),
  automatically: z.optional(
    z.string().check(z.meta({ description: "Why nobody would be asked although the flow has steps" })),
  ),
  limits: z.optional(
    z.strictObject({
      duration: z.string(),
      maxDuration: z.string(),
      maxExtensions: z.int(),
      longestExtension: z.string(),
    }),
  ),
  considered: z.array(
    z.strictObject({
      flow: FlowNameSchema,
      version: z.int(),
      serves: z.boolean(),
      conditions: z
        .array(
          z.strictObject({
            condition: z.enum(ConsideredNames),
            verdict,
            detail: z.string(),
            parts: z.optional(z.array(ConditionPartSchema)),
          }),
        )
        .check(
          z.meta({
            description:
              "In words to the requester: the first that is not met is why the flow does not serve it",
          }),
        ),
      steps: z.optional(
        z.array(ExplainedStepSchema).check(
          z.meta({
            description: "Who would decide under this flow, and why they, where nothing else is in its way",
          }),
        ),
      ),
    }),
  ),
  inEmergency: z.optional(
    z.string().check(
      z.meta({
        description:
          "That an access flow for emergencies is for the requester and covers what nothing else allows; absent where an emergency would be refused, too",
      }),
    ),
  ),
  notNamed: z.int().check(
    z.meta({
      description:
        "How many flows there are that are not for the requester: only readers of everything see them",
    }),
  ),
});
export type ExplanationView = z.infer<typeof ExplanationSchema>;
