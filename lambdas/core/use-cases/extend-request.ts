import type { ExtensionAsk } from "../contracts/http/requests.ts";
import { takesRequests, type AccessFlow } from "../domain/access-flow.ts";
import type { AccessRequest, RequestIn } from "../domain/access-request.ts";
import { parseDuration } from "../domain/duration.ts";
import { DomainError } from "../domain/errors.ts";
import { commonOf, evolve, type Occasion } from "../domain/evolve.ts";
import {
  askedExtension,
  assertWithinRules,
  extendable,
  extensionRulesOf,
  totalSeconds,
  withMoreTime,
} from "../domain/extension.ts";
import type { Guardrails } from "../domain/guardrails.ts";
import type { RequestId } from "../domain/ids.ts";
import type { Person } from "../domain/principal.ts";
import type { Catalogue } from "../ports/catalogue.ts";
import type { Clock } from "../ports/clock.ts";
import type { AccessFlowStore, AccessRequestStore } from "../ports/stores.ts";
import { assertWithinGuardrails } from "./assert-within-guardrails.ts";
import {
  assertAccountsActive,
  assertGrantable,
  evaluateRequest,
  type Allowed,
  type EligibilityDependencies,
  type Target,
} from "./evaluation/eligibility.ts";
import { askedOf } from "./evaluation/eligible-approvers.ts";
import { isReplay, withAnswered, type Idempotency } from "./idempotency.ts";
import { partyTo, type PartyDependencies } from "./party-to-request.ts";
import { persistOrReread, type Decided } from "./persist.ts";
import { beneficiaryOf } from "./principal-of.ts";

export interface ExtendDependencies extends PartyDependencies, EligibilityDependencies {
  readonly requests: AccessRequestStore;
  readonly flows: Pick<AccessFlowStore, "get">;
  readonly catalogue: Pick<Catalogue, "permissionSet">;
  readonly directory: PartyDependencies["directory"] & EligibilityDependencies["directory"];
  readonly guardrails: Guardrails;
  readonly clock: Clock;
}

interface ExtendInput {
  readonly caller: Person;
  readonly requestId: RequestId;
  readonly ask: ExtensionAsk;
  /** Whether the caller's token says that they signed in with more than a password. */
  readonly mfa?: boolean;
  readonly idempotency?: Idempotency;
}

/**
 * Asks for more time on access that is active: given at once, or when whom the flow names has approved. What the flow
 * of the request's name says now decides, and what its requester may have now. Whatever happens, the item keeps an
 * expiry: one conditional write moves it, and the timer that wakes at the old one looks at the item, and holds again.
 */
export const extendRequest =
  (dependencies: ExtendDependencies) =>
  async (input: ExtendInput): Promise<AccessRequest> => {
    const { role } = await partyTo(dependencies)(input.caller, input.requestId);
    if (role !== "requester") {
      throw new DomainError("not-requester", "Only its requester may extend a request; you are not.");
    }
    return persistOrReread(dependencies.requests, input.requestId, (request) => {
      if (request === undefined) throw new Error(`Request ${input.requestId} has vanished`);
      return isReplay(request, input.idempotency) ? { done: request } : next(dependencies, request, input);
    });
  };

