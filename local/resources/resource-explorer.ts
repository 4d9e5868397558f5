import { createHash } from "node:crypto";
import * as z from "zod/mini";
import { operationsAnswering } from "../identity/operation.ts";
import { pageRead, type ReadRange } from "../identity/paging.ts";
import { postedJson } from "../wire/rest-json.ts";
import { AwsError, type Caller, type ServiceDefinition } from "../wire/service.ts";
import { everyOne, type ResourceDocuments, type ResourceRecord } from "./records.ts";
import { regionsWith } from "./regions.ts";

/** How Resource Explorer calls each type (https://docs.aws.amazon.com/resource-explorer/latest/userguide/supported-resource-types.html). */
const TYPES = {
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
} as const satisfies Record<ResourceRecord["type"], string>;

const USUAL_PAGE = 100;
const LARGEST_PAGE = 1_000;

const validation = (message: string) => new AwsError("ValidationException", message);
const defineOperation = operationsAnswering(validation);
const notFound = (message: string) => new AwsError("ResourceNotFoundException", message, 404);
const badToken = () => validation("Invalid NextToken");

const OPERATIONS = [
  "BatchGetView",
  "GetDefaultView",
  "GetIndex",
  "GetView",
  "ListIndexes",
  "ListResources",
  "ListViews",
] as const;

const paging = {
  MaxResults: z.optional(z.int().check(z.minimum(1), z.maximum(LARGEST_PAGE))),
  NextToken: z.optional(z.string()),
};

/**
 * Resource Explorer as far as a sync looks at it: each account has an aggregator index in the organization's region with
 * one view of everything, a local index without one, or nothing.
 */
export const resourceExplorerService = (documents: ResourceDocuments, region: string): ServiceDefinition => {
  const indexesOf = (accountId: string) => {
    const has = documents.explorerOf(accountId);
    if (has === "none") return [];
    return has === "local"
      ? [{ region, type: "LOCAL" }]
      : regionsOf(documents, accountId).map((name) => ({
          region: name,
          type: name === region ? "AGGREGATOR" : "LOCAL",
        }));
  };

  const viewsOf = ({ accountId, region: asked }: Caller) =>
    asked === region && documents.explorerOf(accountId) !== "none" ? [viewIn(region, accountId)] : [];

  const viewOf = (caller: Caller, arn: string | undefined) => {
    const view = viewsOf(caller).find(({ ViewArn }) => arn === undefined || ViewArn === arn);
    if (view === undefined) throw notFound(`View not found: ${arn ?? "the default view"}`);
    return view;
  };

  /** What a view in the caller's region shows: a local index knows its own region only. */
  const shownTo = ({ accountId }: Caller): ReadRange<ResourceRecord> =>
    documents.explorerOf(accountId) === "local"
      ? documents.within(accountId, region)
      : documents.within(accountId);

  return {
    signingName: "resource-explorer-2",
    protocol: "rest-json",
    rest: postedJson(Object.fromEntries(OPERATIONS.map((operation) => [`/${operation}`, operation]))),
    iamPrefix: "resource-explorer-2",
    // The Service Authorization Reference has no action ListResources, and what IAM checks is not documented: here it is
    // Search, the other way to read a view (https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsresourceexplorer.html).
    actionsOf: (operation) => [`resource-explorer-2:${operation === "ListResources" ? "Search" : operation}`],
    // https://docs.aws.amazon.com/service-authorization/latest/reference/list_resource-explorer-2.html
    resourcesOf: (operation, { ViewArn }, { accountId, region: asked }) => {
      if (operation === "GetIndex") return [indexArn(asked, accountId)];
      return typeof ViewArn === "string" ? [ViewArn] : ["*"];
    },
    operations: {
      ListIndexes: defineOperation(
        z.object({ ...paging, Type: z.optional(z.string()), Regions: z.optional(z.array(z.string())) }),
        ({ Type, Regions }, { accountId }) => ({
          Indexes: indexesOf(accountId)
            .filter((index) => Type === undefined || index.type === Type)
            .filter((index) => Regions === undefined || Regions.includes(index.region))
            .map((index) => ({
              Arn: indexArn(index.region, accountId),
              Region: index.region,
              Type: index.type,
            })),
        }),
      ),

      GetIndex: defineOperation(z.object({}), (_input, { accountId, region: asked }) => {
        const indexes = indexesOf(accountId);
        const index = indexes.find((one) => one.region === asked);
        if (index === undefined) throw notFound("Index not found");
        const others = indexes.filter((one) => one !== index).map((one) => one.region);
        const aggregator = indexes.find(({ type }) => type === "AGGREGATOR")?.region;
        return {
          Arn: indexArn(asked, accountId),
          State: "ACTIVE",
          Type: index.type,
          ...(index.type === "AGGREGATOR" ? { ReplicatingFrom: others } : {}),
          ...(index.type === "LOCAL" && aggregator !== undefined ? { ReplicatingTo: [aggregator] } : {}),
          Tags: {},
        };
      }),

      ListViews: defineOperation(z.object(paging), (_input, caller) => ({
        Views: viewsOf(caller).map(({ ViewArn }) => ViewArn),
      })),

      BatchGetView: defineOperation(z.object({ ViewArns: z.array(z.string()) }), ({ ViewArns }, caller) => {
        const views = viewsOf(caller).filter(({ ViewArn }) => ViewArns.includes(ViewArn));
        const known: readonly string[] = views.map(({ ViewArn }) => ViewArn);
        return {
          Views: views,
          Errors: ViewArns.filter((arn) => !known.includes(arn)).map((ViewArn) => ({
            ViewArn,
            ErrorMessage: "View not found",
          })),
        };
      }),

      GetView: defineOperation(z.object({ ViewArn: z.string() }), ({ ViewArn }, caller) => ({
        View: viewOf(caller, ViewArn),
        Tags: {},
      })),

      GetDefaultView: defineOperation(z.object({}), (_input, caller) => {
        const [view] = viewsOf(caller);
        return view === undefined ? {} : { ViewArn: view.ViewArn };
      }),

      ListResources: defineOperation(
        z.object({
          ...paging,
          ViewArn: z.optional(z.string()),
          Filters: z.optional(z.object({ FilterString: z.string() })),
        }),
        ({ ViewArn, Filters, ...request }, caller) => {
          const view = viewOf(caller, ViewArn);
          const wanted = filterOf(Filters?.FilterString ?? "");
          const { items, next } = pageRead(
            matching(shownTo(caller), wanted),
            request,
            request.MaxResults ?? USUAL_PAGE,
            badToken,
          );
          return {
            ViewArn: view.ViewArn,
            Resources: items.map(describe),
            // "The ListResources operation does not generate a NextToken if you set MaxResults to 1000"
            // (https://docs.aws.amazon.com/resource-explorer/latest/apireference/API_ListResources.html).
            ...(request.MaxResults === LARGEST_PAGE ? {} : next),
          };
        },
      ),
    },
  };
};

