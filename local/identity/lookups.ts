import type { IdentityCenterDocuments } from "../identity-center/records.ts";
import type { IdentityStoreDocuments } from "../identity-store/records.ts";
import type { OrganizationsDocuments } from "../organizations/records.ts";
import type { LocalStore } from "../store.ts";

const LOOKUPS = "identity/lookups";

/** One more whenever there is a new collection that is derived from others. */
const VERSION = 1;

const VERSION_ID = "version";

/** Notes that every collection there is was kept from the first record on. */
export const markLookupsKept = (store: LocalStore): void => {
  store.put(LOOKUPS, VERSION_ID, VERSION);
};

/**
 * Fills the collections that are derived from others, in a store that was written before they existed: putting a record
 * again puts it everywhere.
 */
export const keepLookups = (
  store: LocalStore,
  {
    organizations,
    directory,
    center,
  }: {
    readonly organizations: OrganizationsDocuments;
    readonly directory: IdentityStoreDocuments;
    readonly center: IdentityCenterDocuments;
  },
): void => {
  if (store.get(LOOKUPS, VERSION_ID) === VERSION) return;
  store.atomically(() => {
    for (const account of organizations.accounts.all()) organizations.accounts.put(account.id, account);
    for (const unit of organizations.units.all()) organizations.units.put(unit.id, unit);
    for (const user of directory.users.all()) directory.users.put(user.UserId, user);
    for (const group of directory.groups.all()) directory.groups.put(group.GroupId, group);
    for (const membership of directory.memberships.all()) directory.memberships.put(membership);
    for (const set of center.permissionSets.all()) center.permissionSets.put(set.arn, set);
    for (const place of center.provisioned.all()) {
      center.provisioned.put(place);
      for (const assignment of center.assignments.in(place)) center.assignments.put(assignment);
    }
    for (const operation of center.operations.all()) center.operations.put(operation);
    markLookupsKept(store);
  });
};
