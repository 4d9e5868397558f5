import type { World } from "./configuration.ts";
import { warning, type Said } from "./finding.ts";
import { broughtIn, pointerOf, type Given } from "./given.ts";
import { listed } from "./listed.ts";
import { isRuledOut } from "./never-granted.ts";

/**
 * Permission sets whose role in an account goes with the last grant, and comes back under another ARN: a key policy or trust
 * policy that names the role is broken then. An assignment of a group without members keeps it alive.
 */
export const withoutAnchor = (given: readonly Given[], world: World): readonly Said[] => {
  const bare = given.flatMap((one) => {
    const accounts = bareAccounts(one, world);
    return accounts.length === 0 ? [] : [{ ...one, accounts }];
  });
  return [
    ...bare
      .filter(({ through }) => through === undefined)
      .map((one) =>
        warning(
          "no-standing-anchor",
          pointerOf(one),
          `Nothing keeps the role of permission set ${one.name} alive in ${listed(one.accounts, "accounts")}: it goes with the last grant, and the next one has another ARN, which breaks policies that name it. Assign the permission set there to a group without members.`,
        ),
      ),
    ...broughtIn(bare).map(({ target, through, names }) =>
      warning(
        "no-standing-anchor",
        pointerOf({ target }),
        `Nothing keeps the roles alive of what the ${through} brings, in some of the accounts: ${listed(names, "permission sets")}. Such a role goes with the last grant, and the next one has another ARN, which breaks policies that name it. Assign the permission sets there to a group without members.`,
      ),
    ),
  ];
};

/** Where nobody looked for anchors, or nothing is ever granted, none is missed. */
const bareAccounts = (given: Given, world: World): Given["accounts"] => {
  const anchored = world.anchors.get(given.id);
  if (anchored === undefined || !world.permissionSets.has(given.id)) return [];
  return given.accounts.filter(
    (accountId) => !anchored.has(accountId) && !isRuledOut({ ...given, accountId }, world),
  );
};
