import * as z from "zod/mini";
import {
  AutomaticApprovalRuleSchema,
  Beneficiaries,
  isResourceTarget,
  PersonRuleSchema,
  ResourceTargetSchema,
  type AccessFlow,
  type ResourceTarget,
} from "./access-flow.ts";
import type { AccountId, PermissionSetArn } from "./ids.ts";

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
  /**
   * What the flow gives access to, as far as it matters for what was asked for. Absent where people approved it, and where a
   * bundle or an access scope says a part of it: those are not looked up again.
   */
  targets: z.optional(z.array(ResourceTargetSchema)),
});
export type StartConditions = z.infer<typeof StartConditionsSchema>;

interface Asked {
  /** Why nobody was asked, where the flow's rule says so. */
  readonly automatically: string | undefined;
  readonly approvedByNobody: boolean;
  readonly asked: readonly { readonly accountId: AccountId; readonly permissionSetArn: PermissionSetArn }[];
}

/** What the flow says of who may have it, frozen for the day on which it begins. */
export const startConditionsOf = (
  {
    requestors,
    requestFor,
    approval,
    targets,
    duration,
  }: Pick<AccessFlow, "requestors" | "requestFor" | "approval" | "targets" | "duration">,
  { automatically, approvedByNobody, asked }: Asked,
): StartConditions => ({
  requestors,
  ...(requestFor === undefined ? {} : { requestFor }),
  ...(automatically === undefined || approval.automatic === undefined
    ? {}
    : { automatic: approval.automatic }),
  ...(approvedByNobody ? { maxSeconds: duration.maxSeconds } : {}),
  ...(approvedByNobody && targets.every(isResourceTarget)
    ? { targets: targets.flatMap((target) => partFor(target, asked)) }
    : {}),
});

/** What may cover the targets, without the accounts that it names besides: a request is written at each of its transitions. */
const partFor = (target: ResourceTarget, asked: Asked["asked"]): readonly ResourceTarget[] => {
  const offered = ({ id }: { readonly id: PermissionSetArn }): boolean =>
    asked.some(({ permissionSetArn }) => permissionSetArn === id);
  if (!target.permissionSets.some(offered)) return [];
  return [
    {
      ...target,
      accounts: target.accounts.filter(({ id }) => asked.some(({ accountId }) => accountId === id)),
      permissionSets: target.permissionSets.filter(offered),
    },
  ];
};
