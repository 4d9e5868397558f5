import type { ClientsFor } from "../../adapters/aws-clients.ts";
import { describeError, isNamed, isTransient, isUnanswered } from "../../adapters/aws-errors.ts";
import { accountAssignments, type Operation } from "../../adapters/identity-center/account-assignments.ts";
import { principalIsGone } from "../../adapters/identity-store/principal-is-gone.ts";
import type { Entitlement } from "../../core/domain/entitlement.ts";
import { RetryableError } from "../../core/domain/errors.ts";
import type { Clock } from "../../core/ports/clock.ts";
import type { Admission, ApplyProgress, Provider, RemoveProgress } from "../../core/ports/provider.ts";
import { accountAssignmentInstructions } from "./instructions.ts";
import { poll } from "./polling.ts";

export interface AccountAssignmentDeps {
  readonly clientsFor: ClientsFor;
  readonly clock: Clock;
  readonly admission: Admission;
  readonly accessPortalUrl: string;
}

/**
 * Account assignments of IAM Identity Center: a user or group gets a permission set in an account.
 *
 * Create and Delete are asynchronous and take no client token; the assignment itself is what makes them idempotent.
 * Creating what exists succeeds, and deleting what is not there fails, so that neither answer decides: only
 * ListAccountAssignments says what is.
 */
export const accountAssignmentProvider = (deps: AccountAssignmentDeps): Provider => {
  const { clock } = deps;
  const ssoAdmin = accountAssignments(deps);
  const isGone = principalIsGone(deps.clientsFor);

  const outcomeOfCreate = async (entitlement: Entitlement, created: Operation): Promise<ApplyProgress> => {
    if (created.status !== "IN_PROGRESS") return applied(created);
    const { id } = created;
    if (id === undefined) return unfinished("AWS did not name the operation that it started");
    let last = "AWS is still creating the assignment";
    const ended = await poll(clock, async () => {
      try {
        const operation = await ssoAdmin.creation(entitlement, id);
        return operation.status === "IN_PROGRESS" ? undefined : operation;
      } catch (error) {
        last = describeError(error);
        return undefined;
      }
    });
    return ended === undefined ? unfinished(last) : applied(ended);
  };

  /** AWS did not delete it, and says why: perhaps because there is nobody left to take it from. */
  const refusedToRemove = async (entitlement: Entitlement, reason: string): Promise<RemoveProgress> =>
    (await isGone(entitlement)) ? { outcome: "dangling", reason } : unfinished(reason);

  /** The operation was accepted: looks until the assignment is gone, or until AWS says that it will not go. */
  const outcomeOfDelete = async (entitlement: Entitlement, { id }: Operation): Promise<RemoveProgress> => {
    let last = "AWS is still deleting the assignment";
    const ended = await poll(clock, async (): Promise<RemoveProgress | undefined> => {
      try {
        if (!(await ssoAdmin.exists(entitlement, "revoke"))) return { outcome: "done" };
        const operation = id === undefined ? undefined : await ssoAdmin.deletion(entitlement, id);
        if (operation?.status !== "FAILED") return undefined;
        return await refusedToRemove(entitlement, operation.failureReason);
      } catch (error) {
        last = describeError(error);
        return undefined;
      }
    });
    return ended ?? unfinished(last);
  };

  /** The call itself was refused, without an operation: for what is not there, or for another reason. */
  const outcomeOfRefusal = async (entitlement: Entitlement, reason: string): Promise<RemoveProgress> => {
    try {
      if (!(await ssoAdmin.exists(entitlement, "revoke"))) return { outcome: "done" };
    } catch (error) {
      return unfinished(describeError(error));
    }
    return refusedToRemove(entitlement, reason);
  };

  return {
    kind: "identity-center/account-assignment",

    observe: async (entitlement) => {
      try {
        return (await ssoAdmin.exists(entitlement, "observe")) ? "present" : "absent";
      } catch (error) {
        if (!isTransient(error)) throw error;
        throw new RetryableError("ProviderUnavailable", describeError(error), { cause: error });
      }
    },

    apply: async (entitlement) => {
      try {
        return await outcomeOfCreate(entitlement, await ssoAdmin.create(entitlement));
      } catch (error) {
        return mayTryAgain(error)
          ? unfinished(describeError(error))
          : { outcome: "refused", reason: describeError(error) };
      }
    },

    remove: async (entitlement, before) => {
      try {
        const deleted = await ssoAdmin.delete(entitlement, before);
        if (deleted === "too-late") return unfinished("the time in which this invocation may delete is over");
        return await outcomeOfDelete(entitlement, deleted);
      } catch (error) {
        const reason = describeError(error);
        if (isUnanswered(error)) return { ...unfinished(reason), unanswered: true };
        return mayTryAgain(error) ? unfinished(reason) : outcomeOfRefusal(entitlement, reason);
      }
    },

    instructions: accountAssignmentInstructions(deps.accessPortalUrl),
  };
};

const unfinished = (reason: string) => ({ outcome: "unfinished", reason }) as const;

const applied = ({ status, failureReason }: Operation): ApplyProgress =>
  status === "FAILED" ? { outcome: "refused", reason: failureReason } : { outcome: "done" };

/**
 * ConflictException: an earlier write to the same assignment is not complete; AWS says to retry
 * (https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_CreateAccountAssignment.html).
 * ServiceQuotaExceededException: room may come back, as other operations end.
 */
const mayTryAgain = (error: unknown): boolean =>
  isTransient(error) || isNamed(error, "ConflictException", "ServiceQuotaExceededException");
