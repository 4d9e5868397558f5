import type { PermissionSetArn } from "../domain/ids.ts";
import type { CataloguePermissionSet, CatalogueSource, CatalogueWriter } from "../ports/catalogue.ts";
import type { Clock } from "../ports/clock.ts";

interface Dependencies {
  readonly source: CatalogueSource;
  readonly catalogue: CatalogueWriter;
  readonly clock: Pick<Clock, "now">;
}

/**
 * A refresh describes no more than this: at one call a second (adapters/admission.ts) some 12 of the function's 15
 * minutes. An organization may have 3,500 permission sets; the next refreshes describe the others.
 */
const DESCRIBED_AT_MOST = 700;

/** The scheduled refreshes' rhythm (lib/constructs/catalogue-schedule.ts). */
const HOUR_MILLISECONDS = 3_600_000;

/**
 * Brings the names of accounts and permission sets up to date. A scheduled refresh describes permission sets again that
 * it knows (they can be changed, not renamed), after those it never saw; one after an unknown name (`newOnly`) only these.
 */
export const refreshCatalogue =
  ({ source, catalogue, clock }: Dependencies) =>
  async ({ newOnly }: { readonly newOnly: boolean }): Promise<void> => {
    await catalogue.replaceAccounts(await source.accounts());
    const arns = await source.permissionSetArns();
    const inManagementAccount = await source.managementAccountPermissionSets();
    const known = new Map((await catalogue.knownPermissionSets()).map((set) => [set.arn, set]));
    const unseen = arns.filter((arn) => !known.has(arn));
    const seen = arns.filter((arn) => known.has(arn));
    const wanted = [...unseen, ...(newOnly ? [] : fromThisHours(seen, clock.now()))];
    const described = new Map<PermissionSetArn, Description>();
    // One after the other: all of sso-admin shares 20 requests a second, and grants and revokes come first.
    for (const arn of wanted.slice(0, DESCRIBED_AT_MOST)) {
      described.set(arn, await source.describePermissionSet(arn));
    }
    await catalogue.replacePermissionSets(
      arns.flatMap((arn) => {
        const description = described.get(arn) ?? known.get(arn);
        if (description === undefined) return [];
        const { name, sessionDuration } = description;
        return [{ arn, name, sessionDuration, inManagementAccount: inManagementAccount.has(arn) }];
      }),
    );
  };

type Description = Pick<CataloguePermissionSet, "name" | "sessionDuration">;

/** Each hour's refresh begins where the one before it ended, so that each comes round, however many they are. */
const fromThisHours = (arns: readonly PermissionSetArn[], now: Date): readonly PermissionSetArn[] => {
  const hour = Math.floor(now.getTime() / HOUR_MILLISECONDS);
  const begin = arns.length === 0 ? 0 : (hour * DESCRIBED_AT_MOST) % arns.length;
  return [...arns.slice(begin), ...arns.slice(0, begin)];
};
