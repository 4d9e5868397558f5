import type { OrganizationalUnitId } from "../domain/ids.ts";
import type { Organization } from "../ports/directory.ts";
import type { InventoryReader } from "../ports/inventory.ts";
import { allOf } from "./inventory/walk.ts";

/**
 * AWS Organizations, with paths of names looked up in the inventory first: AWS lists units one level at a time, five times
 * a second at most. What is there under a path that the inventory does not know, AWS is asked for.
 */
export const inventoryOrganization = ({
  inventory,
  organization,
}: {
  readonly inventory: InventoryReader;
  readonly organization: Organization;
}): Organization => ({
  account: (id) => organization.account(id),
  ancestorsOf: (id) => organization.ancestorsOf(id),
  organizationalUnitAt: async (path) =>
    (await unitAt(inventory, path)) ?? organization.organizationalUnitAt(path),
});

const unitAt = async (
  inventory: InventoryReader,
  path: string,
): Promise<OrganizationalUnitId | undefined> => {
  const units = await allOf(inventory, { kind: "organizational-unit" });
  return units.find(({ fact }) => fact.path === path)?.fact.id;
};
