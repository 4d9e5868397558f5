import { isResourceTarget, isScopeTarget, type FlowTarget, type ResourceTarget } from "../access-flow.ts";
import type { AccountId, PermissionSetArn } from "../ids.ts";
import { covers, type CoverageContext } from "../target-coverage.ts";
import type { Configuration, World } from "./configuration.ts";

/** A permission set that a target gives access to, in the accounts of a world. */
export interface Given {
  /** Which of the targets it is of. */
  readonly target: number;
  /** Its place, where the target itself names it. */
  readonly place?: number;
  /** What brings it, in words, where the target does not name it. */
  readonly through?: string;
  readonly id: PermissionSetArn;
  readonly name: string;
  readonly accounts: readonly AccountId[];
  /** Whether it may be more accounts than these: not all that the target asks about is known. */
  readonly maybeMore: boolean;
}

/** Everything that targets give access to as things are: through bundles and access scopes, too. */
export const givenBy = (
  targets: readonly FlowTarget[],
  configuration: Pick<Configuration, "bundles">,
  world: World,
): readonly Given[] =>
  targets.flatMap((target, index) =>
    givenByTarget(target, configuration, world).map((given) => ({ ...given, target: index })),
  );

/** Its field of the item (RFC 6901). */
export const pointerOf = ({ target, place }: Pick<Given, "target" | "place">): string =>
  place === undefined
    ? `/targets/${String(target)}`
    : `/targets/${String(target)}/permissionSets/${String(place)}`;

type OfTarget = Omit<Given, "target">;

const givenByTarget = (
  target: FlowTarget,
  { bundles }: Pick<Configuration, "bundles">,
  world: World,
): readonly OfTarget[] => {
  if (isResourceTarget(target)) return givenByResources(target, world);
  if (!isScopeTarget(target)) {
    const { targets = [] } = bundles.find(({ name }) => name === target.bundle) ?? {};
    return targets
      .flatMap((part) => givenByTarget(part, { bundles: [] }, world))
      .map(({ place: _place, ...given }) => ({ ...given, through: `bundle ${target.bundle}` }));
  }
  const { accessScope, permissionSets } = target;
  const selected = world.selected.get(accessScope);
  if (permissionSets === undefined) {
    return (selected ?? []).map(({ permissionSetArn, accounts }) => ({
      id: permissionSetArn,
      name: world.permissionSets.get(permissionSetArn)?.name ?? permissionSetArn,
      through: `access scope ${accessScope}`,
      accounts,
      maybeMore: false,
    }));
  }
  return permissionSets.map(({ id, name }, place) => ({
    place,
    id,
    name,
    accounts: selected?.find(({ permissionSetArn }) => permissionSetArn === id)?.accounts ?? [],
    maybeMore: selected === undefined,
  }));
};

const givenByResources = (target: ResourceTarget, { accounts }: World): readonly OfTarget[] => {
  const context: CoverageContext = { accounts, bundles: new Map(), scopes: new Map(), subjects: new Map() };
  const excluded = new Set(target.exclude?.permissionSets?.map(({ id }) => id));
  const open = target.permissionSets.find(({ id }) => !excluded.has(id));
  // Which accounts it is does not depend on which of the permission sets it is: they are looked for once.
  const verdicts =
    open === undefined
      ? []
      : [...accounts.keys()].map(
          (accountId) =>
            [accountId, covers(target, { accountId, permissionSetArn: open.id }, context)] as const,
        );
  const covered = verdicts.flatMap(([accountId, verdict]) => (verdict === "met" ? [accountId] : []));
  const isUnsure = verdicts.some(([, verdict]) => verdict === "unknown");
  return target.permissionSets.map(({ id, name }, place) => ({
    place,
    id,
    name,
    accounts: excluded.has(id) ? [] : covered,
    maybeMore: !excluded.has(id) && isUnsure,
  }));
};

/** Of what one bundle or access scope brings to one target, the permission sets' names: a finding tells of all of them. */
export interface Brought {
  readonly target: number;
  readonly through: string;
  readonly names: readonly string[];
}

export const broughtIn = (given: readonly Given[]): readonly Brought[] => {
  const found = new Map<string, { target: number; through: string; names: Set<string> }>();
  for (const { target, through, name } of given) {
    if (through === undefined) continue;
    const key = `${String(target)} ${through}`;
    const brought = found.get(key) ?? { target, through, names: new Set() };
    brought.names.add(name);
    found.set(key, brought);
  }
  return [...found.values()].map(({ names, ...rest }) => ({ ...rest, names: [...names] }));
};
