import * as z from "zod/mini";
import { pageOf, pageRead, type Page, type PageRequest, type ReadRange } from "../identity/paging.ts";
import type { JsonObject } from "../wire/json.ts";
import { AwsError, type Operation } from "../wire/service.ts";
import { badToken, defineOperation, LARGEST_PAGE } from "./errors.ts";
import type { OrganizationsDocuments } from "./records.ts";
import type { OrganizationTree } from "./tree.ts";

const page = {
  MaxResults: z.optional(z.int().check(z.minimum(1), z.maximum(LARGEST_PAGE))),
  NextToken: z.optional(z.string()),
};
const accountId = z.string().check(z.regex(/^\d{12}$/, "Member must be 12 digits"));

/** The operations of Organizations that read. */
export const readOperations = (
  documents: OrganizationsDocuments,
  tree: OrganizationTree,
): Record<string, Operation> => {
  const paged = <T>(items: readonly T[], keyOf: (item: T) => string, request: PageRequest): Page<T> =>
    pageOf(items, keyOf, request, LARGEST_PAGE, badToken);

  const pagedFrom = <T>(read: ReadRange<T>, request: PageRequest): Page<T> =>
    pageRead(read, request, LARGEST_PAGE, badToken);

  const existingParent = (id: string): string => {
    if (!tree.isParent(id))
      throw new AwsError("ParentNotFoundException", `You specified parent that doesn't exist: ${id}.`);
    return id;
  };

  const parentOf = (childId: string): string => {
    const parentId = documents.accounts.get(childId)?.parentId ?? tree.unit(childId)?.parentId;
    if (parentId === undefined)
      throw new AwsError("ChildNotFoundException", `You specified child that doesn't exist: ${childId}.`);
    return parentId;
  };

  const tagsOf = (resourceId: string): JsonObject => {
    const organization = tree.organization();
    const owner =
      documents.accounts.get(resourceId) ??
      tree.unit(resourceId) ??
      (resourceId === organization.rootId ? organization : undefined);
    if (owner === undefined)
      throw new AwsError("TargetNotFoundException", "You specified a target that doesn't exist.");
    return { Tags: Object.entries(owner.tags).map(([Key, Value]) => ({ Key, Value })) };
  };

  return {
    DescribeOrganization: defineOperation(z.object({}), () => {
      const { id, managementAccountId } = tree.organization();
      return {
        Organization: {
          Id: id,
          Arn: `arn:aws:organizations::${managementAccountId}:organization/${id}`,
          FeatureSet: "ALL",
          MasterAccountArn: tree.accountArn(managementAccountId),
          MasterAccountId: managementAccountId,
          MasterAccountEmail: tree.account(managementAccountId).email,
        },
      };
    }),

    ListRoots: defineOperation(z.object(page), (input) => {
      const { rootId } = tree.organization();
      const { items, next } = paged([rootId], (id) => id, input);
      return {
        Roots: items.map((Id) => ({ Id, Arn: tree.rootArn(), Name: "Root", PolicyTypes: [] })),
        ...next,
      };
    }),

    ListAccounts: defineOperation(z.object(page), (input) => {
      const { items, next } = pagedFrom(documents.accounts.range, input);
      return { Accounts: items.map(tree.describeAccount), ...next };
    }),

    ListAccountsForParent: defineOperation(z.object({ ...page, ParentId: z.string() }), (input) => {
      const accounts = documents.accounts.under(existingParent(input.ParentId));
      const { items, next } = pagedFrom(accounts, input);
      return { Accounts: items.map(tree.describeAccount), ...next };
    }),

    DescribeAccount: defineOperation(z.object({ AccountId: accountId }), ({ AccountId }) => ({
      Account: tree.describeAccount(tree.account(AccountId)),
    })),

    ListOrganizationalUnitsForParent: defineOperation(
      z.object({ ...page, ParentId: z.string() }),
      (input) => {
        const units = documents.units.under(existingParent(input.ParentId));
        const { items, next } = pagedFrom(units, input);
        return { OrganizationalUnits: items.map(tree.describeUnit), ...next };
      },
    ),

    DescribeOrganizationalUnit: defineOperation(
      z.object({ OrganizationalUnitId: z.string() }),
      ({ OrganizationalUnitId }) => {
        const unit = tree.unit(OrganizationalUnitId);
        if (unit === undefined)
          throw new AwsError(
            "OrganizationalUnitNotFoundException",
            "You specified an organizational unit that doesn't exist.",
          );
        return { OrganizationalUnit: tree.describeUnit(unit) };
      },
    ),

    ListParents: defineOperation(z.object({ ...page, ChildId: z.string() }), ({ ChildId }) => {
      const parentId = parentOf(ChildId);
      const type = parentId === tree.organization().rootId ? "ROOT" : "ORGANIZATIONAL_UNIT";
      return { Parents: [{ Id: parentId, Type: type }] };
    }),

    ListChildren: defineOperation(
      z.object({ ...page, ParentId: z.string(), ChildType: z.enum(["ACCOUNT", "ORGANIZATIONAL_UNIT"]) }),
      (input) => {
        const parentId = existingParent(input.ParentId);
        const children: ReadRange<{ readonly id: string }> =
          input.ChildType === "ACCOUNT"
            ? documents.accounts.under(parentId)
            : documents.units.under(parentId);
        const { items, next } = pagedFrom(children, input);
        return { Children: items.map(({ id }) => ({ Id: id, Type: input.ChildType })), ...next };
      },
    ),

    ListTagsForResource: defineOperation(
      z.object({ ResourceId: z.string(), NextToken: z.optional(z.string()) }),
      ({ ResourceId }) => tagsOf(ResourceId),
    ),

    /** Lockstep's example organization delegates nothing, and RegisterDelegatedAdministrator is not simulated. */
    ListDelegatedAdministrators: defineOperation(
      z.object({ ...page, ServicePrincipal: z.optional(z.string()) }),
      () => ({ DelegatedAdministrators: [] }),
    ),

    DescribeCreateAccountStatus: defineOperation(
      z.object({ CreateAccountRequestId: z.string() }),
      ({ CreateAccountRequestId }) => {
        const creation = documents.creations.get(CreateAccountRequestId);
        if (creation === undefined)
          throw new AwsError(
            "CreateAccountStatusNotFoundException",
            "We can't find a create account request with the CreateAccountRequestId that you specified.",
          );
        return {
          CreateAccountStatus: {
            Id: creation.id,
            AccountName: creation.accountName,
            State: creation.accountId === undefined ? "FAILED" : "SUCCEEDED",
            RequestedTimestamp: creation.at / 1000,
            CompletedTimestamp: creation.at / 1000,
            AccountId: creation.accountId,
            FailureReason: creation.failureReason,
          },
        };
      },
    ),
  };
};
