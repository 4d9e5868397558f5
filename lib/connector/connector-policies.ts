import { Aws } from "aws-cdk-lib";
import { permissionOnAny, type Permission } from "../permissions/permission.ts";
import type { ConnectorStatement, ResourceKind } from "./connector-actions.ts";

/** What the templates are told of Identity Center, so that the role reaches no other instance. */
export interface ConnectedIdentityCenter {
  /** The part of the instance's ARN after `instance/`. */
  readonly instanceId: string;
  readonly identityStoreId: string;
}

interface Resources {
  /** Named one by one. */
  readonly exact: readonly string[];
  /** By wildcard, each with the reason why. */
  readonly wildcards: Readonly<Record<string, string>>;
}

const arn = (rest: string): string => `arn:${Aws.PARTITION}:${rest}`;
const ownArn = (service: string, rest: string, region: string = Aws.REGION): string =>
  arn(`${service}:${region}:${Aws.ACCOUNT_ID}:${rest}`);

const EVERY_REGION = "*";

/** The permissions of statements, on the resources that their kinds stand for. */
export const permissionsFor = (
  statements: readonly ConnectorStatement[],
  identityCenter?: ConnectedIdentityCenter,
): readonly Permission[] =>
  statements.map(({ sid, on, fromSources, added }) => {
    const { exact, wildcards } = resourcesOf(on, identityCenter);
    const actions = [...fromSources, ...Object.keys(added)].toSorted();
    return permissionOnAny({ sid, actions, resources: [...exact] }, wildcards);
  });

const resourcesOf = (kind: ResourceKind, identityCenter?: ConnectedIdentityCenter): Resources => {
  if (isOfIdentityCenter(kind)) {
    if (identityCenter === undefined)
      throw new Error(`A statement on ${kind} needs the instance of Identity Center`);
    return ofIdentityCenter(kind, identityCenter);
  }
  return OF_THE_ACCOUNT[kind];
};

const OF_IDENTITY_CENTER = ["assignments", "instance", "permission-sets", "directory"] as const;
type OfIdentityCenter = (typeof OF_IDENTITY_CENTER)[number];
const isOfIdentityCenter = (kind: ResourceKind): kind is OfIdentityCenter =>
  (OF_IDENTITY_CENTER as readonly ResourceKind[]).includes(kind);

const ofIdentityCenter = (
  kind: OfIdentityCenter,
  { instanceId, identityStoreId }: ConnectedIdentityCenter,
): Resources => {
  const instance = arn(`sso:::instance/${instanceId}`);
  const permissionSets = {
    [arn(`sso:::permissionSet/${instanceId}/*`)]:
      "Every permission set of this one instance is in the inventory.",
  };
  const entries = "The directory's ARNs name no store; the one store is named beside them.";
  switch (kind) {
    case "instance":
      return { exact: [instance], wildcards: {} };
    case "permission-sets":
      return { exact: [instance], wildcards: permissionSets };
    case "assignments":
      return {
        exact: [instance],
        wildcards: {
          ...permissionSets,
          [arn("sso:::account/*")]:
            "Every account of the organization is in the inventory; flows decide what is granted.",
        },
      };
    case "directory":
      return {
        exact: [ownArn("identitystore", `identitystore/${identityStoreId}`, "")],
        wildcards: {
          [arn("identitystore:::user/*")]: entries,
          [arn("identitystore:::group/*")]: entries,
          [arn("identitystore:::membership/*")]: entries,
        },
      };
  }
};

const onEach = (reason: string, ...arns: readonly string[]): Resources => ({
  exact: [],
  wildcards: Object.fromEntries(arns.map((resource) => [resource, reason])),
});

const OF_THE_ACCOUNT: Readonly<Record<Exclude<ResourceKind, OfIdentityCenter>, Resources>> = {
  any: onEach("These actions have no resource types (Service Authorization Reference).", "*"),
  organization: onEach(
    "Every account and organizational unit of this one organization is in the inventory. Reading only.",
    ownArn("organizations", "account/*", ""),
    ownArn("organizations", "ou/*", ""),
    ownArn("organizations", "root/*", ""),
  ),
  groups: onEach("Any group of this account, whatever its path.", ownArn("iam", "group/*", "")),
  "saml-providers": onEach(
    "Identity Center names its provider itself, with an id of its own in the middle.",
    ownArn("iam", "saml-provider/AWSSSO_*_DO_NOT_DELETE", ""),
  ),
  "reserved-roles": onEach(
    "Identity Center names these roles itself, with a random suffix, under this path reserved for it.",
    ownArn("iam", "role/aws-reserved/sso.amazonaws.com/*", ""),
  ),
  account: { exact: [ownArn("account", "account", "")], wildcards: {} },
  views: onEach(
    "Views have ids of their own, in any region.",
    ownArn("resource-explorer-2", "view/*", EVERY_REGION),
  ),
  buckets: onEach("Every bucket of the account; the ARN names no account.", arn("s3:::*")),
  databases: onEach(
    "Every database of the account, in any region. Reading only.",
    ownArn("rds", "db:*", EVERY_REGION),
    ownArn("rds", "cluster:*", EVERY_REGION),
  ),
  warehouses: onEach(
    "Every warehouse of the account, in any region. Reading only.",
    ownArn("redshift", "cluster:*", EVERY_REGION),
  ),
};
