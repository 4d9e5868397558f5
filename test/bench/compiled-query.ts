import { ResourceTypes, type ResourceFact } from "../../lambdas/core/domain/inventory/facts.ts";
import { AccountIdSchema } from "../../lambdas/core/domain/ids.ts";
import { resourceSubject, type Surroundings } from "../../lambdas/core/domain/inventory/query-subject.ts";
import { compileQuery } from "../../lambdas/core/domain/query/compile-query.ts";
import { parseQuery } from "../../lambdas/core/domain/query/parse-query.ts";
import { SLOWEST_QUERY_MILLISECONDS } from "./budgets.ts";
import { distributionOf, timedOnOneCore, type Distribution } from "./stopwatch.ts";

/** A query over loaded resources, against the longest that its median may take. */
export interface QueryRow {
  readonly query: string;
  readonly resources: number;
  readonly selected: number;
  readonly times: Distribution;
  readonly atMost: number;
  readonly passed: boolean;
}

/** Every field that a comparison of it may turn on is read of some resource: none of them decides for all. */
const QUERIES = [
  'resource_type = "rds-cluster" and (resource_tag["env"] in ("prod", "stage") or resource_name starts_with "pay")',
  'not resource_path contains "/Sandbox/" and resource_context["region"] != "us-east-1" and resource_tag["team"] not_contains "7"',
] as const;

const RESOURCES = 100_000;
const REPETITIONS = 21;

/** Resources as a sync writes them: in 1,000 accounts, of all types, with five tags. */
const resources: readonly ResourceFact[] = Array.from({ length: RESOURCES }, (_, index) => {
  const accountId = AccountIdSchema.parse(String(100_000_000_000 + (index % 1_000)));
  const type = ResourceTypes[index % ResourceTypes.length] ?? "s3-bucket";
  const name = `${index % 3 === 0 ? "payments" : "orders"}-${String(index)}`;
  return {
    kind: "resource",
    accountId,
    arn: `arn:aws:${type}:eu-west-1:${accountId}:${name}`,
    type,
    region: index % 4 === 0 ? "us-east-1" : "eu-west-1",
    name,
    tags: {
      env: ["prod", "stage", "dev"][index % 3] ?? "dev",
      team: `team-${String(index % 50)}`,
      "cost-center": String(index % 400),
      "aws:cloudformation:stack-name": `stack-${String(index % 900)}`,
      owner: `owner-${String(index % 70)}@example.com`,
    },
    details: { engine: "aurora-postgresql", encrypted: true },
  };
});

/**
 * Reads and compiles each query and asks it of 100,000 facts, making of each what a query sees of it: everything that follows
 * once they are loaded.
 */
export const measureQueries = (): readonly QueryRow[] =>
  QUERIES.map((query) => {
    const samples = Array.from({ length: REPETITIONS }, () => timedOnOneCore(() => selectedBy(query)));
    const times = distributionOf(samples);
    const atMost = SLOWEST_QUERY_MILLISECONDS;
    const passed = times.median < atMost;
    return { query, resources: RESOURCES, selected: selectedBy(query), times, atMost, passed };
  });

const selectedBy = (text: string): number => {
  const selects = compileQuery(parseQuery(text, { about: "resources" }));
  return resources.filter((resource) =>
    selects(resourceSubject(resource, surroundings.get(resource.accountId) ?? NOWHERE)),
  ).length;
};

const surroundings: ReadonlyMap<string, Surroundings> = new Map(
  resources.map(({ accountId }) => [
    accountId,
    {
      account: { id: accountId, name: `account-${accountId}` },
      unitPath: accountId.endsWith("7") ? "/Sandbox" : "/Workloads/Prod",
      integration: "organization",
    },
  ]),
);

const NOWHERE: Surroundings = { account: { id: "", name: "" }, integration: "" };
