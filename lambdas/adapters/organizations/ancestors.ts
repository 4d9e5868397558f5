import { isRoot, OrganizationalUnitIdSchema, type OrganizationalUnitId } from "../../core/domain/ids.ts";

/**
 * AWS nests organizational units five deep (https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html);
 * the root is one more. A longer walk would be a circle.
 */
const MOST_ANCESTORS = 6;

/** The units in a path such as `o-…/r-…/ou-…/ou-…/123456789012/`, nearest to the account first. */
export const ancestorsIn = (path: string): readonly OrganizationalUnitId[] =>
  path
    .split("/")
    .map((part) => OrganizationalUnitIdSchema.safeParse(part))
    .flatMap((part) => (part.success ? [part.data] : []))
    .reverse();

/** The units above an account or unit, nearest first, by asking for the parent of each. */
export const walkUp = async (
  id: string,
  parentOf: (id: string) => Promise<OrganizationalUnitId | undefined>,
): Promise<readonly OrganizationalUnitId[]> => {
  const ancestors: OrganizationalUnitId[] = [];
  let above = await parentOf(id);
  while (above !== undefined && ancestors.length < MOST_ANCESTORS) {
    ancestors.push(above);
    above = isRoot(above) ? undefined : await parentOf(above);
  }
  return ancestors;
};
