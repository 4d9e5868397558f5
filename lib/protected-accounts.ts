import type { ProtectedAccount } from "../lambdas/core/contracts/environment.ts";
import type { Settings } from "./settings.ts";

/** The accounts into which nothing is granted, each with the first reason that holds. `homeAccount` may be a token. */
export function protectedAccounts(settings: Settings, homeAccount: string): readonly ProtectedAccount[] {
  const candidates: readonly ProtectedAccount[] = [
    ...(settings.allowManagementAccount
      ? []
      : [{ id: settings.organization.managementAccountId, reason: "management" as const }]),
    ...(settings.allowOwnAccount ? [] : [{ id: homeAccount, reason: "lockstep" as const }]),
    ...settings.protectedAccounts.map((id) => ({ id, reason: "listed" as const })),
  ];
  const byId = new Map<string, ProtectedAccount>();
  for (const candidate of candidates) if (!byId.has(candidate.id)) byId.set(candidate.id, candidate);
  return [...byId.values()];
}
