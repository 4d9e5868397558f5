import { isResourceTarget, isScopeTarget, type FlowTarget, type ResourceTarget } from "../access-flow.ts";
import { brokenGuardrails, isNeverGranted } from "../guardrails.ts";
import type { AccountId, PermissionSetArn } from "../ids.ts";
import type { Configuration, World } from "./configuration.ts";
import { error, warning, type Said } from "./finding.ts";
import { pointerOf, type Given } from "./given.ts";

/*
 * Targets that are never granted, whoever approves: guardrails and protected accounts rule them out, and it takes a deployment
 * to change that. What says so itself is an error; what only comes to it as the inventory is now is a warning.
 */

interface Pair {
  readonly accountId: AccountId;
  readonly id: PermissionSetArn;
  readonly name: string;
}

type Rules = Pick<World, "guardrails" | "protectedAccounts">;

export const isRuledOut = (
  { accountId, id, name }: Pair,
  { guardrails, protectedAccounts }: Rules,
): boolean =>
  protectedAccounts.has(accountId) ||
  brokenGuardrails(guardrails, {
    targets: [{ accountId, permissionSetArn: id, permissionSetName: name }],
    durationSeconds: 0,
  }).length > 0;

const WHY = "guardrails.neverGrantable or protected accounts of the deploy settings";

export const neverGranted = (
  targets: readonly FlowTarget[],
  given: readonly Given[],
  configuration: Pick<Configuration, "bundles">,
  world: World,
): readonly Said[] => {
  if (targets.length === 0) return [];
  if (targets.every((target) => saysSo(target, configuration, world))) {
    return [
      error(
        "targets-never-granted",
        "/targets",
        `Nothing of this is ever granted (${WHY}): every request would be refused. Name other targets, or delete this.`,
      ),
    ];
  }
  const ruledOut = targets.flatMap((target, index) =>
    saysSo(target, configuration, world) || comesToIt(index, given, world) ? [index] : [],
  );
  if (ruledOut.length === targets.length) {
    return [
      warning(
        "targets-never-granted",
        "/targets",
        `As things are, nothing of this is ever granted (${WHY}). Name other targets, or delete this.`,
      ),
    ];
  }
  return ruledOut.map((target) =>
    warning(
      "target-never-granted",
      pointerOf({ target }),
      `Nothing of this target is ever granted (${WHY}). Take it out, or name another.`,
    ),
  );
};

/** Whatever there is in AWS. */
const saysSo = (target: FlowTarget, { bundles }: Pick<Configuration, "bundles">, rules: Rules): boolean => {
  if (isResourceTarget(target)) return allAreNever(target, rules) || allPairsAre(target, rules);
  if (isScopeTarget(target)) {
    const { permissionSets } = target;
    return permissionSets !== undefined && allAreNever({ permissionSets }, rules);
  }
  const { targets = [] } = bundles.find(({ name }) => name === target.bundle) ?? {};
  return targets.length > 0 && targets.every((part) => saysSo(part, { bundles: [] }, rules));
};

const allAreNever = (
  { permissionSets }: Pick<ResourceTarget, "permissionSets">,
  { guardrails }: Rules,
): boolean =>
  permissionSets.every(({ id, name }) =>
    isNeverGranted(guardrails, { permissionSetArn: id, permissionSetName: name }),
  );

const allPairsAre = (
  { accounts, organizationalUnits, tags = [], permissionSets }: ResourceTarget,
  rules: Rules,
): boolean =>
  organizationalUnits.length === 0 &&
  tags.length === 0 &&
  accounts.every(({ id: accountId }) =>
    permissionSets.every(({ id, name }) => isRuledOut({ accountId, id, name }, rules)),
  );

/** As the inventory is now: something is given, and none of it may be. */
const comesToIt = (index: number, given: readonly Given[], world: World): boolean => {
  const own = given.filter(({ target }) => target === index);
  return (
    own.some(({ accounts }) => accounts.length > 0) &&
    own.every(
      (one) => !one.maybeMore && one.accounts.every((accountId) => isRuledOut({ ...one, accountId }, world)),
    )
  );
};
