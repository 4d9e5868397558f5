import type { Provider, Providers } from "../../../lambdas/core/ports/provider.ts";
import type { EntitlementStore, Turns } from "../../../lambdas/core/ports/stores.ts";
import type { Interruptions } from "./interruptions.ts";

/** Ports as the functions reach them: an invocation can be interrupted there, or not get through. */

export const providersOfFunctions = (provider: Provider, interruptions: Interruptions): Providers => ({
  [provider.kind]: {
    kind: provider.kind,
    observe: (entitlement) => provider.observe(entitlement),
    apply: async (entitlement) => {
      await interruptions.passing("before its Create");
      return interruptions.answerTo("grant-access", provider.apply(entitlement));
    },
    remove: async (entitlement, before) => {
      await interruptions.passing("before its Delete");
      return provider.remove(entitlement, before);
    },
    observeAll: (entitlements) => provider.observeAll(entitlements),
    instructions: (entitlement, names) => provider.instructions(entitlement, names),
  },
});

/** For grants: they can be held up before they take hold of an entitlement. */
export const entitlementsOfGrants = (
  entitlements: EntitlementStore,
  interruptions: Interruptions,
): EntitlementStore => ({
  get: async (key) => {
    await interruptions.passing("before it takes hold");
    return entitlements.get(key);
  },
  put: (next) => entitlements.put(next),
});

export const turnsOfFunctions = (turns: Turns, interruptions: Interruptions): Turns => ({
  take: async (name, seconds) => {
    await interruptions.passing("before its turn");
    return turns.take(name, seconds);
  },
  keep: (turn, seconds) => turns.keep(turn, seconds),
  end: (turn) => turns.end(turn),
});
