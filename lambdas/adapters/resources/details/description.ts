import type { ResourceFact } from "../../../core/domain/inventory/facts.ts";
import type { Problem } from "../../../core/domain/inventory/problem.ts";
import type { ResourceProblem } from "../../../core/domain/inventory/resource-problems.ts";
import type { AccountConnection } from "../connection.ts";
import type { FoundResource } from "../found-resource.ts";
import { localProblemOf } from "../refusals.ts";

/** What a resource's own service says of it. */
export interface Description {
  readonly details: ResourceFact["details"];
  readonly problem?: ResourceProblem | undefined;
}

/** What became of asking for it: the service may know it no more, or refuse to tell. */
export type Described = Description | "gone" | { readonly refused: Problem };

/** Asks the service itself of resources of one type; answers by their ARNs. */
export type Describes = (
  connection: AccountConnection,
  resources: readonly FoundResource[],
) => Promise<ReadonlyMap<string, Described>>;

/** Asks region by region; where a region refuses, each of its resources says so. */
export const regionByRegion =
  (
    describe: (
      connection: AccountConnection,
      region: string,
      resources: readonly FoundResource[],
    ) => Promise<(resource: FoundResource) => Described>,
  ): Describes =>
  async (connection, resources) => {
    const described = new Map<string, Described>();
    for (const [region, here] of Map.groupBy(resources, (resource) => resource.region)) {
      const tell = await describe(connection, region, here).catch((error: unknown) => {
        const refused = localProblemOf(error);
        return () => ({ refused });
      });
      for (const resource of here) described.set(resource.arn, tell(resource));
    }
    return described;
  };
