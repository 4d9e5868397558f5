import {
  GetResourcesCommand,
  ResourceGroupsTaggingAPIClient,
} from "@aws-sdk/client-resource-groups-tagging-api";
import type { ResourceType } from "../../core/domain/inventory/facts.ts";
import type { AccountConnection } from "./connection.ts";
import { foundResource, tagsIn, type FoundResource } from "./found-resource.ts";

/**
 * What the tagging API calls each type: service and type as they are in the ARN, and only the service where the ARN has
 * no type (https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html).
 */
const FILTERS: Readonly<Record<ResourceType, string>> = {
  "s3-bucket": "s3",
  "ec2-instance": "ec2:instance",
  "rds-instance": "rds:db",
  "rds-cluster": "rds:cluster",
  "redshift-cluster": "redshift:cluster",
  "eks-cluster": "eks:cluster",
  "lambda-function": "lambda:function",
  "sns-topic": "sns",
  "sqs-queue": "sqs",
  secret: "secretsmanager:secret",
  "dynamodb-table": "dynamodb:table",
};

/** The most that AWS gives at once (same page). */
const PAGE = 100;

/** What has tags or had some, in one region of the account: all types at once, a call for every 100. */
export const taggedResources = async (
  { account, clients, callsIn }: AccountConnection,
  region: string,
  types: readonly ResourceType[],
): Promise<readonly FoundResource[]> => {
  const client = clients.client(ResourceGroupsTaggingAPIClient, { region });
  const call = callsIn(region);
  const found: FoundResource[] = [];
  let PaginationToken: string | undefined;
  do {
    const input = {
      ResourceTypeFilters: types.map((type) => FILTERS[type]),
      ResourcesPerPage: PAGE,
      PaginationToken,
    };
    const answer = await call("tag:GetResources", () => client.send(new GetResourcesCommand(input)));
    for (const { ResourceARN: arn, Tags } of answer.ResourceTagMappingList ?? []) {
      const resource =
        arn === undefined ? undefined : foundResource({ account, arn, region, tags: tagsIn(Tags) });
      if (resource !== undefined && types.includes(resource.type)) found.push(resource);
    }
    // The last page's token is empty rather than absent.
    PaginationToken = answer.PaginationToken === "" ? undefined : answer.PaginationToken;
  } while (PaginationToken !== undefined);
  return found;
};
