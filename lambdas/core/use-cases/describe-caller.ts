import { isResourceTarget, takesRequests, type AccessFlow, type FlowTarget } from "../domain/access-flow.ts";
import type { AccessRequest } from "../domain/access-request.ts";
import { isWhom } from "../domain/person-rule.ts";
import type { Person } from "../domain/principal.ts";
import type { Bundle } from "../domain/bundle.ts";
import type { BundleName } from "../domain/ids.ts";
import type { Clock } from "../ports/clock.ts";
import type { Directory, DirectoryGroup } from "../ports/directory.ts";
import type { InventoryReader } from "../ports/inventory.ts";
import type { AccessFlowStore, AccessRequestStore, BundleStore } from "../ports/stores.ts";
import { DirectoryRoles, type DirectoryRole } from "../contracts/roles.ts";
import type { RolesOf } from "./directory-roles.ts";
import { LARGEST_PAGE } from "../contracts/http/lists.ts";
import { loadPerson, type PersonDependencies } from "./evaluation/load-person.ts";
import { namesBundles, neededOfPerson } from "./evaluation/needed-facts.ts";
import { leftOut } from "./inventory/not-covered.ts";
import type { requestableAccounts } from "./requestable-accounts.ts";
import { listToApprove } from "./list-requests.ts";

interface Dependencies extends PersonDependencies {
  readonly directory: PersonDependencies["directory"] & Pick<Directory, "groupsOf">;
  readonly flows: Pick<AccessFlowStore, "list">;
  readonly bundles: Pick<BundleStore, "list">;
  readonly requests: Pick<AccessRequestStore, "listByStatus" | "listWaitingExtensions">;
  readonly rolesOf: RolesOf;
  readonly requestable: ReturnType<typeof requestableAccounts>;
  readonly inventory: Pick<InventoryReader, "getAll">;
  readonly clock: Pick<Clock, "now">;
}

/** A person's view of Lockstep. */
export interface CallerDescription {
  readonly person: Person;
  readonly roles: ReadonlySet<DirectoryRole>;
  readonly groups: readonly DirectoryGroup[];
  /** The flows that name the person or one of their groups as a requestor, without what no access can be asked for to. */
  readonly flows: readonly AccessFlow[];
  /** What the bundles hold that these flows name. */
  readonly bundles: ReadonlyMap<BundleName, Bundle["targets"]>;
  /** The accounts below the organizational units of a target. */
  readonly accountsBelow: Awaited<ReturnType<Dependencies["requestable"]>>;
  /** What waits for their decision, at most a page: the newest requests, then extensions. */
  readonly toApprove: readonly AccessRequest[];
}

/** Who the caller is, what they may request (of the accounts below units those with `q` in their id or name) and what waits for them. */
export const describeCaller =
  (dependencies: Dependencies) =>
  async (person: Person, q?: string): Promise<CallerDescription> => {
    const [groups, flows, roles, toApprove] = await Promise.all([
      dependencies.directory.groupsOf(person.userId),
      dependencies.flows.list(),
      dependencies.rolesOf(person, DirectoryRoles),
      listToApprove(dependencies)({ caller: person, page: { limit: LARGEST_PAGE } }),
    ]);
    const memberships = new Set(groups.map(({ groupId }) => groupId));
    const offering = flows.filter(takesRequests);
    const needed = neededOfPerson(offering);
    const facts = await loadPerson(
      dependencies,
      person.userId,
      needed,
      dependencies.clock.now(),
      memberships,
    );
    const theirs = offering.filter(({ requestors }) => isWhom(requestors, facts) === "met");
    const named = namesBundles(theirs) ? await dependencies.bundles.list() : [];
    const without = await withoutLeftOut(dependencies, [...theirs, ...named]);
    const offered = theirs.map(without).filter(({ targets }) => targets.length > 0);
    const bundles = named
      .filter(({ name }) =>
        offered.some(({ targets }) => targets.some((target) => "bundle" in target && target.bundle === name)),
      )
      .map(without);
    return {
      person,
      roles,
      groups,
      flows: offered,
      bundles: new Map(bundles.map(({ name, targets }) => [name, targets])),
      accountsBelow: await dependencies.requestable([...offered, ...bundles], q),
      toApprove: toApprove.items,
    };
  };

/** Leaves out the accounts that the integration leaves out, and what is empty without them: asking for one is refused. */
const withoutLeftOut = async (
  { inventory }: Pick<Dependencies, "inventory">,
  items: readonly Pick<AccessFlow, "targets">[],
): Promise<<Item extends { targets: FlowTarget[] }>(item: Item) => Item> => {
  const named = items.flatMap(({ targets }) =>
    targets.filter(isResourceTarget).flatMap(({ accounts }) => accounts),
  );
  const out = await leftOut(
    inventory,
    named.map(({ id }) => id),
  );
  const without = <Target extends FlowTarget>(target: Target): readonly Target[] => {
    if (out.size === 0 || !isResourceTarget(target)) return [target];
    const accounts = target.accounts.filter(({ id }) => !out.has(id));
    const { organizationalUnits, tags = [] } = target;
    return accounts.length + organizationalUnits.length + tags.length > 0 ? [{ ...target, accounts }] : [];
  };
  return (item) => ({ ...item, targets: item.targets.flatMap(without) });
};
