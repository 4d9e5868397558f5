import {
  DescribeAccountCommand,
  ListAccountsCommand,
  ListAccountsForParentCommand,
  ListOrganizationalUnitsForParentCommand,
  ListParentsCommand,
  ListRootsCommand,
  ListTagsForResourceCommand,
  OrganizationsClient,
  type Account,
} from "@aws-sdk/client-organizations";
import {
  AccountIdSchema,
  OrganizationalUnitIdSchema,
  type OrganizationalUnitId,
} from "../../core/domain/ids.ts";
import { RetryableError } from "../../core/domain/errors.ts";
import type { OrganizationalUnitFact } from "../../core/domain/inventory/facts.ts";
import type { AccountListing, OrganizationSource } from "../../core/ports/sync.ts";
import type { AwsClients } from "../aws-clients.ts";
import { unlessGone, untilGone } from "../sync/gone.ts";
import { allOf, pagesOf } from "../sync/pages.ts";
import type { PatientCall } from "../sync/patient-calls.ts";
import { tagRecord } from "../sync/tags.ts";
import { ancestorsIn, walkUp } from "./ancestors.ts";

/** The largest page that Organizations gives. */
const PAGE = 20;

/** A unit, and what is above it, nearest first. */
interface PlacedUnit {
  readonly fact: OrganizationalUnitFact;
  readonly above: readonly OrganizationalUnitId[];
}

type Places = ReadonlyMap<string, readonly OrganizationalUnitId[]>;

