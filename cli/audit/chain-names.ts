import { counted } from "./progress.ts";

/** How many chains there are of requests, and of configuration: flows, integrations and so on, also those that are deleted. */
export interface ChainCounts {
  readonly requests: number;
  readonly configured: number;
}

/** Which count a chain belongs to: only the id of configuration has a slash (lambdas/core/domain/chain.ts). */
export const countOf = (chain: string): keyof ChainCounts =>
  chain.includes("/") ? "configured" : "requests";

/** What a chain is about, for a person. */
export const nameOfChain = (chain: string): string =>
  countOf(chain) === "requests" ? `request ${chain}` : `the configuration ${chain}`;

/** What all chains are about: configuration is named where there is any. */
export const nameOfAll = ({ requests, configured }: ChainCounts): string =>
  configured === 0
    ? counted(requests, "request")
    : `${counted(requests, "request")} and ${counted(configured, "item")} of configuration`;
