import type { ProtectedAccount } from "../contracts/environment.ts";
import type { AccessRequest } from "../domain/access-request.ts";
import { brokenGuardrails, type Guardrails } from "../domain/guardrails.ts";

/** What the deploy settings say of grants. */
export interface GrantSettings {
  readonly protectedAccounts: readonly ProtectedAccount[];
  readonly guardrails: Guardrails;
}

/** Why the deploy settings of now rule out what a request is for, for so long in all: they may have changed since it was made. */
export const whyRuledOut = (
  { protectedAccounts, guardrails }: GrantSettings,
  { entitlements }: Pick<AccessRequest, "entitlements">,
  durationSeconds: number,
): string | undefined => {
  const target = entitlements.find(({ entitlement }) =>
    protectedAccounts.some(({ id }) => id === entitlement.accountId),
  );
  if (target !== undefined) return `nothing may be granted into account ${target.entitlement.accountId}`;
  const broken = brokenGuardrails(guardrails, {
    targets: entitlements.map(({ entitlement, permissionSetName }) => ({
      accountId: entitlement.accountId,
      permissionSetArn: entitlement.permissionSetArn,
      permissionSetName,
    })),
    durationSeconds,
  });
  return broken.length === 0 ? undefined : broken.map(({ reason }) => reason).join("; ");
};
