import type { OrganizationalUnitFact } from "../../domain/inventory/facts.ts";
import type { OrganizationalUnitId } from "../../domain/ids.ts";
import type { Inventory } from "../../ports/inventory.ts";
import { known } from "./reconcile.ts";

type Units = readonly OrganizationalUnitFact[];

/**
 * The organization's units as far as they are known. AWS lets there be 2,000
 * (https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html): all of them fit into memory.
 */
export class UnitTree {
  private readonly units: Map<OrganizationalUnitId, OrganizationalUnitFact>;

  private constructor(units: Units) {
    this.units = new Map(units.map((unit) => [unit.id, unit]));
  }

  /** As the inventory knows it. */
  static async of(inventory: Inventory): Promise<UnitTree> {
    const units: OrganizationalUnitFact[] = [];
    for await (const page of known(inventory, { kind: "organizational-unit" }))
      units.push(...page.map(({ fact }) => fact));
    return new UnitTree(units);
  }

  get size(): number {
    return this.units.size;
  }

  /** The units right below one; those with nothing above them, if none is named. */
  below(parent: OrganizationalUnitId | undefined): Units {
    return [...this.units.values()].filter((unit) => unit.parent === parent);
  }

  /** These are right below the one, and no others. */
  put(parent: OrganizationalUnitId | undefined, units: Units): void {
    for (const { id } of this.below(parent)) this.units.delete(id);
    for (const unit of units) this.units.set(unit.id, unit);
  }

  delete(id: OrganizationalUnitId): void {
    this.units.delete(id);
  }

  /** Level by level, from the root down; a level is looked at when it is wanted, so that it has what was put meanwhile. */
  *levels(): Generator<Units, void, undefined> {
    let level = this.below(undefined);
    while (level.length > 0) {
      yield level;
      const above = new Set<OrganizationalUnitId | undefined>(level.map(({ id }) => id));
      level = [...this.units.values()].filter(({ parent }) => parent !== undefined && above.has(parent));
    }
  }

  /** Those that hang on nothing, whatever is above a unit before it. */
  unreached(): Units {
    const reached = new Set([...this.levels()].flat().map(({ id }) => id));
    return [...this.units.values()]
      .filter(({ id }) => !reached.has(id))
      .sort((a, b) => a.path.length - b.path.length);
  }
}
