import {
  DescribeAccountCommand,
  ListParentsCommand,
  ListRootsCommand,
  OrganizationsClient,
  paginateListOrganizationalUnitsForParent,
  type Account,
} from "@aws-sdk/client-organizations";
import {
  OrganizationalUnitIdSchema,
  type AccountId,
  type OrganizationalUnitId,
} from "../../core/domain/ids.ts";
import type { Organization } from "../../core/ports/directory.ts";
import type { ClientsFor } from "../aws-clients.ts";
import { isNamed, orUnavailable } from "../aws-errors.ts";

/** The largest page that Organizations gives. */
const PAGE = 20;

/**
 * AWS nests organizational units five deep (https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html);
 * the root is one more. A longer walk would be a circle.
 */
const MOST_ANCESTORS = 6;

/** AWS Organizations. */
export const organization = ({ clientsFor }: { readonly clientsFor: ClientsFor }): Organization => {
  const client = clientsFor("home", "identity").client(OrganizationsClient);

  const describe = async (id: AccountId): Promise<Account | undefined> => {
    const answer = await found(() => client.send(new DescribeAccountCommand({ AccountId: id })));
    return answer?.Account;
  };

  const parentOf = async (id: string): Promise<OrganizationalUnitId | undefined> => {
    const answer = await found(() => client.send(new ListParentsCommand({ ChildId: id })));
    const parent = answer?.Parents?.[0]?.Id;
    return parent === undefined ? undefined : OrganizationalUnitIdSchema.parse(parent);
  };

  const walkUp = async (id: AccountId): Promise<readonly OrganizationalUnitId[]> => {
    const ancestors: OrganizationalUnitId[] = [];
    let above = await parentOf(id);
    while (above !== undefined && ancestors.length < MOST_ANCESTORS) {
      ancestors.push(above);
      above = isRoot(above) ? undefined : await parentOf(above);
    }
    return ancestors;
  };

  const root = async (): Promise<OrganizationalUnitId | undefined> => {
    const answer = await available(() => client.send(new ListRootsCommand({})));
    const id = answer.Roots?.[0]?.Id;
    return id === undefined ? undefined : OrganizationalUnitIdSchema.parse(id);
  };

  const childNamed = async (
    parent: OrganizationalUnitId,
    name: string,
  ): Promise<OrganizationalUnitId | undefined> => {
    const pages = paginateListOrganizationalUnitsForParent({ client, pageSize: PAGE }, { ParentId: parent });
    const id = await found(async () => {
      for await (const page of pages) {
        const child = page.OrganizationalUnits?.find(({ Name }) => Name === name);
        if (child !== undefined) return child.Id;
      }
      return undefined;
    });
    return id === undefined ? undefined : OrganizationalUnitIdSchema.parse(id);
  };

  return {
    account: async (id) => {
      const account = await describe(id);
      // `Status` is retired for `State` (https://docs.aws.amazon.com/organizations/latest/APIReference/API_Account.html).
      return account === undefined
        ? undefined
        : { id, name: account.Name ?? id, state: account.State ?? account.Status ?? "UNKNOWN" };
    },

    ancestorsOf: async (id) => {
      const account = await describe(id);
      if (account === undefined) return [];
      const [path] = account.Paths ?? [];
      return path === undefined ? walkUp(id) : ancestorsIn(path);
    },

    organizationalUnitAt: async (path) => {
      if (!path.startsWith("/")) return undefined;
      let at = await root();
      for (const name of path === "/" ? [] : path.slice(1).split("/")) {
        if (at === undefined) return undefined;
        at = await childNamed(at, name);
      }
      return at;
    },
  };
};

const isRoot = (id: OrganizationalUnitId): boolean => id.startsWith("r-");

/** The units in a path such as `o-…/r-…/ou-…/ou-…/123456789012/`, nearest to the account first. */
const ancestorsIn = (path: string): readonly OrganizationalUnitId[] =>
  path
    .split("/")
    .map((part) => OrganizationalUnitIdSchema.safeParse(part))
    .flatMap((part) => (part.success ? [part.data] : []))
    .reverse();

const available = <T>(call: () => Promise<T>): Promise<T> => orUnavailable("DirectoryUnavailable", call);

const found = async <T>(call: () => Promise<T>): Promise<T | undefined> => {
  try {
    return await available(call);
  } catch (error) {
    const absent = ["AccountNotFoundException", "ChildNotFoundException", "ParentNotFoundException"];
    if (isNamed(error, ...absent)) return undefined;
    throw error;
  }
};
