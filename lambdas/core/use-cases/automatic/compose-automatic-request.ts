import type { IdentityCenterSettings } from "../../contracts/environment.ts";
import type { RequestIn } from "../../domain/access-request.ts";
import { rhythmOf, secondsUntil } from "../../domain/automatic/period.ts";
import { durationText } from "../../domain/duration.ts";
import { entitlementKey } from "../../domain/entitlement.ts";
import { begin } from "../../domain/evolve.ts";
import { frozenHash } from "../../domain/frozen.ts";
import type { Guardrails } from "../../domain/guardrails.ts";
import { shortHashOf } from "../../domain/hash.ts";
import { timestamp, type RequestId, type UserId } from "../../domain/ids.ts";
import type { Person } from "../../domain/principal.ts";
import { targetKey, type Target } from "../../domain/target-coverage.ts";
import { requestedEntitlement } from "../requested-entitlement.ts";
import { automatic } from "./end-automatic-request.ts";
import type { Planned } from "./plan-flows.ts";

/** The id of the request: the same for everybody who makes the same request within the same stretch of time. */
export const automaticRequestId = (
  { guardrails }: { readonly guardrails: Pick<Guardrails, "maxDurationSeconds"> },
  { flow, planned }: Planned,
  { person, targets, attempt }: { person: UserId; targets: readonly Target[]; attempt: number },
): RequestId =>
  `r-${shortHashOf(
    {
      automatic: flow.name,
      person,
      targets: targets.map(targetKey),
      stepSeconds: rhythmOf(flow, guardrails).stepSeconds,
      epoch: planned.epoch,
      attempt,
    },
    26,
  )}` as RequestId;

/** What a planned request is when it is made; undefined when its time is over by now. */
export const composeAutomaticRequest = (
  { identityCenter }: { readonly identityCenter: IdentityCenterSettings },
  { flow, planned, gives }: Planned,
  { id, person, targets, now }: { id: RequestId; person: Person; targets: readonly Target[]; now: Date },
): RequestIn<"approved"> | undefined => {
  const durationSeconds = secondsUntil(planned.until, now);
  if (durationSeconds < 1) return undefined;
  const principal = { type: "USER" as const, id: person.userId, name: person.userName };
  const content = {
    id,
    requester: person,
    principal,
    entitlements: targets.map((target) =>
      requestedEntitlement(identityCenter, namedBy(gives, target), principal),
    ),
    flow: { name: flow.name, version: flow.version },
    duration: durationText(durationSeconds),
    durationSeconds,
    justification: `Given by the automatic access flow ${flow.name}.`,
    createdAt: timestamp(now),
    automatic: { until: planned.until },
    approval: { steps: [], asked: [], requesterCanApproveSelf: false, decisions: [] },
    answered: [],
  };
  return begin(
    "AutomaticallyApproved",
    { ...content, frozen: frozenHash(content) },
    {
      actor: automatic,
      now,
      details: {
        flow: flow.name,
        flowVersion: flow.version,
        until: planned.until,
        entitlements: content.entitlements.map(({ entitlement }) => entitlementKey(entitlement)),
      },
    },
  );
};

const namedBy = ({ accountName, permissionSet }: Planned["gives"], target: Target) => {
  const found = permissionSet(target.permissionSetArn);
  // Whatever is planned is of a permission set that was looked up: one that nobody knows is in doubt.
  if (found === undefined) throw new Error(`Permission set ${target.permissionSetArn} was planned unknown`);
  return { account: { id: target.accountId, name: accountName(target.accountId) }, permissionSet: found };
};
