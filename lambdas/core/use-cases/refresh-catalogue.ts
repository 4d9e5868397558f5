import type { CataloguePermissionSet, CatalogueSource, CatalogueWriter } from "../ports/catalogue.ts";

/**
 * Brings the names of accounts and permission sets up to date. A scheduled refresh describes every permission set
 * again (they can be changed, not renamed); one after an unknown name (`newOnly`) describes only those it never saw.
 */
export const refreshCatalogue =
  ({ source, catalogue }: { readonly source: CatalogueSource; readonly catalogue: CatalogueWriter }) =>
  async ({ newOnly }: { readonly newOnly: boolean }): Promise<void> => {
    await catalogue.replaceAccounts(await source.accounts());
    const arns = await source.permissionSetArns();
    const inManagementAccount = await source.managementAccountPermissionSets();
    const known = newOnly
      ? new Map((await catalogue.knownPermissionSets()).map((set) => [set.arn, set]))
      : undefined;
    const permissionSets: CataloguePermissionSet[] = [];
    // One after the other: all of sso-admin shares 20 requests a second, and grants and revokes come first.
    for (const arn of arns) {
      const described = known?.get(arn) ?? (await source.describePermissionSet(arn));
      permissionSets.push({ ...pick(described), arn, inManagementAccount: inManagementAccount.has(arn) });
    }
    await catalogue.replacePermissionSets(permissionSets);
  };

const pick = ({ name, sessionDuration }: { readonly name: string; readonly sessionDuration: string }) => ({
  name,
  sessionDuration,
});
