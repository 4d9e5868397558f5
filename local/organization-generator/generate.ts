import type { OrganizationFile } from "../organization-file.ts";
import { generateAccounts, MANAGEMENT_ACCOUNT_ID } from "./accounts.ts";
import { generateGroups, generateUsers } from "./directory.ts";
import { generateAssignments, generatePermissionSets } from "./identity-center.ts";
import { randomFrom } from "./random.ts";
import { flawOf, type OrganizationSize } from "./size.ts";

export type { OrganizationSize } from "./size.ts";

const REGION = "eu-west-1";

/**
 * Makes up an organization of a size, as its file would describe it: nested organizational units, a few suspended accounts
 * and disabled people, managers, groups of realistic sizes, exactly as many assignments as wanted. The same size and seed
 * make the same one. Throws a RangeError whose message says what of the size cannot be.
 */
export const generateOrganization = (size: OrganizationSize): OrganizationFile => {
  const flaw = flawOf(size);
  if (flaw !== undefined) throw new RangeError(flaw);
  const random = randomFrom(size.seed);
  const accounts = generateAccounts(size, random);
  const users = generateUsers(size, random);
  const groups = generateGroups(size, users, random);
  const permissionSets = generatePermissionSets(size);
  const assignments = generateAssignments(
    size,
    {
      accounts: accounts.map(({ id }) => id),
      permissionSets: permissionSets.map(({ name }) => name),
      groups: groups.map(({ displayName }) => displayName),
      users: users.map(({ userName }) => userName),
    },
    random,
  );
  return {
    managementAccountId: size.managementAccountId ?? MANAGEMENT_ACCOUNT_ID,
    accounts,
    identityCenter: { region: size.region ?? REGION, users, groups, permissionSets, assignments },
  };
};
