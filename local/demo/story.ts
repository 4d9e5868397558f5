import type { RequestView } from "../../lambdas/core/contracts/http/requests.ts";
import type { Clock } from "../../lambdas/core/ports/clock.ts";
import { columns } from "../cli/terminal.ts";
import type { Terminal } from "../cli/terminal.ts";
import type { Showcase } from "../environment/showcase.ts";
import type { CycleListener, CycleResult } from "./cycle.ts";

/** Other tools' figures for the same cycle: the table under Budgets in the design. */
const PEERS = {
  statesEntered: "AWS TEAM 26, Glide 5",
  lambdaInvocations: "AWS TEAM 16, Glide ~15",
  dynamodbWrites: "AWS TEAM 9, Glide 30",
  dynamodbReads: "AWS TEAM 30, Glide ~20",
  awsCalls: "AWS TEAM 36, Glide ~18",
  cost: "AWS TEAM more than $0.00065",
} as const;

/** Tells a cycle line by line as it happens, for a person at a terminal. */
export const storyTeller = (
  terminal: Terminal,
  clock: Clock,
  { requester, approver, account, permissionSet, flow }: Showcase,
): CycleListener => {
  const { line, strong, quiet, good, bad, accent } = terminal;
  const startedAt = clock.now().getTime();
  const elapsed = () => quiet(`${((clock.now().getTime() - startedAt) / 1000).toFixed(1).padStart(6)} s`);
  const event = (text: string) => {
    line(`${elapsed()}  ${text}`);
  };
  const detail = (text: string) => {
    line(quiet(`${" ".repeat(10)}${text}`));
  };
  const awsSays = (present: boolean, wished: boolean) => {
    const answer = present ? "assigned" : "not assigned";
    event(
      `${accent("AWS")}    ${(present === wished ? good : bad)(answer)} ${quiet("ListAccountAssignments")}`,
    );
  };
  return {
    observed: (moment, present) => {
      awsSays(present, moment === "during");
    },
    asking: () => {
      event(
        `${strong(requester.displayName)} asks for ${strong(permissionSet.name)} in ${strong(account.name)}`,
      );
    },
    asked: ({ id, duration, justification }: RequestView) => {
      detail(`"${justification}"`);
      detail(`${id}, for ${duration}; access flow ${flow} wants one approval`);
    },
    approving: () => {
      event(`${strong(approver.displayName)} approves`);
    },
    entered: ({ state, type }) => {
      event(`${quiet("state")}  ${state} ${quiet(type)}`);
    },
    active: ({ instructions = [], expiresAt = "" }) => {
      const [first] = instructions;
      if (first === undefined) return;
      event(`${strong(`How ${requester.displayName} gets in`)} until ${expiresAt}`);
      detail(first.portalUrl);
      for (const text of first.awsProfile.split("\n")) detail(text);
    },
  };
};

const milliseconds = (value: number) => `${(value / 1000).toFixed(1)} s`;

/** Prints what a cycle came to. */
export const tellResult = (terminal: Terminal, result: CycleResult): void => {
  const { line, strong, quiet } = terminal;
  const { used } = result;
  const compared = (count: string | number, peers: string) => `${String(count).padEnd(10)}${quiet(peers)}`;
  line();
  line(strong("What it took"));
  const rows: [string, string][] = [
    ["states entered", compared(used.statesEntered, PEERS.statesEntered)],
    ["Lambda invocations", compared(used.lambdaInvocations, PEERS.lambdaInvocations)],
    ["DynamoDB item writes", compared(used.writes, PEERS.dynamodbWrites)],
    ["DynamoDB reads", compared(used.reads, PEERS.dynamodbReads)],
    [
      "other AWS API calls",
      compared(used.awsCalls, `${PEERS.awsCalls}; ${String(used.ssoAdminCalls)} of sso-admin`),
    ],
    ["US dollars", compared(result.costUsd.toFixed(6), `${PEERS.cost}; without logs and X-Ray`)],
    ["approval to access", milliseconds(result.grantLagMs)],
    ["expiry to no access", milliseconds(result.revokeLagMs)],
  ];
  for (const text of columns(rows)) line(text);
};

/** Says in a line whether the promise was kept. */
export const tellVerdict = (terminal: Terminal, kept: boolean): void => {
  const { line, good, bad } = terminal;
  line();
  line(
    kept
      ? good("Absent, then present, then absent: access ended on time.")
      : bad("The access did not come and go as it should."),
  );
};

/** The line of JSON for programs. */
export const resultAsJson = (result: CycleResult): string => {
  const { used } = result;
  return JSON.stringify({
    requestId: result.requestId,
    statuses: result.statuses,
    observed: result.observed,
    counts: {
      statesEntered: used.statesEntered,
      lambdaInvocations: used.lambdaInvocations,
      dynamodbWrites: used.writes,
      dynamodbReads: used.reads,
      awsCalls: used.awsCalls,
      ssoAdminCalls: used.ssoAdminCalls,
    },
    costUsd: Number(result.costUsd.toFixed(9)),
    grantLagMs: result.grantLagMs,
    revokeLagMs: result.revokeLagMs,
  });
};
