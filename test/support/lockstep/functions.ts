import {
  AwaitApprovalInputSchema,
  GrantAccessInputSchema,
  GrantAccessOutputSchema,
  RevokeAccessInputSchema,
  RevokeAccessOutputSchema,
} from "../../../lambdas/core/contracts/workflow.ts";
import type { Clock } from "../../../lambdas/core/ports/clock.ts";
import type { SharedAdmission } from "../../../lambdas/core/ports/provider.ts";
import type {
  AccessFlowStore,
  AccessRequestStore,
  EntitlementStore,
  WakeupStore,
} from "../../../lambdas/core/ports/stores.ts";
import type { Workflow } from "../../../lambdas/core/ports/workflow.ts";
import { awaitApproval } from "../../../lambdas/core/use-cases/await-approval.ts";
import { grantAccess } from "../../../lambdas/core/use-cases/grant-access.ts";
import type { RemovalDependencies } from "../../../lambdas/core/use-cases/removals.ts";
import { reportStuck } from "../../../lambdas/core/use-cases/report-stuck.ts";
import { revokeAccess } from "../../../lambdas/core/use-cases/revoke-access.ts";
import { lastErrorOf } from "../../../lambdas/workflow/revoke-access/last-error.ts";
import type { Json } from "../../../local/wire/json.ts";
import {
  judgeAtStart,
  type StartDependencies,
} from "../../../lambdas/core/use-cases/evaluation/judge-at-start.ts";
import { noGuardrails } from "../guardrails.ts";

export type FunctionName = "await-approval" | "grant-access" | "revoke-access";

/** Today's functions, as the machine invokes them. */
export type Functions = Readonly<Record<FunctionName, (payload: Json) => Promise<Json>>>;

/** The functions of the machine, each composed from the real use cases and contracts. */
export const composeFunctions = (dependencies: {
  readonly requests: AccessRequestStore;
  readonly wakeups: WakeupStore;
  readonly workflow: Workflow;
  readonly entitlements: EntitlementStore;
  readonly admission: Pick<SharedAdmission, "setApart">;
  readonly removals: RemovalDependencies;
  readonly flows: Pick<AccessFlowStore, "head">;
  readonly atStart: StartDependencies;
  readonly clock: Clock;
}): Functions => {
  const { requests, wakeups, workflow, entitlements, admission, removals, flows, atStart, clock } =
    dependencies;
  const { providers } = removals;
  const grant = grantAccess({
    requests,
    entitlements,
    providers,
    admission,
    protectedAccounts: [],
    guardrails: noGuardrails,
    flows,
    whyNotBegin: judgeAtStart(atStart),
    clock,
  });
  const revoke = revokeAccess({ requests, ...removals });
  const report = reportStuck({ requests, clock });
  return {
    "await-approval": async (payload) => {
      await awaitApproval({ requests, wakeups, workflow })(AwaitApprovalInputSchema.parse(payload));
      return {};
    },
    "grant-access": async (payload) =>
      GrantAccessOutputSchema.parse(await grant(GrantAccessInputSchema.parse(payload))),
    "revoke-access": async (payload) => {
      const { requestId, enteredAt, begin, stuck } = RevokeAccessInputSchema.parse(payload);
      const output =
        stuck === undefined
          ? await revoke({ requestId, enteredAt, begin })
          : await report({ requestId, lastError: lastErrorOf(stuck) });
      return RevokeAccessOutputSchema.parse(output);
    },
  };
};
