import { DomainError, type FieldError } from "../../domain/errors.ts";
import {
  HOME_INTEGRATION,
  type Integration,
  type OrganizationIntegration,
} from "../../domain/integration.ts";
import { isFirstSyncThrough } from "../../domain/sync-progress.ts";
import type { InventoryReader } from "../../ports/inventory.ts";
import type { SyncStore } from "../../ports/sync.ts";

interface Dependencies {
  readonly inventory: Pick<InventoryReader, "getAll">;
  readonly syncs: Pick<SyncStore, "list">;
}

type Excluding = Pick<OrganizationIntegration, "exclude">;

/**
 * Refuses to exclude what a whole sync has not found, as DomainError `unknown-name`: a mistyped id would leave nothing out,
 * and nobody would notice. Ids that are excluded already stay, even when what they named is gone.
 */
export const refuseUnknownExclusions = async (
  { inventory, syncs }: Dependencies,
  next: { readonly kind: "aws-account" } | ({ readonly kind: "aws-organization" } & Excluding),
  current: Integration | undefined,
): Promise<void> => {
  if (next.kind === "aws-account") return;
  const before = current?.kind === "aws-organization" ? current.exclude : NOTHING;
  const units = next.exclude.organizationalUnits.filter((id) => !before.organizationalUnits.includes(id));
  const accounts = next.exclude.accounts.filter((id) => !before.accounts.includes(id));
  if (units.length + accounts.length === 0) return;
  const { items } = await syncs.list({ integration: HOME_INTEGRATION, scope: "identity" }, { limit: 1 });
  if (!isFirstSyncThrough(items[0])) return;
  const known = new Set<string>([
    ...(await inventory.getAll("organizational-unit", units)).map(({ fact }) => fact.id),
    ...(await inventory.getAll("account", accounts)).map(({ fact }) => fact.id),
    ...(await inventory.getAll("excluded-account", accounts)).map(({ fact }) => fact.accountId),
  ]);
  const unknown = [
    ...fieldsOf("organizationalUnits", "organizational unit", next.exclude.organizationalUnits, units),
    ...fieldsOf("accounts", "account", next.exclude.accounts, accounts),
  ].filter(({ id }) => !known.has(id));
  if (unknown.length === 0) return;
  const fields = unknown.map(({ pointer, detail }): FieldError => ({ pointer, detail }));
  throw new DomainError("unknown-name", fields.map(({ detail }) => detail).join(" "), fields);
};

const NOTHING = { organizationalUnits: [], accounts: [] } satisfies OrganizationIntegration["exclude"];

const fieldsOf = <Id extends string>(
  field: keyof OrganizationIntegration["exclude"],
  kind: string,
  written: readonly Id[],
  added: readonly Id[],
) =>
  written.flatMap((id, index) =>
    added.includes(id)
      ? [
          {
            id,
            pointer: `/exclude/${field}/${String(index)}`,
            detail: `There is no ${kind} ${id} in the organization, as the last sync saw it.`,
          },
        ]
      : [],
  );