/** AWS Organizations, as the management account or a delegated administrator sees it. */
export const organizationSource = ({
  clients,
  call,
}: {
  readonly clients: AwsClients;
  readonly call: PatientCall;
}): OrganizationSource => {
  const client = clients.client(OrganizationsClient);

  const root = async (): Promise<OrganizationalUnitFact> => {
    const pages = pagesOf((NextToken) =>
      call("organizations:ListRoots", () => client.send(new ListRootsCommand({ NextToken }))),
    );
    // A page may be empty, and not be the last (https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListRoots.html).
    const [found] = await allOf(pages, ({ Roots = [] }) => Roots);
    if (found === undefined)
      throw new RetryableError("ProviderUnavailable", "AWS Organizations shows no root");
    const id = OrganizationalUnitIdSchema.parse(found.Id);
    return { kind: "organizational-unit", id, name: found.Name ?? id, path: "/" };
  };

  async function* unitsBelow(
    parent: OrganizationalUnitFact,
  ): AsyncGenerator<readonly OrganizationalUnitFact[], void, undefined> {
    for await (const { OrganizationalUnits = [] } of childUnits(parent.id))
      if (OrganizationalUnits.length > 0) yield OrganizationalUnits.map((unit) => unitBelow(parent, unit));
  }

  const childUnits = (ParentId: string) =>
    untilGone(
      ["ParentNotFoundException"],
      pagesOf((NextToken) =>
        call("organizations:ListOrganizationalUnitsForParent", () =>
          client.send(new ListOrganizationalUnitsForParentCommand({ ParentId, MaxResults: PAGE, NextToken })),
        ),
      ),
    );

  const accountsIn = (ParentId: string) =>
    untilGone(
      ["ParentNotFoundException"],
      pagesOf((NextToken) =>
        call("organizations:ListAccountsForParent", () =>
          client.send(new ListAccountsForParentCommand({ ParentId, MaxResults: PAGE, NextToken })),
        ),
      ),
    );

  /** Breadth first, so that a unit comes after the one above it. */
  async function* tree(): AsyncGenerator<readonly PlacedUnit[], void, undefined> {
    const top: PlacedUnit = { fact: await root(), above: [] };
    yield [top];
    const unread = [top];
    for (let parent = unread.shift(); parent !== undefined; parent = unread.shift()) {
      const above = [parent.fact.id, ...parent.above];
      for await (const facts of unitsBelow(parent.fact)) {
        const units = facts.map((fact) => ({ fact, above }));
        unread.push(...units);
        yield units;
      }
    }
  }

  /** Where every account is, at the price of two lists for each unit: for an Organizations that gives no paths. */
  const placesOfAccounts = async (): Promise<Places> => {
    const places = new Map<string, readonly OrganizationalUnitId[]>();
    for await (const units of tree()) {
      for (const { fact, above } of units) {
        for await (const { Accounts = [] } of accountsIn(fact.id)) {
          for (const { Id } of Accounts) if (Id !== undefined) places.set(Id, [fact.id, ...above]);
        }
      }
    }
    return places;
  };

  const parentOf = async (ChildId: string): Promise<OrganizationalUnitId | undefined> => {
    const answer = await unlessGone(["ChildNotFoundException"], () =>
      call("organizations:ListParents", () => client.send(new ListParentsCommand({ ChildId }))),
    );
    const parent = answer?.Parents?.[0]?.Id;
    return parent === undefined ? undefined : OrganizationalUnitIdSchema.parse(parent);
  };

  /** By its path where AWS gives one, else where the walk found it, else by asking upwards. */
  const placed = async (account: Account, walked?: Places): Promise<AccountListing> => {
    const id = AccountIdSchema.parse(account.Id);
    const path = pathOf(account);
    return {
      kind: "account",
      id,
      name: account.Name ?? id,
      // `Status` is retired for `State` (https://docs.aws.amazon.com/organizations/latest/APIReference/API_Account.html).
      state: account.State ?? account.Status ?? "UNKNOWN",
      organizationalUnits: [
        ...(path === undefined ? (walked?.get(id) ?? (await walkUp(id, parentOf))) : ancestorsIn(path)),
      ],
    };
  };

  return {
    accounts: async function* () {
      let walked: Places | undefined;
      const pages = pagesOf((NextToken) =>
        call("organizations:ListAccounts", () =>
          client.send(new ListAccountsCommand({ MaxResults: PAGE, NextToken })),
        ),
      );
      for await (const { Accounts = [] } of pages) {
        if (Accounts.some((account) => pathOf(account) === undefined)) walked ??= await placesOfAccounts();
        const listings: AccountListing[] = [];
        for (const account of Accounts) listings.push(await placed(account, walked));
        yield listings;
      }
    },

    account: async (id) => {
      const answer = await unlessGone(["AccountNotFoundException"], () =>
        call("organizations:DescribeAccount", () =>
          client.send(new DescribeAccountCommand({ AccountId: id })),
        ),
      );
      return answer?.Account === undefined ? undefined : placed(answer.Account);
    },

    tagsOf: async (id) => {
      const tags = await unlessGone(["TargetNotFoundException"], () =>
        allOf(
          pagesOf((NextToken) =>
            call("organizations:ListTagsForResource", () =>
              client.send(new ListTagsForResourceCommand({ ResourceId: id, NextToken })),
            ),
          ),
          ({ Tags = [] }) => Tags,
        ),
      );
      return tags === undefined ? undefined : tagRecord(tags);
    },

    organizationalUnit: async (id) => {
      const parent = await parentOf(id);
      if (parent === undefined) return undefined;
      for await (const { OrganizationalUnits = [] } of childUnits(parent)) {
        const unit = OrganizationalUnits.find(({ Id }) => Id === id);
        if (unit !== undefined) return { kind: "organizational-unit", id, name: unit.Name ?? id, parent };
      }
      return undefined;
    },

    root,
    unitsBelow,

    organizationalUnits: async function* () {
      for await (const units of tree()) yield units.map(({ fact }) => fact);
    },
  };
};

const pathOf = ({ Paths: [path] = [] }: Account): string | undefined => path;

const unitBelow = (
  parent: OrganizationalUnitFact,
  unit: { readonly Id?: string | undefined; readonly Name?: string | undefined },
): OrganizationalUnitFact => {
  const id = OrganizationalUnitIdSchema.parse(unit.Id);
  const name = unit.Name ?? id;
  return {
    kind: "organizational-unit",
    id,
    name,
    parent: parent.id,
    path: parent.path === "/" ? `/${name}` : `${parent.path}/${name}`,
  };
};
