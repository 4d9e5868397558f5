import {
  BatchGetViewCommand,
  GetIndexCommand,
  ListIndexesCommand,
  ListResourcesCommand,
  ListViewsCommand,
  ResourceExplorer2Client,
  type GetIndexOutput,
  type Index,
  type Resource,
  type View,
} from "@aws-sdk/client-resource-explorer-2";
import * as z from "zod/mini";
import type { ResourceType } from "../../core/domain/inventory/facts.ts";
import { SourceProblem, type Problem } from "../../core/domain/inventory/problem.ts";
import {
  accessDenied,
  resourceExplorerIndexLocal,
  resourceExplorerNotEnabled,
} from "../../core/domain/inventory/problem-words.ts";
import {
  resourceExplorerIndexNotReady,
  resourceExplorerViewUnusable,
} from "../../core/domain/inventory/resource-problems.ts";
import { isNamed } from "../aws-errors.ts";
import { allOf, pagesOf } from "../sync/pages.ts";
import type { PatientCall } from "../sync/patient-calls.ts";
import type { AccountConnection } from "./connection.ts";
import { foundResource, tagsIn, type FoundResource } from "./found-resource.ts";

/** https://docs.aws.amazon.com/resource-explorer/latest/userguide/supported-resource-types.html */
const TYPES: Readonly<Record<ResourceType, string>> = {
  "s3-bucket": "s3:bucket",
  "ec2-instance": "ec2:instance",
  "rds-instance": "rds:db",
  "rds-cluster": "rds:cluster",
  "redshift-cluster": "redshift:cluster",
  "eks-cluster": "eks:cluster",
  "lambda-function": "lambda:function",
  "sns-topic": "sns:topic",
  "sqs-queue": "sqs:queue",
  secret: "secretsmanager:secret",
  "dynamodb-table": "dynamodb:table",
};

/**
 * `Search` stops at 1,000 results, `ListResources` goes on; but not with pages of 1,000, the largest that it takes: "The
 * ListResources operation does not generate a NextToken if you set MaxResults to 1000"
 * (https://docs.aws.amazon.com/resource-explorer/latest/apireference/API_ListResources.html).
 */
const PAGE = 999;

/** An aggregator index that can be read from. */
export interface Aggregator {
  readonly viewArn: string;
  readonly region: string;
  /** The regions whose resources it holds. */
  readonly regions: readonly string[];
}

/**
 * The account's aggregator index, and the view through which all of it can be read; or the problem that keeps it from
 * being used. Four calls. `ListIndexes` tells of every region, in whichever it is asked
 * (seen in https://github.com/ekristen/aws-nuke/issues/469), so the aggregator may be elsewhere than `region`.
 */
export const aggregatorOf = async (
  connection: AccountConnection,
  region: string,
): Promise<Aggregator | { readonly problem: Problem }> => {
  const { account: accountId } = connection;
  const indexes = await indexesOf(connection, region);
  const aggregator = indexes.find(({ Type }) => Type === "AGGREGATOR")?.Region;
  if (aggregator === undefined) return { problem: withoutAggregator(accountId, region, indexes) };

  const index = await indexIn(connection, aggregator);
  if (index === undefined) return { problem: resourceExplorerNotEnabled({ accountId, region: aggregator }) };
  const { State, ReplicatingFrom } = index;
  if (State !== "ACTIVE")
    return {
      problem: resourceExplorerIndexNotReady({ accountId, region: aggregator, state: State ?? "UNKNOWN" }),
    };

  const viewArn = (await viewsIn(connection, aggregator)).find(showsEverything(accountId))?.ViewArn;
  if (viewArn === undefined)
    return { problem: resourceExplorerViewUnusable({ accountId, region: aggregator }) };
  return { viewArn, region: aggregator, regions: [...new Set([aggregator, ...(ReplicatingFrom ?? [])])] };
};

/**
 * The account's resources of a type: a call for every 999 of them. One type at a time, since AWS documents what several
 * filters of one kind do for `Search` only.
 */
