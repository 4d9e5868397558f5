import * as z from "zod/mini";
import { operationsAnswering } from "../identity/operation.ts";
import { pageRead } from "../identity/paging.ts";
import { AwsError, type ServiceDefinition } from "../wire/service.ts";
import type { ResourceDocuments, ResourceRecord } from "./records.ts";

const invalid = (message: string) => new AwsError("InvalidParameterException", message);
const defineOperation = operationsAnswering(invalid);

/** https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html */
const USUAL_PAGE = 50;
const LARGEST_PAGE = 100;

/** The Resource Groups Tagging API as far as a sync calls it: what has tags, in one region of the caller's account. */
export const taggingService = (documents: ResourceDocuments): ServiceDefinition => ({
  signingName: "tagging",
  protocol: "json-1.1",
  targetPrefix: "ResourceGroupsTaggingAPI_20170126",
  iamPrefix: "tag",
  operations: {
    GetResources: defineOperation(
      z.object({
        ResourceTypeFilters: z._default(z.array(z.string()), []),
        ResourcesPerPage: z._default(z.int().check(z.minimum(1), z.maximum(LARGEST_PAGE)), USUAL_PAGE),
        PaginationToken: z.optional(z.string()),
      }),
      ({ ResourceTypeFilters, ResourcesPerPage, PaginationToken }, { accountId, region }) => {
        const { items, next } = pageRead<ResourceRecord>(
          ({ after, limit }) =>
            documents
              .within(
                accountId,
                region,
              )({ after, limit: Infinity })
              .filter(({ document }) => isTagged(document) && isAmong(ResourceTypeFilters, document))
              .slice(0, limit),
          { NextToken: PaginationToken === "" ? undefined : PaginationToken },
          ResourcesPerPage,
          () =>
            new AwsError("PaginationTokenExpiredException", "The pagination token is not valid any more."),
        );
        return {
          PaginationToken: next.NextToken ?? "",
          ResourceTagMappingList: items.map(({ arn, tags }) => ({
            ResourceARN: arn,
            Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
          })),
        };
      },
    ),
  },
});

/** "GetResources does not return untagged resources" (same page). */
const isTagged = ({ tags }: ResourceRecord): boolean => Object.keys(tags).length > 0;

/** A filter is a service, or a service and the type of resource as its ARN has it. */
const isAmong = (filters: readonly string[], { arn }: ResourceRecord): boolean => {
  const [, , service = "", , , rest = ""] = arn.split(":");
  const [kind = ""] = rest.split("/");
  return filters.length === 0 || filters.includes(service) || filters.includes(`${service}:${kind}`);
};
