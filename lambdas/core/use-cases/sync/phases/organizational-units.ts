import type { OrganizationalUnitFact } from "../../../domain/inventory/facts.ts";
import type { OrganizationalUnitId } from "../../../domain/ids.ts";
import type { Clearing } from "../clear.ts";
import type { RunPhase } from "../phase.ts";
import { differenceOf, noChanges, sumOf, type Changes } from "../reconcile.ts";
import { lookAtTags, withKnownTags } from "../look-at-tags.ts";
import { UnitTree } from "../unit-tree.ts";

/**
 * The tree of organizational units, and their tags: a call for each unit, of which AWS lets a sync make 2.5 a second, and one
 * for its tags, of which there are 5 a second and which waits for its own turns. 2,000 units are 800 seconds, so that an
 * invocation goes on behind the unit that the one before it asked for last.
 */
export const organizationalUnits: RunPhase = async (phase) => {
  const { progress, before, inventory, isOutOfTime } = phase;
  const tree = await UnitTree.of(inventory);
  const total = before?.counts["organizational-unit"];
  for await (const { changes, done, cursor } of walk(phase, tree, progress.sync.checkpoint.cursor)) {
    progress.count(changes);
    await progress.advance({ done, total, cursor });
    if (isOutOfTime()) return "more";
  }
  progress.count(await forgetUnreached(phase, tree));
  progress.found("organizational-unit", tree.size);
  return "done";
};

/** What a unit was asked for what is right below it. */
interface Asked {
  readonly changes: Changes;
  /** Units that have been asked by now. */
  readonly done: number;
  readonly cursor: string;
}

/**
 * Asks each unit what is right below it, level by level, and within a level in the order of their ids. The place of a unit is
 * its level and its id: AWS moves no unit below another one, so that what was asked stays in front of what was not, whatever
 * is made and deleted meanwhile. A level is one digit: there are five below the root
 * (https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html).
 */
async function* walk(
  phase: Clearing,
  tree: UnitTree,
  from: string | undefined,
): AsyncGenerator<Asked, void, undefined> {
  if (from === undefined) yield { changes: await lookAtRoot(phase, tree), done: 0, cursor: "0" };
  let level = 0;
  let done = 0;
  for (const units of tree.levels()) {
    for (const unit of [...units].sort(byId)) {
      const place = `${String(level)}/${unit.id}`;
      done += 1;
      if (from === undefined || place > from) {
        const tags = await lookAtTags(phase, unit);
        yield { changes: sumOf(tags, await lookBelow(phase, tree, unit)), done, cursor: place };
      }
    }
    level += 1;
  }
}

const byId = (a: OrganizationalUnitFact, b: OrganizationalUnitFact) => (a.id < b.id ? -1 : 1);

const lookAtRoot = async (phase: Clearing, tree: UnitTree): Promise<Changes> => {
  const seenAt = phase.look();
  const root = await phase.sources.organization.root();
  return reconcileBelow(phase, { tree, parent: undefined, found: [root] }, seenAt);
};

/** Nothing vanishes unless the listing of what is right below the unit came to its end. */
const lookBelow = async (phase: Clearing, tree: UnitTree, unit: OrganizationalUnitFact): Promise<Changes> => {
  const seenAt = phase.look();
  const found: OrganizationalUnitFact[] = [];
  for await (const page of phase.sources.organization.unitsBelow(unit)) found.push(...page);
  return reconcileBelow(phase, { tree, parent: unit.id, found }, seenAt);
};

interface Below {
  readonly tree: UnitTree;
  readonly parent: OrganizationalUnitId | undefined;
  readonly found: readonly OrganizationalUnitFact[];
}

const reconcileBelow = async (
  { inventory, write }: Clearing,
  { tree, parent, found }: Below,
  seenAt: ReturnType<Clearing["look"]>,
): Promise<Changes> => {
  const ids = new Set(found.map(({ id }) => id));
  const others = tree.below(parent).filter(({ id }) => !ids.has(id));
  // Read again: an event may have told of a unit since the tree was read.
  const known = await inventory.getAll("organizational-unit", [...ids, ...others.map(({ id }) => id)]);
  const before = new Map(known.map((observed) => [observed.fact.id, observed]));
  const changes = await write(
    [
      ...found.flatMap((unit) => {
        const observed = before.get(unit.id);
        return differenceOf(withKnownTags(unit, observed?.fact), observed);
      }),
      ...others.filter(({ id }) => before.has(id)).map((fact) => ({ change: "vanished" as const, fact })),
    ],
    seenAt,
  );
  tree.put(parent, found);
  return changes;
};

/**
 * Only an empty unit can be deleted (https://docs.aws.amazon.com/organizations/latest/APIReference/API_DeleteOrganizationalUnit.html):
 * what was below one that is gone is gone as well. One that an event wrote while the tree was read has its parent in the
 * inventory, and stays.
 */
const forgetUnreached = async (phase: Clearing, tree: UnitTree): Promise<Changes> => {
  const { inventory, write, look } = phase;
  const seenAt = look();
  let changes = noChanges;
  for (const fact of tree.unreached()) {
    tree.delete(fact.id);
    const parent = fact.parent && (await inventory.get("organizational-unit", fact.parent));
    if (parent === undefined) changes = sumOf(changes, await write([{ change: "vanished", fact }], seenAt));
  }
  return changes;
};
