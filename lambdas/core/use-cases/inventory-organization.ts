import type { OrganizationalUnitId } from "../domain/ids.ts";
import type { Organization } from "../ports/directory.ts";
import type { InventoryReader } from "../ports/inventory.ts";

/** An organization has 2,000 units at most (https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html). */
const PAGE = 1_000;

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
  let from: string | undefined;
  do {
    const page = await inventory.page(
      { kind: "organizational-unit" },
      { limit: PAGE, ...(from === undefined ? {} : { from }) },
    );
    const found = page.facts.find(({ fact }) => fact.path === path);
    if (found !== undefined) return found.fact.id;
    from = page.next;
  } while (from !== undefined);
  return undefined;
};
