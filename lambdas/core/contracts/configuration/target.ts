import * as z from "zod/mini";
import { BundleNameSchema, ScopeNameSchema } from "../../domain/ids.ts";
import { IntegrationNameSchema } from "../../domain/integration.ts";
import { mostNamedIn } from "../../domain/too-many-named.ts";
import { LONGEST_ACCOUNT, LONGEST_PERMISSION_SET, LONGEST_UNIT_PATH, nameOrId } from "../http/fields.ts";
import { TagDocumentSchema } from "./rule.ts";

/** What a flow or a bundle gives access to, as people write it. */

const OrganizationalUnitPathSchema = nameOrId(
  LONGEST_UNIT_PATH,
  "A path of names from the root; it means everything below",
).check(
  z.regex(/^(?:\/|(?:\/[^/]+)+)$/, { error: "a path of names that starts with /, such as /Workloads/Prod" }),
);

const PermissionSetsField = z
  .array(nameOrId(LONGEST_PERMISSION_SET, "ARN or name"))
  .check(z.minLength(1), z.maxLength(100));

/** What is looked at before it is counted: names are resolved, each by a call. */
const LONGEST_LIST = 500;

const resources = {
  accounts: z.optional(
    z.array(nameOrId(LONGEST_ACCOUNT, "Id or name")).check(
      // Fewer are counted in the whole document, with what else it names (domain/configuration/naming-problems.ts).
      z.refine((accounts) => accounts.length <= LONGEST_LIST, {
        error: mostNamedIn("access flow"),
        params: { code: "too-many-named" },
      }),
      z.meta({ maxItems: LONGEST_LIST }),
    ),
  ),
  organizationalUnits: z.optional(z.array(OrganizationalUnitPathSchema).check(z.maxLength(100))),
  tags: z.optional(
    z
      .array(TagDocumentSchema)
      .check(z.maxLength(50), z.meta({ description: "Accounts with one of these tags" })),
  ),
} as const;

const ExcludeSchema = z
  .strictObject({ ...resources, permissionSets: z.optional(PermissionSetsField) })
  .check(z.meta({ description: "What is left out of this target; it wins over what is taken in" }));

const resourceTarget = {
  integration: z.optional(
    nameOrId(40, "Only accounts of this integration").check(
      z.refine((name) => IntegrationNameSchema.safeParse(name).success, {
        error: "the name of an integration",
      }),
    ),
  ),
  resourceType: z.optional(
    z
      .literal("aws-account", { error: '"aws-account", to which access can be given' })
      .check(z.meta({ description: "What the permission sets are in; aws-account where nothing is said" })),
  ),
  ...resources,
  permissionSets: z.optional(PermissionSetsField),
  exclude: z.optional(ExcludeSchema),
} as const;

const named = (name: z.ZodMiniType, what: string) =>
  z.optional(
    nameOrId(64, `The name of ${what}`).check(
      z.refine((text) => name.safeParse(text).success, { error: `the name of ${what}` }),
    ),
  );

const accessScope = { accessScope: named(ScopeNameSchema, "an access scope: what its query finds") } as const;

type Written = {
  readonly [Key in "accounts" | "organizationalUnits" | "tags"]?: readonly unknown[] | undefined;
} & {
  readonly bundle?: string | undefined;
  readonly accessScope?: string | undefined;
  readonly permissionSets?: readonly string[] | undefined;
  readonly exclude?: object | undefined;
  readonly integration?: string | undefined;
  readonly resourceType?: string | undefined;
};

const namesResources = ({ accounts = [], organizationalUnits = [], tags = [] }: Written): boolean =>
  accounts.length + organizationalUnits.length + tags.length > 0;

const isOneTarget = (written: Written): boolean => {
  const { bundle, accessScope: scope, permissionSets, exclude, integration, resourceType } = written;
  const narrowed = exclude !== undefined || integration !== undefined || resourceType !== undefined;
  if (bundle !== undefined)
    return scope === undefined && permissionSets === undefined && !namesResources(written) && !narrowed;
  if (scope !== undefined) return !namesResources(written) && !narrowed;
  return namesResources(written) && permissionSets !== undefined;
};

const TARGET_EXPECTED =
  "accounts or organizationalUnits or tags, or several of them, with permissionSets; or one accessScope";

/** A target that is no bundle: what bundles hold. */
export const BundleTargetDocumentSchema = z
  .strictObject({ ...accessScope, ...resourceTarget })
  .check(z.refine(isOneTarget, { error: TARGET_EXPECTED }));
export type BundleTargetDocument = z.output<typeof BundleTargetDocumentSchema>;

export const TargetDocumentSchema = z
  .strictObject({ bundle: named(BundleNameSchema, "a bundle"), ...accessScope, ...resourceTarget })
  .check(z.refine(isOneTarget, { error: `${TARGET_EXPECTED}, or one bundle` }));
export type TargetDocument = z.output<typeof TargetDocumentSchema>;
