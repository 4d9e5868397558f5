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
import { ancestorsIn, walkUp } from "./ancestors.ts";

/** The largest page that Organizations gives. */
const PAGE = 20;

/** AWS Organizations. */
export const organization = ({ clientsFor }: { readonly clientsFor: ClientsFor }): Organization => {
  const client = clientsFor("organization", "identity").client(OrganizationsClient);

  const describe = async (id: AccountId): Promise<Account | undefined> => {
    const answer = await found(() => client.send(new DescribeAccountCommand({ AccountId: id })));
    return answer?.Account;
  };

  const parentOf = async (id: string): Promise<OrganizationalUnitId | undefined> => {
    const answer = await found(() => client.send(new ListParentsCommand({ ChildId: id })));
    const parent = answer?.Parents?.[0]?.Id;
    return parent === undefined ? undefined : OrganizationalUnitIdSchema.parse(parent);
  };

  const findRoot = async (): Promise<OrganizationalUnitId | undefined> => {
    const answer = await available(() => client.send(new ListRootsCommand({})));
    const id = answer.Roots?.[0]?.Id;
    return id === undefined ? undefined : OrganizationalUnitIdSchema.parse(id);
  };

  // An organization keeps its root, and AWS lets nobody ask for it more than once a second
  // (https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html, "Throttling limits").
  let known: OrganizationalUnitId | undefined;
  const root = async (): Promise<OrganizationalUnitId | undefined> => (known ??= await findRoot());

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
      return path === undefined ? walkUp(id, parentOf) : ancestorsIn(path);
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
