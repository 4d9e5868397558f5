import * as z from "zod/mini";
import { permissionSetArnOf } from "../identity/ids.ts";
import type { JsonObject } from "../wire/json.ts";
import { AwsError, type Operation } from "../wire/service.ts";
import {
  defineOperation,
  invalid,
  notFound,
  paged,
  pagedFrom,
  pageMembers,
  permissionSetOf,
  type IdentityCenter,
} from "./center.ts";
import type { PermissionSetRecord, PolicyReference } from "./records.ts";

/** A permission set's session lasts an hour unless it says otherwise (API_CreatePermissionSet, "SessionDuration"). */
const DEFAULT_SESSION_DURATION = "PT1H";

const tagList = z.array(z.object({ Key: z.string(), Value: z.string() }));
const set = { InstanceArn: z.string(), PermissionSetArn: z.string() };
const sessionDuration = z
  .string()
  .check(z.regex(/^P(?!$)(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+S)?)?$/, "Member must be an ISO 8601 duration"));

const describe = (permissionSet: PermissionSetRecord): JsonObject => ({
  Name: permissionSet.name,
  PermissionSetArn: permissionSet.arn,
  Description: permissionSet.description,
  CreatedDate: permissionSet.createdAt / 1000,
  SessionDuration: permissionSet.sessionDuration,
  RelayState: permissionSet.relayState,
});

/** The path is `/` unless it is given (API_CustomerManagedPolicyReference, "Path"). */
const policyReference = z.object({ Name: z.string(), Path: z._default(z.string(), "/") });
const referenceIn = ({ Name, Path }: z.output<typeof policyReference>): PolicyReference => ({
  name: Name,
  path: Path,
});
/** What tells two references apart: the same name may exist under several paths. */
const pathOf = ({ name, path }: PolicyReference): string => `${path}${name}`;

const nameOfPolicy = (arn: string): string => arn.slice(arn.lastIndexOf("/") + 1);
const setId = (arn: string): string => arn.slice(arn.lastIndexOf("/") + 1);

/** Members that a request did not set, dropped: a record has no member that says undefined. */
const given = <T extends object>(members: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };

