import { ListExecutionsCommand, SFNClient } from "@aws-sdk/client-sfn";
import { ListAccountAssignmentsCommand, SSOAdminClient } from "@aws-sdk/client-sso-admin";
import * as z from "zod/mini";
import { RequestViewSchema } from "../../lambdas/core/contracts/http/requests.ts";
import type { RequestView } from "../../lambdas/core/contracts/http/requests.ts";
import type { Clock } from "../../lambdas/core/ports/clock.ts";
import { CommandError } from "../cli/command.ts";
import { costOf } from "../cost.ts";
import type { Environment } from "../environment.ts";
import type { Showcase } from "../environment/showcase.ts";
import { totalsOf, usedBetween, withoutCallers } from "../meter.ts";
import type { MeterSnapshot, MeterTotals } from "../meter.ts";
import type { StateEntered } from "../step-functions/ports.ts";
import { within } from "../within.ts";

/** Told of what happens, as it happens. */
export interface CycleListener {
  asking(): void;
  asked(request: RequestView): void;
  approving(): void;
  entered(state: StateEntered): void;
  /** What AWS answers about the assignment, and how it knows. */
  observed(moment: "before" | "during" | "after", present: boolean): void;
  /** While the access is there. */
  active(request: RequestView): void;
}

/** What one cycle came to. */
export interface CycleResult {
  readonly requestId: string;
  /** Every status that the request had, in order. */
  readonly statuses: readonly string[];
  readonly observed: { readonly before: boolean; readonly during: boolean; readonly after: boolean };
  readonly used: MeterTotals;
  readonly httpRequests: number;
  readonly costUsd: number;
  /** From the last approval to the first answer of AWS that shows the assignment. */
  readonly grantLagMs: number;
  /** From `expiresAt` to the first answer of AWS that does not show it any more. */
  readonly revokeLagMs: number;
}

/** The calls that people make in the counted cycle: the request and the approval. */
const HTTP_REQUESTS = 2;

/** All of sso-admin shares 20 requests a second, and Lockstep makes some itself. */
const LOOK_EVERY_MILLISECONDS = 200;

/** Longer than a cold start of a function takes here. */
const QUIET_MILLISECONDS = 2_000;

/** How long AWS may take beyond what the demo waits for anyway. */
const PATIENCE_MILLISECONDS = 60_000;

const EventsSchema = z.object({ items: z.array(z.object({ status: z.string() })) });

interface Player {
  readonly environment: Environment;
  readonly clock: Clock;
  readonly showcase: Showcase;
  readonly durationSeconds: number;
  readonly justification: string;
}

