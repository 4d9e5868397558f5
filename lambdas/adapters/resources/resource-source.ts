import { isCustomIntegration } from "../../core/domain/inventory/auto-discovery.ts";
import type { ResourceFact, ResourceType } from "../../core/domain/inventory/facts.ts";
import type { Problem } from "../../core/domain/inventory/problem.ts";
import { detailsUnreadable } from "../../core/domain/inventory/resource-problems.ts";
import type { AccountId } from "../../core/domain/ids.ts";
import type { ResourceLook, ResourceSource } from "../../core/ports/sync.ts";
import { connectTo, type AccountConnection, type ResourceConnection } from "./connection.ts";
import { describeBuckets } from "./details/buckets.ts";
import {
  describeDatabaseClusters,
  describeDatabaseInstances,
  describeRedshiftClusters,
} from "./details/databases.ts";
import type { Described, Describes } from "./details/description.ts";
import { describeInstances } from "./details/instances.ts";
import { enabledRegions } from "./enabled-regions.ts";
import type { FoundResource } from "./found-resource.ts";
import { localProblemOf } from "./refusals.ts";
import { aggregatorOf, indexedResources, type Aggregator } from "./resource-explorer.ts";
import { taggedResources } from "./tagged-resources.ts";

interface Dependencies extends ResourceConnection {
  /** Where Resource Explorer is asked first. */
  readonly region: string;
  /** All that will be asked for: the tagging API is asked for them at once. */
  readonly types: readonly ResourceType[];
}

/** What was found of a type, and where it was looked for. */
interface Finding {
  readonly found: readonly FoundResource[];
  readonly problems: readonly Problem[];
  readonly covers: ResourceLook["covers"];
}

/** Finds an account's resources of a type. */
type Find = (type: ResourceType) => Promise<Finding>;

/** The types of which the index does not tell enough. */
const DESCRIBES: Readonly<Partial<Record<ResourceType, Describes>>> = {
  "s3-bucket": describeBuckets,
  "ec2-instance": describeInstances,
  "rds-instance": describeDatabaseInstances,
  "rds-cluster": describeDatabaseClusters,
  "redshift-cluster": describeRedshiftClusters,
};

/**
 * Resources of accounts, each seen with the account's own clients: the index of the account holds all of its regions, and
 * AWS limits the calls of each account by themselves. Keeps what it found out about the account that it was asked about
 * last, so that an account's types are to be asked for one after the other.
 */
export const resourceSource = ({ region, types, ...connection }: Dependencies): ResourceSource => {
  let last: { readonly account: AccountId; readonly find: Promise<Find> } | undefined;

  const findIn = (account: AccountId): Promise<Find> => {
    if (last?.account !== account)
      last = { account, find: finderOf(connectTo(connection, account), region, types) };
    return last.find;
  };

  return {
    resources: async (account, type) => {
      try {
        const find = await findIn(account);
        const { found, problems, covers } = await find(type);
        const wanted = found.filter(isWanted);
        const described = await describeAll(connectTo(connection, account), type, wanted);
        return {
          facts: wanted.flatMap((resource) => factOf(resource, described.get(resource.arn)) ?? []),
          problems: [...problems, ...refusalsIn(described)],
          covers,
        };
      } catch (error) {
        // The next question begins anew.
        last = undefined;
        throw error;
      }
    },
  };
};

/** By the index where there is one that can be read, else by tags. */
const finderOf = async (
  connection: AccountConnection,
  region: string,
  types: readonly ResourceType[],
): Promise<Find> => {
  const aggregator = await aggregatorOf(connection, region).catch((error: unknown) => ({
    problem: localProblemOf(error),
  }));
  const byTagsBecause = (problem: Problem) => findByTags(connection, region, types, problem);
  return "problem" in aggregator
    ? byTagsBecause(aggregator.problem)
    : findByIndex(connection, aggregator, byTagsBecause);
};

const findByIndex = (
  connection: AccountConnection,
  aggregator: Aggregator,
  otherwise: (why: Problem) => Promise<Find>,
): Find => {
  const covers = { regions: aggregator.regions, untagged: true };
  let instead: Promise<Find> | undefined;
  return async (type) => {
    if (instead === undefined) {
      try {
        return { found: await indexedResources(connection, aggregator, type), problems: [], covers };
      } catch (error) {
        instead = otherwise(localProblemOf(error));
      }
    }
    return (await instead)(type);
  };
};

/** Every region that the account may use is asked once, for all types. */
const findByTags = async (
  connection: AccountConnection,
  region: string,
  types: readonly ResourceType[],
  why: Problem,
): Promise<Find> => {
  const problems = [why];
  const regions: string[] = [];
  const everything: FoundResource[] = [];
  const enabled = await enabledRegions(connection).catch((error: unknown) => {
    problems.push(localProblemOf(error));
    return [region];
  });
  for (const here of enabled) {
    try {
      everything.push(...(await taggedResources(connection, here, types)));
      regions.push(here);
    } catch (error) {
      problems.push(localProblemOf(error));
    }
  }
  const covers = { regions, untagged: false };
  return (type) =>
    Promise.resolve({ found: everything.filter((resource) => resource.type === type), problems, covers });
};

/** Of an account's functions only those are resources to ask for that say so. */
const isWanted = ({ type, tags }: FoundResource): boolean =>
  type !== "lambda-function" || isCustomIntegration(tags);

const describeAll = async (
  connection: AccountConnection,
  type: ResourceType,
  found: readonly FoundResource[],
): Promise<ReadonlyMap<string, Described>> =>
  (await DESCRIBES[type]?.(connection, found)) ??
  new Map(found.map(({ arn }) => [arn, { details: {} }] as const));

const factOf = (resource: FoundResource, described: Described = "gone"): ResourceFact | undefined => {
  if (described === "gone") return undefined;
  const { details, problem } =
    "refused" in described ? { details: {}, problem: detailsUnreadable(described.refused) } : described;
  return { kind: "resource", ...resource, details, ...(problem === undefined ? {} : { problem }) };
};

/** Each refusal once, however many resources it concerns. */
const refusalsIn = (described: ReadonlyMap<string, Described>): readonly Problem[] => {
  const refusals = new Map<string, Problem>();
  for (const answer of described.values()) {
    if (answer !== "gone" && "refused" in answer) refusals.set(answer.refused.message, answer.refused);
  }
  return [...refusals.values()];
};
