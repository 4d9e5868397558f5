import * as z from "zod/mini";
import {
  AutomaticApprovalRuleSchema,
  Beneficiaries,
  PersonRuleSchema,
  type AccessFlow,
} from "./access-flow.ts";

/*
 * Access that is asked for ahead is judged twice: when somebody asks, and when it begins, since people change groups, leave,
 * and are on call by turns. What is compared with is what the access flow said when they asked. (The judgement is in
 * why-not-begin.ts: whatever reads requests has the schema, and should not have to carry the rules.)
 */

/** What has to be so when the access begins. */
export const StartConditionsSchema = z.strictObject({
  requestors: PersonRuleSchema,
  /** Absent: for oneself. */
  requestFor: z.optional(z.array(z.enum(Beneficiaries)).check(z.minLength(1))),
  /** Why nobody was asked; absent where people approved it, and where the flow asks nobody. */
  automatic: z.optional(AutomaticApprovalRuleSchema),
  /** How long it may last with what it follows; absent where people approved it. */
  maxSeconds: z.optional(z.int().check(z.positive())),
});
export type StartConditions = z.infer<typeof StartConditionsSchema>;

/** What the flow says of who may have it, frozen for the day on which it begins. */
export const startConditionsOf = (
  {
    requestors,
    requestFor,
    approval,
    duration,
  }: Pick<AccessFlow, "requestors" | "requestFor" | "approval" | "duration">,
  decided: { readonly steps: readonly unknown[]; readonly automatically?: string | undefined },
): StartConditions => ({
  requestors,
  ...(requestFor === undefined ? {} : { requestFor }),
  ...(decided.automatically === undefined || approval.automatic === undefined
    ? {}
    : { automatic: approval.automatic }),
  ...(decided.steps.length === 0 ? { maxSeconds: duration.maxSeconds } : {}),
});