/** The regions that the account may use. */
const regionsOf = (documents: ResourceDocuments, accountId: string): readonly string[] =>
  regionsWith(everyOne(documents.within(accountId)).map(({ region }) => region)).map(
    ({ RegionName }) => RegionName,
  );

/** Without a page's limit on what is read: what does not match is not counted. */
const matching =
  (read: ReadRange<ResourceRecord>, wanted: (record: ResourceRecord) => boolean): ReadRange<ResourceRecord> =>
  ({ after, limit }) =>
    read({ after, limit: Infinity })
      .filter(({ document }) => wanted(document))
      .slice(0, limit);

const FILTERS: Readonly<Record<string, (record: ResourceRecord) => string>> = {
  accountid: ({ accountId }) => accountId,
  region: ({ region }) => region,
  resourcetype: ({ type }) => TYPES[type],
  service: ({ type }) => TYPES[type].split(":")[0] ?? "",
};

/** A filter string of prefixes that all have to match; what is not simulated is refused. */
const filterOf = (text: string): ((record: ResourceRecord) => boolean) => {
  const conditions = text
    .split(/\s+/)
    .filter((condition) => condition !== "")
    .map((condition) => {
      const [prefix = ""] = condition.split(":");
      const valueOf = FILTERS[prefix];
      const value = condition.slice(prefix.length + 1);
      if (valueOf === undefined || /[*,"]/.test(value))
        throw validation(`The embedded Resource Explorer does not know the filter ${condition}`);
      return (record: ResourceRecord) => valueOf(record) === value;
    });
  return (record) => conditions.every((matches) => matches(record));
};

const uuidOf = (...parts: readonly string[]): string => {
  const hex = createHash("sha256").update(parts.join("\n")).digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    "-",
  );
};

const indexArn = (region: string, accountId: string): string =>
  `arn:aws:resource-explorer-2:${region}:${accountId}:index/${uuidOf("index", region, accountId)}`;

const viewIn = (region: string, accountId: string) => ({
  ViewArn: `arn:aws:resource-explorer-2:${region}:${accountId}:view/all-resources/${uuidOf("view", region, accountId)}`,
  ViewName: "all-resources",
  Owner: accountId,
  Scope: `arn:aws:iam::${accountId}:root`,
  IncludedProperties: [{ Name: "tags" }],
  Filters: { FilterString: "" },
});

const describe = ({ arn, accountId, region, type, tags }: ResourceRecord) => ({
  Arn: arn,
  OwningAccountId: accountId,
  Region: region,
  ResourceType: TYPES[type],
  Service: TYPES[type].split(":")[0] ?? "",
  Properties:
    Object.keys(tags).length === 0
      ? []
      : [{ Name: "tags", Data: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) }],
});
