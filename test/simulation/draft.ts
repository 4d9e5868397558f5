import type { Account } from "./cast.ts";
import type { Action, Step, When } from "./history.ts";
import { flows, type FlowKey, type FlowTerms } from "./policy.ts";
import type { Random } from "./random.ts";

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;

export type NewRequest = Action & { readonly do: "request" };

/** A history as it is made up. */
export interface Draft {
  readonly random: Random;
  readonly steps: Step[];
  /** The steps that make requests. */
  readonly requests: { readonly n: number; readonly action: NewRequest }[];
  /** What the flows say when people begin to ask. */
  readonly terms: Record<FlowKey, FlowTerms>;
  /** What else a flow gives access to then, by what it names. */
  readonly alsoIn: Partial<Record<FlowKey, Account>>;
}

export const emptyDraft = (random: Random): Draft => ({
  random,
  steps: [],
  requests: [],
  alsoIn: {},
  terms: {
    sandbox: flows.sandbox.terms,
    staging: flows.staging.terms,
    prod: flows.prod.terms,
    emergency: flows.emergency.terms,
    automatic: flows.automatic.terms,
  },
});

/** Adds a step, and gives its number. */
export const add = ({ steps }: Draft, when: When, what: Step["what"]): number => {
  const n = steps.length;
  steps.push({ n, when, what });
  return n;
};

/** A step of time around a boundary, or well away from it. */
export const nearby = (random: Random): number =>
  random.pick([-SECOND, 0, 1, SECOND, 2 * SECOND, 4 * SECOND, -5 * SECOND, MINUTE, 5 * MINUTE]);
