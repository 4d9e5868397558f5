import type { JsonObject } from "../wire/json.ts";
import type { ServiceDefinition } from "../wire/service.ts";
import { readOperations } from "./reads.ts";
import { writeOperations, type WriteDependencies } from "./writes.ts";
import type { OrganizationTree } from "./tree.ts";

/**
 * The resources that IAM checks, by the input member that names them
 * (https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsorganizations.html).
 */
const RESOURCE_MEMBERS = [
  "AccountId",
  "ParentId",
  "ChildId",
  "OrganizationalUnitId",
  "ResourceId",
  "SourceParentId",
  "DestinationParentId",
];

const arnOf = (tree: OrganizationTree, id: string): string =>
  id.startsWith("r-") ? tree.rootArn() : id.startsWith("ou-") ? tree.unitArn(id) : tree.accountArn(id);

const resourcesIn = (tree: OrganizationTree, input: JsonObject): readonly string[] => {
  const arns = RESOURCE_MEMBERS.map((member) => input[member])
    .filter((id) => typeof id === "string")
    .map((id) => arnOf(tree, id));
  return arns.length === 0 ? ["*"] : arns;
};

/** AWS Organizations, as far as a tester or Lockstep itself calls it. */
export const organizationsService = (dependencies: WriteDependencies): ServiceDefinition => ({
  signingName: "organizations",
  protocol: "json-1.1",
  targetPrefix: "AWSOrganizationsV20161128",
  iamPrefix: "organizations",
  operations: {
    ...readOperations(dependencies.documents, dependencies.tree),
    ...writeOperations(dependencies),
  },
  resourcesOf: (_operation, input) => resourcesIn(dependencies.tree, input),
});
