import * as z from "zod/mini";
import type { Json, JsonObject } from "../wire/json.ts";
import type { Operation } from "../wire/service.ts";
import {
  defineOperation,
  deleteMemberships,
  groupOf,
  inputOf,
  invalidAttribute,
  notFound,
  notUnique,
  nowInSeconds,
  namedByAll,
  paged,
  pageMembers,
  resourceId,
  type Directory,
} from "./directory.ts";
import type { GroupRecord } from "./records.ts";

const text = z.optional(z.string());

const describe = (directory: Directory, group: GroupRecord): JsonObject => ({
  IdentityStoreId: directory.identityStoreId,
  ...group,
  ExternalIds: group.ExternalIds?.map((id) => ({ ...id })),
});

const refuseDuplicate = (directory: Directory, displayName: string, exceptId?: string) => {
  const id = directory.documents.groups.idNamed(displayName);
  if (id !== undefined && id !== exceptId) throw notUnique("Duplicate GroupDisplayName");
};

/** The groups of the directory. */
export const groupOperations = (directory: Directory): Record<string, Operation> => {
  const { groups } = directory.documents;
  const IdentityStoreId = directory.identityStoreId;
  return {
    CreateGroup: defineOperation(
      inputOf({ DisplayName: text, Description: text }),
      ({ DisplayName, Description }) => {
        if (!DisplayName) throw invalidAttribute("displayName is a required attribute");
        refuseDuplicate(directory, DisplayName);
        const now = nowInSeconds(directory);
        const GroupId = directory.newId();
        groups.put(GroupId, {
          GroupId,
          DisplayName,
          ...(Description === undefined ? {} : { Description }),
          CreatedAt: now,
          UpdatedAt: now,
        });
        return { IdentityStoreId, GroupId };
      },
    ),

    DescribeGroup: defineOperation(inputOf({ GroupId: resourceId }), ({ GroupId }) =>
      describe(directory, groupOf(directory, GroupId)),
    ),

    UpdateGroup: defineOperation(
      inputOf({
        GroupId: resourceId,
        Operations: z.array(
          z.object({
            AttributePath: z.enum(["displayName", "description"]),
            AttributeValue: z.optional(z.string()),
          }),
        ),
      }),
      ({ GroupId, Operations }) => {
        const current = groupOf(directory, GroupId);
        const valueOf = (path: string, otherwise: string | undefined) => {
          const operation = Operations.findLast(({ AttributePath }) => AttributePath === path);
          return operation === undefined ? otherwise : operation.AttributeValue;
        };
        const DisplayName = valueOf("displayName", current.DisplayName);
        const Description = valueOf("description", current.Description);
        if (!DisplayName) throw invalidAttribute("displayName is a required attribute");
        refuseDuplicate(directory, DisplayName, GroupId);
        const { Description: _, ...kept } = current;
        groups.put(GroupId, {
          ...kept,
          DisplayName,
          ...(Description === undefined ? {} : { Description }),
          UpdatedAt: nowInSeconds(directory),
        });
        return {};
      },
    ),

    DeleteGroup: defineOperation(inputOf({ GroupId: resourceId }), ({ GroupId }) => {
      groupOf(directory, GroupId);
      directory.store.atomically(() => {
        deleteMemberships(directory, directory.documents.memberships.inGroup(GroupId));
        groups.delete(GroupId);
      });
      return {};
    }),

    GetGroupId: defineOperation(
      inputOf({
        AlternateIdentifier: z.object({
          ExternalId: z.optional(z.object({ Issuer: z.string(), Id: z.string() })),
          UniqueAttribute: z.optional(
            z.object({ AttributePath: z.string(), AttributeValue: z.custom<Json>() }),
          ),
        }),
      }),
      ({ AlternateIdentifier: { ExternalId: external, UniqueAttribute: unique } }) => {
        if (unique !== undefined && unique.AttributePath.toLowerCase() !== "displayname")
          throw invalidAttribute(`The attribute ${unique.AttributePath} is not a unique attribute`);
        const named = unique?.AttributeValue;
        const GroupId =
          typeof named === "string"
            ? groups.idNamed(named)
            : external === undefined
              ? undefined
              : groups.idWithExternalId(external);
        if (GroupId === undefined) throw notFound("GROUP");
        return { IdentityStoreId, GroupId };
      },
    ),

    ListGroups: defineOperation(
      inputOf({
        ...pageMembers,
        Filters: z.optional(z.array(z.object({ AttributePath: z.string(), AttributeValue: z.string() }))),
      }),
      (input) => {
        const unsupported = input.Filters?.find(({ AttributePath }) => AttributePath !== "DisplayName");
        if (unsupported !== undefined)
          throw invalidAttribute(`The filter attribute ${unsupported.AttributePath} is not supported`);
        const names = input.Filters?.map(({ AttributeValue }) => AttributeValue) ?? [];
        const wanted = names.length === 0 ? groups.range : namedByAll(names, groups);
        const { items, next } = paged(wanted, input);
        return { Groups: items.map((group) => describe(directory, group)), ...next };
      },
    ),
  };
};
