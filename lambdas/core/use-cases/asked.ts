import type { RequestAsk } from "../contracts/http/requests.ts";
import { LATEST_START_SECONDS, parseDuration } from "../domain/duration.ts";
import { DomainError } from "../domain/errors.ts";
import type { Obstacle } from "../domain/explanation.ts";
import { secondsAfter } from "../domain/ids.ts";
import type { Target, Wanted } from "./evaluation/eligibility.ts";
import type { Names } from "./resolve-names.ts";

/** Why access cannot be asked for from then on; undefined where it can. */
export const whyNotThen = (
  { startAt, breakGlass }: Pick<RequestAsk, "startAt" | "breakGlass">,
  now: Date,
): Obstacle | undefined => {
  if (startAt === undefined) return undefined;
  if (breakGlass === true) {
    const detail = `startAt is ${startAt}; expected none with breakGlass: an emergency begins at once.`;
    return { code: "start-out-of-bounds", detail };
  }
  const start = new Date(startAt);
  const latest = new Date(secondsAfter(now, LATEST_START_SECONDS));
  if (start >= now && start <= latest) return undefined;
  const detail = `startAt is ${startAt}; expected a time between now and 90 days ahead (${latest.toISOString()}).`;
  return { code: "start-out-of-bounds", detail };
};

/** Throws DomainError `start-out-of-bounds`. */
export const assertStart = (ask: Pick<RequestAsk, "startAt" | "breakGlass">, now: Date): void => {
  const obstacle = whyNotThen(ask, now);
  if (obstacle === undefined) return;
  const { code, detail } = obstacle;
  throw new DomainError(code, detail, [{ pointer: "/startAt", detail }]);
};

/** What is asked for, by ids. Throws DomainError `unknown-name`, `ambiguous-name` or `duplicate-entitlement`. */
export const targetsOf = async (
  { names }: { readonly names: Names },
  { entitlements }: Pick<RequestAsk, "entitlements">,
): Promise<readonly Target[]> => {
  const targets: Target[] = [];
  for (const [index, { account, permissionSet }] of entitlements.entries()) {
    const target = {
      account: await names.account(account, `/entitlements/${String(index)}/account`),
      permissionSet: await names.permissionSet(permissionSet, `/entitlements/${String(index)}/permissionSet`),
    };
    const twin = targets.findIndex(
      (other) =>
        other.account.id === target.account.id && other.permissionSet.arn === target.permissionSet.arn,
    );
    if (twin >= 0) {
      const detail = `Entitlements ${String(twin + 1)} and ${String(index + 1)} are the same: ${target.permissionSet.name} in ${target.account.name}.`;
      throw new DomainError("duplicate-entitlement", detail, [
        { pointer: `/entitlements/${String(index)}`, detail },
      ]);
    }
    targets.push(target);
  }
  return targets;
};

/** What the words of a request say, besides who asks for whom and for what. */
export const wantedBy = (
  ask: Omit<RequestAsk, "entitlements" | "principal">,
): Pick<Wanted, "durationSeconds" | "start" | "justification" | "ticket" | "breakGlass"> => ({
  durationSeconds: ask.duration === undefined ? undefined : parseDuration(ask.duration),
  start: ask.startAt === undefined ? undefined : new Date(ask.startAt),
  justification: ask.justification,
  ticket: ask.ticket,
  breakGlass: ask.breakGlass ?? false,
});
