import * as z from "zod/mini";
import type { DeployedResource, Deployment } from "./deployment.ts";
import { propertiesOf, truth } from "./parse.ts";

const KeySchema = z.array(z.object({ AttributeName: z.string(), KeyType: z.enum(["HASH", "RANGE"]) }));

const IndexSchema = z.object({
  IndexName: z.string(),
  KeySchema,
  Projection: z.object({
    ProjectionType: z.enum(["ALL", "KEYS_ONLY", "INCLUDE"]),
    NonKeyAttributes: z.optional(z.array(z.string())),
  }),
});

/** What DynamoDB's CreateTable and CloudFormation's table have in common, for on-demand tables. */
export const TableSchema = z.object({
  KeySchema,
  AttributeDefinitions: z.array(
    z.object({ AttributeName: z.string(), AttributeType: z.enum(["S", "N", "B"]) }),
  ),
  GlobalSecondaryIndexes: z.optional(z.array(IndexSchema)),
  LocalSecondaryIndexes: z.optional(z.array(IndexSchema)),
  BillingMode: z._default(z.enum(["PAY_PER_REQUEST", "PROVISIONED"]), "PROVISIONED"),
  StreamSpecification: z.optional(
    z.object({ StreamViewType: z.enum(["KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES"]) }),
  ),
  TimeToLiveSpecification: z.optional(z.object({ AttributeName: z.optional(z.string()), Enabled: truth })),
  DeletionProtectionEnabled: z._default(truth, false),
});

/** A table of the app. */
export interface ApplicationTable extends z.infer<typeof TableSchema> {
  readonly name: string;
  readonly arn: string;
  /** Absent when the table has no stream. */
  readonly streamArn?: string;
}

const tableOf = (resource: DeployedResource): ApplicationTable => {
  const properties = propertiesOf(resource, TableSchema);
  return {
    ...properties,
    name: resource.ref,
    arn: resource.attribute("Arn"),
    ...(properties.StreamSpecification !== undefined && { streamArn: resource.attribute("StreamArn") }),
  };
};

export const tablesIn = (deployment: Deployment): readonly ApplicationTable[] =>
  deployment.resources("AWS::DynamoDB::Table").map(tableOf);