/** Permission sets and their policies. */
export const permissionSetOperations = (center: IdentityCenter): Record<string, Operation> => {
  const { permissionSets, provisioned } = center.documents;
  const { instanceArn } = center.instance;

  const referencesOf = (arn: string): readonly PolicyReference[] =>
    permissionSetOf(center, arn).customerManagedPolicies ?? [];

  const update = (arn: string, change: Partial<PermissionSetRecord>) => {
    permissionSets.put(arn, { ...permissionSetOf(center, arn), ...change });
    return {};
  };

  return {
    CreatePermissionSet: defineOperation(
      z.object({
        InstanceArn: z.string(),
        Name: z
          .string()
          .check(
            z.regex(/^[\w+=,.@-]{1,32}$/, "Member must satisfy regular expression pattern: [\\w+=,.@-]+"),
          ),
        Description: z.optional(z.string()),
        SessionDuration: z.optional(sessionDuration),
        RelayState: z.optional(z.string()),
        Tags: z.optional(tagList),
      }),
      ({ Name, Description, SessionDuration, RelayState, Tags }) => {
        if (permissionSets.isNamed(Name))
          throw new AwsError("ConflictException", `PermissionSet with name ${Name} already exists.`);
        const permissionSet: PermissionSetRecord = {
          arn: permissionSetArnOf(instanceArn, center.newId()),
          name: Name,
          ...(Description === undefined ? {} : { description: Description }),
          sessionDuration: SessionDuration ?? DEFAULT_SESSION_DURATION,
          ...(RelayState === undefined ? {} : { relayState: RelayState }),
          managedPolicies: [],
          inlinePolicy: "",
          tags: Object.fromEntries((Tags ?? []).map(({ Key, Value }) => [Key, Value])),
          createdAt: center.clock.now().getTime(),
        };
        permissionSets.put(permissionSet.arn, permissionSet);
        return { PermissionSet: describe(permissionSet) };
      },
    ),

    DescribePermissionSet: defineOperation(z.object(set), ({ PermissionSetArn }) => ({
      PermissionSet: describe(permissionSetOf(center, PermissionSetArn)),
    })),

    UpdatePermissionSet: defineOperation(
      z.object({
        ...set,
        Description: z.optional(z.string()),
        SessionDuration: z.optional(sessionDuration),
        RelayState: z.optional(z.string()),
      }),
      ({ PermissionSetArn, Description, SessionDuration, RelayState }) =>
        update(
          PermissionSetArn,
          given({ description: Description, sessionDuration: SessionDuration, relayState: RelayState }),
        ),
    ),

    /** A set with assignments is not deleted (https://github.com/hashicorp/terraform-provider-aws/issues/26757). */
    DeletePermissionSet: defineOperation(z.object(set), ({ PermissionSetArn }) => {
      const permissionSet = permissionSetOf(center, PermissionSetArn);
      if (provisioned.ofSet(PermissionSetArn)({ limit: 1 }).length > 0)
        throw new AwsError(
          "ConflictException",
          "Could not delete because PermissionSet has ApplicationProfile associated with it",
        );
      permissionSets.delete(permissionSet);
      return {};
    }),

    ListPermissionSets: defineOperation(z.object({ InstanceArn: z.string(), ...pageMembers }), (input) => {
      const { items, next } = pagedFrom(permissionSets.range, input);
      return { PermissionSets: items.map(({ arn }) => arn), ...next };
    }),

    AttachManagedPolicyToPermissionSet: defineOperation(
      z.object({
        ...set,
        ManagedPolicyArn: z
          .string()
          .check(
            z.regex(/^arn:aws[a-z-]*:iam::aws:policy\//, "Member must be the ARN of an AWS managed policy"),
          ),
      }),
      ({ PermissionSetArn, ManagedPolicyArn }) => {
        const { managedPolicies } = permissionSetOf(center, PermissionSetArn);
        if (managedPolicies.includes(ManagedPolicyArn))
          throw new AwsError(
            "ConflictException",
            `Permission set with id ${setId(PermissionSetArn)} already has a typed link attachment to a manged policy with ${ManagedPolicyArn}`,
          );
        return update(PermissionSetArn, { managedPolicies: [...managedPolicies, ManagedPolicyArn] });
      },
    ),

    DetachManagedPolicyFromPermissionSet: defineOperation(
      z.object({ ...set, ManagedPolicyArn: z.string() }),
      ({ PermissionSetArn, ManagedPolicyArn }) => {
        const { managedPolicies } = permissionSetOf(center, PermissionSetArn);
        if (!managedPolicies.includes(ManagedPolicyArn))
          throw notFound(`Could not find ManagedPolicy with arn ${ManagedPolicyArn}`);
        return update(PermissionSetArn, {
          managedPolicies: managedPolicies.filter((arn) => arn !== ManagedPolicyArn),
        });
      },
    ),

    ListManagedPoliciesInPermissionSet: defineOperation(z.object({ ...set, ...pageMembers }), (input) => {
      const { managedPolicies } = permissionSetOf(center, input.PermissionSetArn);
      const { items, next } = paged(managedPolicies, (arn) => arn, input);
      return {
        AttachedManagedPolicies: items.map((Arn) => ({ Name: nameOfPolicy(Arn), Arn })),
        ...next,
      };
    }),

    AttachCustomerManagedPolicyReferenceToPermissionSet: defineOperation(
      z.object({ ...set, CustomerManagedPolicyReference: policyReference }),
      ({ PermissionSetArn, CustomerManagedPolicyReference }) => {
        const attached = referencesOf(PermissionSetArn);
        const added = referenceIn(CustomerManagedPolicyReference);
        if (attached.some((reference) => pathOf(reference) === pathOf(added)))
          throw new AwsError(
            "ConflictException",
            `Permission set with id ${setId(PermissionSetArn)} already references the customer managed policy ${pathOf(added)}`,
          );
        return update(PermissionSetArn, { customerManagedPolicies: [...attached, added] });
      },
    ),

    DetachCustomerManagedPolicyReferenceFromPermissionSet: defineOperation(
      z.object({ ...set, CustomerManagedPolicyReference: policyReference }),
      ({ PermissionSetArn, CustomerManagedPolicyReference }) => {
        const attached = referencesOf(PermissionSetArn);
        const removed = pathOf(referenceIn(CustomerManagedPolicyReference));
        const kept = attached.filter((reference) => pathOf(reference) !== removed);
        if (kept.length === attached.length)
          throw notFound(`Could not find the customer managed policy reference ${removed}`);
        return update(PermissionSetArn, { customerManagedPolicies: kept });
      },
    ),

    ListCustomerManagedPolicyReferencesInPermissionSet: defineOperation(
      z.object({ ...set, ...pageMembers }),
      (input) => {
        const { items, next } = paged(referencesOf(input.PermissionSetArn), pathOf, input);
        return {
          CustomerManagedPolicyReferences: items.map(({ name, path }) => ({ Name: name, Path: path })),
          ...next,
        };
      },
    ),

    PutInlinePolicyToPermissionSet: defineOperation(
      z.object({ ...set, InlinePolicy: z.string() }),
      ({ PermissionSetArn, InlinePolicy }) => {
        try {
          JSON.parse(InlinePolicy);
        } catch {
          throw invalid("The inline policy is not a valid JSON document.");
        }
        return update(PermissionSetArn, { inlinePolicy: InlinePolicy });
      },
    ),

    GetInlinePolicyForPermissionSet: defineOperation(z.object(set), ({ PermissionSetArn }) => ({
      InlinePolicy: permissionSetOf(center, PermissionSetArn).inlinePolicy,
    })),

    DeleteInlinePolicyFromPermissionSet: defineOperation(z.object(set), ({ PermissionSetArn }) =>
      update(PermissionSetArn, { inlinePolicy: "" }),
    ),

    ListTagsForResource: defineOperation(
      z.object({
        InstanceArn: z.optional(z.string()),
        ResourceArn: z.string(),
        NextToken: z.optional(z.string()),
      }),
      ({ ResourceArn }) => ({
        Tags: Object.entries(
          ResourceArn === instanceArn ? {} : permissionSetOf(center, ResourceArn).tags,
        ).map(([Key, Value]) => ({ Key, Value })),
      }),
    ),

    TagResource: defineOperation(
      z.object({ InstanceArn: z.optional(z.string()), ResourceArn: z.string(), Tags: tagList }),
      ({ ResourceArn, Tags }) =>
        update(ResourceArn, {
          tags: {
            ...permissionSetOf(center, ResourceArn).tags,
            ...Object.fromEntries(Tags.map(({ Key, Value }) => [Key, Value])),
          },
        }),
    ),

    UntagResource: defineOperation(
      z.object({
        InstanceArn: z.optional(z.string()),
        ResourceArn: z.string(),
        TagKeys: z
          .array(z.string())
          .check(z.minLength(1, "Member must have length greater than or equal to 1")),
      }),
      ({ ResourceArn, TagKeys }) =>
        update(ResourceArn, {
          tags: Object.fromEntries(
            Object.entries(permissionSetOf(center, ResourceArn).tags).filter(
              ([key]) => !TagKeys.includes(key),
            ),
          ),
        }),
    ),
  };
};
