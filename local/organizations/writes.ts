import * as z from "zod/mini";
import type { Clock } from "../../lambdas/core/ports/clock.ts";
import { accountIdOf, organizationalUnitIdOf } from "../identity/ids.ts";
import { AwsError, type Operation } from "../wire/service.ts";
import { defineOperation } from "./errors.ts";
import {
  ORGANIZATION,
  type AccountCreationRecord,
  type OrganizationalUnitRecord,
  type OrganizationsDocuments,
} from "./records.ts";
import type { OrganizationTree } from "./tree.ts";

const tagList = z.array(z.object({ Key: z.string(), Value: z.string() }));
const tagMap = (tags: z.output<typeof tagList> | undefined): Record<string, string> =>
  Object.fromEntries((tags ?? []).map(({ Key, Value }) => [Key, Value]));

const without = (tags: Readonly<Record<string, string>>, keys: readonly string[]): Record<string, string> =>
  Object.fromEntries(Object.entries(tags).filter(([key]) => !keys.includes(key)));

export interface WriteDependencies {
  readonly documents: OrganizationsDocuments;
  readonly tree: OrganizationTree;
  readonly clock: Clock;
  readonly newId: () => string;
  /** How long an account stays PENDING_CLOSURE ("a few minutes", API_CloseAccount). */
  readonly closureMilliseconds: number;
}

