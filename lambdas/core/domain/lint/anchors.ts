import { isResourceTarget } from "../access-flow.ts";
import type { AccountId } from "../ids.ts";
import { covers, targetKey, type CoverageContext } from "../target-coverage.ts";
import type { LintedFlow, World } from "./configuration.ts";
import { warning, type Said } from "./finding.ts";

/** Accounts that a finding names; it counts the others. */
const SHOWN = 3;

/**
 * Permission sets whose role in an account goes with the last grant, and comes back under another ARN: a key policy or trust
 * policy that names the role is broken then. An assignment of a group without members keeps it alive.
 */
export const withoutAnchor = ({ targets }: LintedFlow, world: World | undefined): readonly Said[] => {
  if (world === undefined) return [];
  const context: CoverageContext = {
    accounts: world.accounts,
    bundles: new Map(),
    scopes: new Map(),
    subjects: new Map(),
  };
  return targets.flatMap((target, index) => {
    if (!isResourceTarget(target)) return [];
    return target.permissionSets.flatMap(({ id: permissionSetArn, name }, place): readonly Said[] => {
      if (!world.permissionSets.has(permissionSetArn)) return [];
      const bare = [...world.accounts.keys()].filter(
        (accountId) =>
          !world.anchors.has(targetKey({ accountId, permissionSetArn })) &&
          covers(target, { accountId, permissionSetArn }, context) === "met",
      );
      return bare.length === 0
        ? []
        : [
            warning(
              "no-standing-anchor",
              `/targets/${String(index)}/permissionSets/${String(place)}`,
              `Nothing keeps the role of permission set ${name} alive in ${listed(bare)}: it goes with the last grant, and the next one has another ARN, which breaks policies that name it. Assign the permission set there to a group without members.`,
            ),
          ];
    });
  });
};

const listed = (accounts: readonly AccountId[]): string => {
  const shown = accounts.slice(0, SHOWN).join(", ");
  const more = accounts.length - SHOWN;
  return more > 0 ? `${shown} and ${String(more)} more accounts` : shown;
};