const next = async (
  dependencies: ExtendDependencies,
  request: AccessRequest,
  input: ExtendInput,
): Promise<Decided> => {
  const { caller, ask } = input;
  const { clock } = dependencies;
  const seconds = parseDuration(ask.duration) ?? 0;
  const flow = await flowOf(dependencies, extendable(request, clock.now()));
  const access = extendable(request, clock.now());
  assertWithinRules(access, flow, { duration: ask.duration, seconds });
  const allowed = await assertEligible(dependencies, access, flow, input, totalSeconds(access) + seconds);
  const { steps, approvers, unconfirmedEditors } = allowed;
  const { requesterCanApproveSelf } = flow.settings;
  const { sameApproverInSeveralSteps } = flow.approval;

  // All that was looked up took time: the moment of the write decides whether it comes too late.
  const now = clock.now();
  const active = extendable(request, now);
  const asked = {
    by: caller,
    duration: ask.duration,
    durationSeconds: seconds,
    justification: ask.justification ?? "",
  };
  const common = {
    ...commonOf(active),
    activeAt: active.activeAt,
    expiresAt: active.expiresAt,
    answered: withAnswered(active, input.idempotency),
  };
  const occasion = (details: Occasion["details"]): Occasion => ({
    actor: { type: "user", userId: caller.userId },
    now,
    details: {
      duration: ask.duration,
      justification: asked.justification,
      flow: flow.name,
      flowVersion: flow.version,
      ...details,
    },
  });
  const [first] = steps;
  if (first === undefined) {
    const more = withMoreTime(active, asked, [], now);
    const extended = { ...common, ...more };
    const details = {
      expiresAt: more.expiresAt,
      ...(allowed.automatically === undefined ? {} : { automatically: allowed.automatically }),
    };
    return {
      name: "AccessExtended",
      next: evolve("AccessExtended", active, extended, occasion(details)),
    };
  }
  const approval = {
    steps: [...steps],
    asked: askedOf(approvers),
    requesterCanApproveSelf,
    ...(sameApproverInSeveralSteps === undefined ? {} : { sameApproverInSeveralSteps }),
    ...(unconfirmedEditors === undefined ? {} : { unconfirmedEditors: [...unconfirmedEditors] }),
    ...(flow.settings.approverReasonRequired === true ? { reasonRequired: true } : {}),
    decisions: [],
  };
  const extension = askedExtension(active, asked, { approval, version: flow.version }, first, now);
  return {
    name: "ExtensionRequested",
    next: evolve(
      "ExtensionRequested",
      active,
      { ...common, extension },
      occasion({ deadline: extension.deadline, frozen: extension.frozen.hash }),
    ),
  };
};

const flowOf = async (
  { flows }: Pick<ExtendDependencies, "flows">,
  request: RequestIn<"active">,
): Promise<AccessFlow> => {
  const { name } = request.flow;
  const flow = await flows.get(name);
  if (flow !== undefined && takesRequests(flow)) return flow;
  const found = flow === undefined ? "does not exist any more" : "takes no requests any more";
  throw new DomainError(
    "extension-not-allowed",
    `Access flow ${name}, which allowed this access, ${found}, so that nothing allows more time. Ask for new access with POST /requests.`,
  );
};

/** What the requester would be allowed now; throws DomainError with the reason why not the same access, for that long in all. */
const assertEligible = async (
  dependencies: ExtendDependencies,
  request: RequestIn<"active">,
  flow: AccessFlow,
  { caller, ask, mfa = false }: ExtendInput,
  durationSeconds: number,
): Promise<Allowed> => {
  const targets = await targetsOf(dependencies, request);
  assertGrantable(dependencies, targets);
  assertWithinGuardrails(dependencies, targets, durationSeconds);
  const { principal } = request;
  // Fails for somebody who has left the group that has the access, and for one who is not there any more.
  const { requestFor } = await beneficiaryOf(dependencies, caller, {
    type: principal.type,
    id: principal.id,
  });
  // An extension that needs nobody's approval needs nobody who could give it, either.
  const { steps } = extensionRulesOf(flow);
  const extending = { ...flow, approval: { ...flow.approval, steps: [...steps] } };
  const allowed = await evaluateRequest(dependencies, [extending], {
    caller,
    principal,
    requestFor,
    targets,
    durationSeconds,
    since: new Date(request.activeAt),
    now: dependencies.clock.now(),
    justification: ask.justification,
    ticket: request.ticket,
    mfa,
    breakGlass: flow.breakGlass !== undefined,
  });
  await assertAccountsActive(dependencies, targets);
  return allowed;
};

const targetsOf = (
  { catalogue }: Pick<ExtendDependencies, "catalogue">,
  { entitlements }: AccessRequest,
): Promise<Target[]> =>
  Promise.all(
    entitlements.map(async ({ entitlement, accountName, permissionSetName }) => {
      const permissionSet = await catalogue.permissionSet(entitlement.permissionSetArn);
      if (permissionSet === undefined) {
        throw new DomainError(
          "extension-not-allowed",
          `Permission set ${permissionSetName} (${entitlement.permissionSetArn}) does not exist any more, so that this access cannot be extended.`,
        );
      }
      return { account: { id: entitlement.accountId, name: accountName }, permissionSet };
    }),
  );
