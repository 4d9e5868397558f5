import type { CycleResult } from "../../local/demo/cycle.ts";

/** What reading a peer's source came to: exact, approximate, or a lower bound. */
export interface PeerFigure {
  readonly value: number;
  readonly precision: "exact" | "about" | "more than";
}

/** One row of the table under Budgets in the design. */
export interface Budget {
  readonly label: string;
  readonly team?: PeerFigure;
  readonly glide?: PeerFigure;
  readonly atMost: number;
}

/**
 * Where the peers' figures come from. They were counted by reading code, not by running it: happy path, no batching, a
 * requester in 3 groups with policies, 2 OUs, 5 approvers, about 3 status polls; browsing and cold starts left out.
 * TEAM: 5 + 6 + 7 + 8 states in four executions; 9 invocations of its router and 7 others; reads 5 × (2 + groups) + 2 + 3;
 * calls 5 × (2 + OUs) + 9 + 1 + 4 + 2. TEAM writes less because it keeps no trail; Glide enters fewer states because
 * approval is not in its machine.
 */
export const PEER_SOURCES = {
  team: "aws-samples/iam-identity-center-team at 7aaba0d (teamRouter/src/index.py, stepfunctions-cloudformation-template.json)",
  glide: "common-fate/glide at 32198e1 (deploy/infra/lib/constructs/targetgroup-granter.ts, pkg/service)",
} as const;

const exactly = (value: number): PeerFigure => ({ value, precision: "exact" });
const about = (value: number): PeerFigure => ({ value, precision: "about" });
const moreThan = (value: number): PeerFigure => ({ value, precision: "more than" });

/** What one counted cycle may take, beside what it takes elsewhere. */
export const BUDGETS = {
  statesEntered: { label: "states entered", team: exactly(26), glide: exactly(5), atMost: 10 },
  lambdaInvocations: { label: "Lambda invocations", team: exactly(16), glide: about(15), atMost: 12 },
  dynamodbWrites: { label: "DynamoDB item writes", team: exactly(9), glide: exactly(30), atMost: 20 },
  dynamodbReads: { label: "DynamoDB reads", team: exactly(30), glide: about(20), atMost: 16 },
  awsCalls: { label: "other AWS API calls", team: exactly(36), glide: about(18), atMost: 22 },
  ssoAdminCalls: { label: "sso-admin calls, of these", atMost: 5 },
  costUsd: { label: "USD, without logs and X-Ray", team: moreThan(0.00065), atMost: 0.00035 },
} as const satisfies Record<string, Budget>;

export type BudgetName = keyof typeof BUDGETS;

/** The counted cycle in the budgets' terms. */
export const countedOf = ({ used, costUsd }: CycleResult): Readonly<Record<BudgetName, number>> => ({
  statesEntered: used.statesEntered,
  lambdaInvocations: used.lambdaInvocations,
  dynamodbWrites: used.writes,
  dynamodbReads: used.reads,
  awsCalls: used.awsCalls,
  ssoAdminCalls: used.ssoAdminCalls,
  costUsd,
});

/** The design's "a function's bundle stays under 1 MB without its source map", in bytes. */
export const LARGEST_BUNDLE_BYTES = 1_000_000;

/** The longest that a query over 100,000 loaded resources may take in the median, in milliseconds, on a single core. */
export const SLOWEST_QUERY_MILLISECONDS = 300;

/** The longest that evaluating 1,000 flows for one request over 10,000 accounts may take, likewise. */
export const SLOWEST_EVALUATION_MILLISECONDS = 50;
