import type { ExtensionAsk, RequestAsk } from "../../../lambdas/core/contracts/http/requests.ts";
import type { RequestId, Timestamp } from "../../../lambdas/core/domain/ids.ts";
import type { Person } from "../../../lambdas/core/domain/principal.ts";
import type { Directory, Organization } from "../../../lambdas/core/ports/directory.ts";
import type { AccessFlowStore, AccessRequestStore, WakeupStore } from "../../../lambdas/core/ports/stores.ts";
import type { Workflow } from "../../../lambdas/core/ports/workflow.ts";
import { reviewRequest } from "../../../lambdas/core/use-cases/break-glass/review-request.ts";
import { decideRequest } from "../../../lambdas/core/use-cases/decide-request.ts";
import { extendRequest } from "../../../lambdas/core/use-cases/extend-request.ts";
import type { Idempotency } from "../../../lambdas/core/use-cases/idempotency.ts";
import { cancelRequest, revokeRequest } from "../../../lambdas/core/use-cases/revoke-request.ts";
import { submitRequest } from "../../../lambdas/core/use-cases/submit-request.ts";
import { identityCenter } from "../builders.ts";
import type { VirtualClock } from "../virtual-clock.ts";
import { account, alice, bob, powerUserPermissionSet } from "./cast.ts";
import { rolesHeldBy } from "../roles.ts";
import type { noPolicies } from "../policies.ts";
import { noGuardrails } from "../guardrails.ts";

/** What people do, by the real use cases; what follows from it at once has happened when the answer is there. */
export const peopleOf = (lockstep: {
  readonly clock: VirtualClock;
  readonly requests: AccessRequestStore;
  readonly flows: AccessFlowStore;
  readonly wakeups: WakeupStore;
  readonly directory: Directory;
  readonly organization: Organization;
  readonly policies: ReturnType<typeof noPolicies>;
  readonly workflow: Workflow;
  readonly newId: () => string;
}) => {
  const { clock, requests, flows, wakeups, directory, organization, policies, workflow, newId } = lockstep;
  /** What happens between a person's read of a request and the next write that follows from it. */
  let meanwhile: (() => Promise<void>) | undefined;
  const requestsOfPeople: AccessRequestStore = {
    get: (id) => requests.get(id),
    create: (request) => requests.create(request),
    replace: async (next, from) => {
      const happens = meanwhile;
      meanwhile = undefined;
      await happens?.();
      return requests.replace(next, from);
    },
    listByRequester: (requester, page) => requests.listByRequester(requester, page),
    listMadeFor: (user, page) => requests.listMadeFor(user, page),
    listByStatus: (status, page) => requests.listByStatus(status, page),
    listWaitingExtensions: (now, page) => requests.listWaitingExtensions(now, page),
    listAutomatic: (now, page) => requests.listAutomatic(now, page),
    listUnreviewedBreakGlass: (page) => requests.listUnreviewedBreakGlass(page),
    listBreakGlass: (page) => requests.listBreakGlass(page),
    list: (page) => requests.list(page),
  };
  const parties = {
    ...policies,
    requests: requestsOfPeople,
    directory,
    rolesOf: rolesHeldBy(),
    wakeups,
    workflow,
    clock,
  };
  const places = {
    organization,
    protectedAccounts: [],
    guardrails: noGuardrails,
    delegatedAdministrator: false,
  };
  const permissionSet = () => Promise.resolve(powerUserPermissionSet);
  const extend = extendRequest({ ...parties, ...places, flows, catalogue: { permissionSet } });
  const submit = submitRequest({
    ...policies,
    ...places,
    requests,
    flows,
    names: { account: () => Promise.resolve(account), permissionSet },
    directory,
    workflow,
    clock,
    uniqueText: newId,
    identityCenter,
  });

  /** When the extension that waits was asked for, by which a decision names it. */
  const waitingExtension = async (id: RequestId): Promise<Timestamp> => {
    const request = await requests.get(id);
    if (request?.status !== "active" || request.extension === undefined) {
      throw new Error(`No extension of ${id} waits`);
    }
    return request.extension.askedAt;
  };
  /** Decides on the request itself, or on the extension that is named. */
  const decide = async (
    requestId: RequestId,
    decision: "approve" | "reject" = "approve",
    caller: Person = bob,
    extension?: Timestamp,
  ): Promise<void> => {
    const on = extension === undefined ? {} : { extension };
    await decideRequest({ ...parties, ...places, flows })({ caller, requestId, decision, ...on });
    await clock.advanceBy(0);
  };
  return {
    submit: async (
      caller: Person = alice,
      overrides: Partial<RequestAsk> = {},
      idempotency?: Idempotency,
    ): Promise<RequestId> => {
      const { request } = await submit({
        caller,
        ask: {
          entitlements: [{ account: account.name, permissionSet: powerUserPermissionSet.name }],
          duration: "PT1H",
          justification: "incident 42",
          ...overrides,
        },
        ...(idempotency === undefined ? {} : { idempotency }),
      });
      await clock.advanceBy(0);
      return request.id;
    },
    decide,
    /** Decides on the extension that waits, as somebody does who sees it. */
    decideExtension: async (requestId: RequestId, decision: "approve" | "reject" = "approve") =>
      decide(requestId, decision, bob, await waitingExtension(requestId)),
    waitingExtension,
    /** What `happens` after a person's action has read the request, and before its write. */
    betweenReadAndWrite: (happens: () => Promise<void>): void => {
      meanwhile = happens;
    },
    extend: async (
      requestId: RequestId,
      ask: Partial<ExtensionAsk> = {},
      idempotency?: Idempotency,
    ): Promise<void> => {
      await extend({
        caller: alice,
        requestId,
        ask: { duration: "PT1H", justification: "not done yet", ...ask },
        ...(idempotency === undefined ? {} : { idempotency }),
      });
      await clock.advanceBy(0);
    },
    review: async (requestId: RequestId, caller: Person = bob) => {
      await reviewRequest(parties)({ caller, requestId, outcome: "justified", comment: "it was down" });
      await clock.advanceBy(0);
    },
    revoke: async (requestId: RequestId, caller: Person = alice) => {
      await revokeRequest(parties)({ caller, requestId });
      await clock.advanceBy(0);
    },
    cancel: async (requestId: RequestId, caller: Person = alice) => {
      await cancelRequest(parties)({ caller, requestId });
      await clock.advanceBy(0);
    },
  };
};