/** The writes that a tester makes behind Lockstep's back: close (suspend), move, create, tag. */
export const writeOperations = (dependencies: WriteDependencies): Record<string, Operation> => {
  const { documents, tree, clock, newId, closureMilliseconds } = dependencies;

  const existingParent = (id: string, error: string): string => {
    if (!tree.isParent(id)) throw new AwsError(error, `You specified parent that doesn't exist: ${id}.`);
    return id;
  };

  const retag = (
    resourceId: string,
    change: (tags: Readonly<Record<string, string>>) => Record<string, string>,
  ) => {
    const account = documents.accounts.get(resourceId);
    const unit = documents.units.get(resourceId);
    const organization = tree.organization();
    if (account !== undefined) documents.accounts.put(resourceId, { ...account, tags: change(account.tags) });
    else if (unit !== undefined) documents.units.put(resourceId, { ...unit, tags: change(unit.tags) });
    else if (resourceId === organization.rootId)
      documents.organization.put(ORGANIZATION, { ...organization, tags: change(organization.tags) });
    else throw new AwsError("TargetNotFoundException", "You specified a target that doesn't exist.");
    return {};
  };

  const refuseSameName = (parentId: string, name: string) => {
    const siblings = documents.units.under(parentId)({ limit: Infinity });
    if (siblings.some(({ document }) => document.name === name))
      throw new AwsError("DuplicateOrganizationalUnitException", "An OU with the same name already exists.");
  };

  const existingUnit = (id: string): OrganizationalUnitRecord => {
    const unit = tree.unit(id);
    if (unit === undefined)
      throw new AwsError(
        "OrganizationalUnitNotFoundException",
        "You specified an organizational unit that doesn't exist.",
      );
    return unit;
  };

  return {
    CloseAccount: defineOperation(z.object({ AccountId: z.string() }), ({ AccountId }) => {
      const account = tree.account(AccountId);
      if (AccountId === tree.organization().managementAccountId)
        throw new AwsError("ConstraintViolationException", "You can't close the management account.", 400, {
          Reason: "CANNOT_CLOSE_MANAGEMENT_ACCOUNT",
        });
      if (account.state === "PENDING_CLOSURE" && tree.stateOf(AccountId) === "PENDING_CLOSURE")
        throw new AwsError("ConflictException", "The account is already being closed.");
      if (tree.stateOf(AccountId) !== "ACTIVE")
        throw new AwsError(
          "AccountAlreadyClosedException",
          "You attempted to close an account that is already closed.",
        );
      documents.accounts.put(AccountId, {
        ...account,
        state: "PENDING_CLOSURE",
        closesAt: clock.now().getTime() + closureMilliseconds,
      });
      return {};
    }),

    MoveAccount: defineOperation(
      z.object({ AccountId: z.string(), SourceParentId: z.string(), DestinationParentId: z.string() }),
      ({ AccountId, SourceParentId, DestinationParentId }) => {
        const account = tree.account(AccountId);
        existingParent(SourceParentId, "SourceParentNotFoundException");
        existingParent(DestinationParentId, "DestinationParentNotFoundException");
        if (account.parentId !== SourceParentId)
          throw new AwsError(
            "SourceParentNotFoundException",
            `The account ${AccountId} is not in ${SourceParentId}.`,
          );
        if (account.parentId === DestinationParentId)
          throw new AwsError("DuplicateAccountException", "The account is already there.");
        documents.accounts.put(AccountId, { ...account, parentId: DestinationParentId });
        return {};
      },
    ),

    CreateOrganizationalUnit: defineOperation(
      z.object({ ParentId: z.string(), Name: z.string().check(z.minLength(1)), Tags: z.optional(tagList) }),
      ({ ParentId, Name, Tags }) => {
        existingParent(ParentId, "ParentNotFoundException");
        refuseSameName(ParentId, Name);
        const id = organizationalUnitIdOf(tree.organization().rootId, newId());
        const unit = { id, name: Name, parentId: ParentId, tags: tagMap(Tags) };
        documents.units.put(id, unit);
        return { OrganizationalUnit: tree.describeUnit(unit) };
      },
    ),

    UpdateOrganizationalUnit: defineOperation(
      z.object({ OrganizationalUnitId: z.string(), Name: z.optional(z.string().check(z.minLength(1))) }),
      ({ OrganizationalUnitId, Name }) => {
        const unit = existingUnit(OrganizationalUnitId);
        const name = Name ?? unit.name;
        if (name !== unit.name) refuseSameName(unit.parentId, name);
        const renamed = { ...unit, name };
        documents.units.put(OrganizationalUnitId, renamed);
        return { OrganizationalUnit: tree.describeUnit(renamed) };
      },
    ),

    /** "You must first move all accounts out of the OU and any child OUs, and then … delete the child OUs." */
    DeleteOrganizationalUnit: defineOperation(
      z.object({ OrganizationalUnitId: z.string() }),
      ({ OrganizationalUnitId }) => {
        const unit = existingUnit(OrganizationalUnitId);
        const isEmpty = [documents.accounts, documents.units].every(
          ({ under }) => under(OrganizationalUnitId)({ limit: 1 }).length === 0,
        );
        if (!isEmpty)
          throw new AwsError(
            "OrganizationalUnitNotEmptyException",
            "The specified OU is not empty. Move all accounts to another root or to other OUs, remove all child OUs, and try the operation again.",
          );
        documents.units.delete(unit);
        return {};
      },
    ),

    /** AWS asks for the account's own payment details first (API_RemoveAccountFromOrganization); here it just leaves. */
    RemoveAccountFromOrganization: defineOperation(z.object({ AccountId: z.string() }), ({ AccountId }) => {
      const account = tree.account(AccountId);
      if (AccountId === tree.organization().managementAccountId)
        throw new AwsError(
          "MasterCannotLeaveOrganizationException",
          "You can't remove a management account from an organization.",
        );
      documents.accounts.delete(account);
      return {};
    }),

    CreateAccount: defineOperation(
      z.object({
        Email: z.string().check(z.regex(/^[^\s@]+@[^\s@]+\.[^\s@]+$/, "Member must be an email address")),
        AccountName: z.string().check(z.minLength(1), z.maxLength(50)),
        Tags: z.optional(tagList),
      }),
      ({ Email, AccountName, Tags }) => {
        const at = clock.now().getTime();
        const taken = documents.accounts.hasEmail(Email);
        const accountId = accountIdOf(newId());
        const base = { id: `car-${newId().replaceAll("-", "").slice(0, 32)}`, accountName: AccountName, at };
        const creation: AccountCreationRecord = taken
          ? { ...base, failureReason: "EMAIL_ALREADY_EXISTS" }
          : { ...base, accountId };
        documents.creations.put(creation.id, creation);
        if (!taken)
          documents.accounts.put(accountId, {
            id: accountId,
            name: AccountName,
            email: Email,
            parentId: tree.organization().rootId,
            state: "ACTIVE",
            joinedMethod: "CREATED",
            joinedAt: at,
            tags: tagMap(Tags),
          });
        /** AWS answers IN_PROGRESS and works on; callers poll DescribeCreateAccountStatus (API_CreateAccount). */
        return {
          CreateAccountStatus: {
            Id: creation.id,
            AccountName,
            State: "IN_PROGRESS",
            RequestedTimestamp: at / 1000,
          },
        };
      },
    ),

    TagResource: defineOperation(z.object({ ResourceId: z.string(), Tags: tagList }), (input) =>
      retag(input.ResourceId, (tags) => ({ ...tags, ...tagMap(input.Tags) })),
    ),

    UntagResource: defineOperation(
      z.object({
        ResourceId: z.string(),
        TagKeys: z.array(z.string()).check(z.minLength(1, "At least one key")),
      }),
      (input) => retag(input.ResourceId, (tags) => without(tags, input.TagKeys)),
    ),
  };
};