const callAs = async ({ environment }: Player, email: string) => {
  const token = await environment.tokenFor(email);
  return async (method: "GET" | "POST", path: string, body?: unknown): Promise<unknown> => {
    const response = await fetch(`${environment.addresses.api}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const answer: unknown = await response.json();
    if (response.ok) return answer;
    throw new CommandError(
      `${method} ${path} was answered ${String(response.status)}: ${JSON.stringify(answer)}`,
    );
  };
};

/**
 * They keep the inventory, in their own rhythm and after every change of an assignment, whoever made it, lint what is
 * configured after every sync, and look what automatic flows give: they are not part of a request's cycle
 * (docs/adr/0007-what-is-counted.md). The machine of syncs has the name of its function.
 */
const BESIDE_THE_CYCLE: ReadonlySet<string> = new Set([
  "lockstep-sync",
  "lockstep-sync-accounts",
  "lockstep-sync-schedule",
  "lockstep-inventory-events",
  "lockstep-announce",
  "lockstep-lint",
  "lockstep-automatic",
]);

/** Whether AWS itself, asked through its SDK, shows the assignment. */
const assignmentLooker = ({ environment, showcase }: Player) => {
  const { region, instanceArn } = environment.ids.identityCenter;
  const client = environment.clientsFor("home", "identity").client(SSOAdminClient, { region });
  return async (): Promise<boolean> => {
    const answer = await client.send(
      new ListAccountAssignmentsCommand({
        InstanceArn: instanceArn,
        AccountId: showcase.account.id,
        PermissionSetArn: showcase.permissionSet.id,
      }),
    );
    return (answer.AccountAssignments ?? []).some(
      ({ PrincipalId }) => PrincipalId === showcase.requester.userId,
    );
  };
};

/** Looks until AWS answers as wished or `deadline` has passed; resolves to when it did. */
const lookUntil = async (
  look: () => Promise<boolean>,
  wished: boolean,
  deadline: number,
  clock: Clock,
  every = LOOK_EVERY_MILLISECONDS,
) => {
  while (clock.now().getTime() < deadline) {
    if ((await look()) === wished) return clock.now().getTime();
    await clock.sleep(every);
  }
  return undefined;
};

/** Resolves once no execution runs any more; a revoke that does not come to its end is not waited for without end. */
const untilMachinesRest = async ({ clientsFor, machineArns }: Environment, clock: Clock) => {
  const client = clientsFor("home", "state").client(SFNClient);
  const deadline = clock.now().getTime() + PATIENCE_MILLISECONDS;
  const isResting = async (stateMachineArn: string) => {
    const answer = await client.send(new ListExecutionsCommand({ stateMachineArn, statusFilter: "RUNNING" }));
    return (answer.executions ?? []).length === 0;
  };
  for (const arn of machineArns) await lookUntil(() => isResting(arn), true, deadline, clock);
};

/**
 * Resolves when nothing has been counted for a while: an approver reads before approving, and by then what the asking set
 * in motion has come to rest.
 */
const untilQuiet = async ({ meter }: Environment, clock: Clock) => {
  const deadline = clock.now().getTime() + PATIENCE_MILLISECONDS;
  let last: MeterSnapshot | undefined;
  await lookUntil(
    () => {
      const now = meter.snapshot();
      const isQuiet = now === last;
      last = now;
      return Promise.resolve(isQuiet);
    },
    true,
    deadline,
    clock,
    QUIET_MILLISECONDS,
  );
};

const timeOf = (text: string | undefined, what: string) => {
  if (text === undefined) throw new Error(`The request has no ${what}`);
  return Date.parse(text);
};

const costOfCycle = (used: MeterTotals) =>
  costOf({
    stateTransition: used.statesEntered,
    lambdaInvocation: used.lambdaInvocations,
    lambdaGigabyteSecond: used.gigabyteSeconds,
    dynamodbWriteUnit: used.writeUnits + used.indexWriteUnits,
    dynamodbReadUnit: used.readUnits,
    httpApiRequest: HTTP_REQUESTS,
    customEvent: used.events,
    notification: used.notifications,
  });

/**
 * Plays one request to its end on the environment's clock: asks, approves, watches AWS, and counts what it took. The
 * counts hold everything that the cycle itself caused, and nothing of the looking.
 */
export const playCycle = async (player: Player, listener: CycleListener): Promise<CycleResult> => {
  const { environment, clock, showcase, durationSeconds, justification } = player;
  const asRequester = await callAs(player, showcase.requester.email);
  const asApprover = await callAs(player, showcase.approver.email);
  const look = assignmentLooker(player);

  const before = await look();
  listener.observed("before", before);
  await environment.idle();
  const started = environment.meter.snapshot();
  const holding = Promise.withResolvers<undefined>();
  const stopWatching = environment.observe((entered) => {
    listener.entered(entered);
    if (entered.type === "Wait") holding.resolve(undefined);
  });

  try {
    listener.asking();
    const asked = RequestViewSchema.parse(
      await asRequester("POST", "/requests", {
        entitlements: [{ account: showcase.account.id, permissionSet: showcase.permissionSet.id }],
        duration: `PT${String(durationSeconds)}S`,
        justification,
      }),
    );
    listener.asked(asked);
    await untilQuiet(environment, clock);
    listener.approving();
    const approved = RequestViewSchema.parse(
      await asApprover("POST", `/requests/${asked.id}/decisions`, { decision: "approve" }),
    );
    const approvedAt = timeOf(approved.approval.decisions.at(-1)?.at, "decision");

    const presentAt = await lookUntil(look, true, approvedAt + PATIENCE_MILLISECONDS, clock);
    listener.observed("during", presentAt !== undefined);
    if (presentAt === undefined)
      throw new CommandError(`AWS showed no assignment within ${String(PATIENCE_MILLISECONDS / 1000)} s.`);
    await within(clock, PATIENCE_MILLISECONDS, holding.promise);
    await environment.idle();
    const beforeLooking = environment.meter.snapshot();
    const active = RequestViewSchema.parse(await asRequester("GET", `/requests/${asked.id}`));
    const looking = usedBetween(beforeLooking, environment.meter.snapshot());
    listener.active(active);
    const expiresAt = timeOf(active.expiresAt, "expiry");

    const absentAt = await lookUntil(look, false, expiresAt + PATIENCE_MILLISECONDS, clock);
    listener.observed("after", absentAt === undefined);
    await untilMachinesRest(environment, clock);
    await environment.idle();
    const all = usedBetween(looking, usedBetween(started, environment.meter.snapshot()));
    const used = withoutCallers(all, (caller) => BESIDE_THE_CYCLE.has(caller));
    const { items } = EventsSchema.parse(await asRequester("GET", `/requests/${asked.id}/events`));
    return {
      requestId: asked.id,
      statuses: items.map(({ status }) => status),
      observed: { before, during: true, after: absentAt === undefined },
      used: totalsOf(used),
      httpRequests: HTTP_REQUESTS,
      costUsd: costOfCycle(totalsOf(used)),
      grantLagMs: presentAt - approvedAt,
      revokeLagMs: (absentAt ?? clock.now().getTime()) - expiresAt,
    };
  } finally {
    stopWatching();
  }
};