export const indexedResources = async (
  connection: AccountConnection,
  { viewArn, region }: Aggregator,
  type: ResourceType,
): Promise<readonly FoundResource[]> => {
  const { account } = connection;
  const client = connection.clients.client(ResourceExplorer2Client, { region });
  const call = callsOf(connection, region);
  const pages = pagesOf((NextToken) =>
    call("resource-explorer-2:ListResources", () =>
      client.send(
        new ListResourcesCommand({
          ViewArn: viewArn,
          Filters: { FilterString: `resourcetype:${TYPES[type]}` },
          MaxResults: PAGE,
          NextToken,
        }),
      ),
    ),
  );
  const resources = await allOf(pages, ({ Resources }) => Resources ?? []).catch((error: unknown) => {
    if (!isNamed(error, "ResourceNotFoundException")) throw error;
    throw new SourceProblem(resourceExplorerViewUnusable({ accountId: account, region }), { cause: error });
  });
  return resources.flatMap((resource) => {
    // A view of an organization shows other accounts' resources too.
    const { Arn: arn, Region, OwningAccountId } = resource;
    if (arn === undefined || (OwningAccountId ?? account) !== account) return [];
    const found = foundResource({ account, arn, region: Region ?? region, tags: tagsOf(resource) });
    return found?.type === type ? [found] : [];
  });
};

const indexesOf = ({ clients, callsIn }: AccountConnection, region: string): Promise<readonly Index[]> => {
  const client = clients.client(ResourceExplorer2Client, { region });
  const call = callsIn(region);
  const pages = pagesOf((NextToken) =>
    call("resource-explorer-2:ListIndexes", () => client.send(new ListIndexesCommand({ NextToken }))),
  );
  return allOf(pages, ({ Indexes }) => Indexes ?? []);
};

const withoutAggregator = (accountId: string, region: string, indexes: readonly Index[]): Problem => {
  const local = indexes.find((index) => index.Region === region) ?? indexes[0];
  return local === undefined
    ? resourceExplorerNotEnabled({ accountId, region })
    : resourceExplorerIndexLocal({ accountId, region: local.Region ?? region });
};

/** Undefined when it was deleted since it was listed. */
const indexIn = async (
  connection: AccountConnection,
  region: string,
): Promise<GetIndexOutput | undefined> => {
  const client = connection.clients.client(ResourceExplorer2Client, { region });
  try {
    return await callsOf(connection, region)("resource-explorer-2:GetIndex", () =>
      client.send(new GetIndexCommand({})),
    );
  } catch (error) {
    if (isNamed(error, "ResourceNotFoundException")) return undefined;
    throw error;
  }
};

/** A region has ten views at most (https://docs.aws.amazon.com/resource-explorer/latest/userguide/quotas.html). */
const viewsIn = async ({ clients, callsIn }: AccountConnection, region: string): Promise<readonly View[]> => {
  const client = clients.client(ResourceExplorer2Client, { region });
  const call = callsIn(region);
  const pages = pagesOf((NextToken) =>
    call("resource-explorer-2:ListViews", () => client.send(new ListViewsCommand({ NextToken }))),
  );
  const ViewArns = [...(await allOf(pages, ({ Views }) => Views ?? []))];
  if (ViewArns.length === 0) return [];
  const answer = await call("resource-explorer-2:BatchGetView", () =>
    client.send(new BatchGetViewCommand({ ViewArns })),
  );
  return answer.Views ?? [];
};

/**
 * Resource Explorer has a name of its own for a view or an index that the caller may not use: "the operation fails with a
 * 401 Unauthorized exception" (ListResources' page).
 */
const callsOf =
  ({ account: accountId, callsIn }: AccountConnection, region: string): PatientCall =>
  async (operation, send) => {
    try {
      return await callsIn(region)(operation, send);
    } catch (error) {
      if (!isNamed(error, "UnauthorizedException")) throw error;
      throw new SourceProblem(accessDenied({ action: operation, accountId, region }), { cause: error });
    }
  };

/** Whether the view leaves nothing of the account out, tags included. */
const showsEverything =
  (account: string) =>
  ({ Filters, IncludedProperties, Scope }: View): boolean =>
    (Filters?.FilterString ?? "").trim() === "" &&
    (IncludedProperties ?? []).some(({ Name }) => Name === "tags") &&
    (Scope === undefined || isRootOf(account, Scope) || Scope.includes(":organization/"));

const isRootOf = (account: string, scope: string): boolean => scope.endsWith(`::${account}:root`);

/** "The content of this field is a JSON object that varies based on the resource type": of `tags`, a list of pairs. */
const TagsPropertySchema = z.array(z.object({ Key: z.string(), Value: z.optional(z.string()) }));

const tagsOf = ({ Properties }: Resource): Readonly<Record<string, string>> => {
  const property = (Properties ?? []).find(({ Name }) => Name === "tags");
  return property === undefined ? {} : tagsIn(TagsPropertySchema.parse(property.Data));
};
