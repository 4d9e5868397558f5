import type { AuditEntry } from "../../lambdas/core/domain/audit.ts";
import type { AccessFlow } from "../../lambdas/core/domain/access-flow.ts";
import type { AccessRequest } from "../../lambdas/core/domain/access-request.ts";
import type { AccountAssignment, OperationRecord } from "../../local/identity-center/records.ts";
import type { ExecutionRecord } from "../../local/step-functions/records.ts";
import { createStepFunctions } from "../../local/step-functions/step-functions.ts";
import type { Json } from "../../local/wire/json.ts";
import { perform } from "./actions.ts";
import { SimulatedAws } from "./aws/aws.ts";
import type { AwsCall } from "./aws/clients.ts";
import type { Attributes } from "./aws/dynamodb/expressions.ts";
import { SimulatedLambda, type Invocation } from "./aws/lambda.ts";
import { RequestStream } from "./aws/request-stream.ts";
import { DISTURBED_BOUND } from "./bounds.ts";
import { groupNames, HOME, identityCenter } from "./cast.ts";
import { Conditions } from "./conditions.ts";
import { strike } from "./faults.ts";
import { isFault, type History, type Landmark, type Step } from "./history.ts";
import {
  assignmentKey,
  assignmentsOf,
  isOver,
  latestClaim,
  principalOf,
  Ledger,
  type Claim,
  type Tracked,
} from "./ledger.ts";
import { functions, type ApiAnswer } from "./lockstep/functions.ts";
import { isExpectedError } from "./lockstep/errors.ts";
import { MACHINE, tables, type FunctionName } from "./lockstep/names.ts";
import { combine } from "./oracle/combine.ts";
import { invariants } from "./oracle/invariants.ts";
import type { Violation } from "./oracle/watcher.ts";
import { randomOf } from "./random.ts";
import type { Simulator } from "./simulator.ts";
import type { Trace } from "./trace.ts";
import { VirtualTime } from "./virtual-time.ts";
import type { ApiCall, Outcome, World } from "./world.ts";

/** When every history begins: a whole minute, so that steps at whole minutes meet. */
const START = Date.parse("2026-03-02T08:00:00.000Z");

const MINUTE = 60_000;

/** What has not come to an end by then never does: attempts that fail for ever move every deadline on. */
const LONGEST_HISTORY = 3 * 24 * 60 * MINUTE;

/** The sweep's rhythm (lib/constructs/sweep-schedule.ts). */
const SWEEP_EVERY = 5 * MINUTE;

/** What is about no step: what the schedule and the sweep itself have run. */
const NO_STEP = -1;

/** Lambda repeats an event twice when its function fails (https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html). */
const REPEATED_AFTER = [MINUTE, 2 * MINUTE] as const;

/** Most of what is written is shown by the indexes at once; the rest up to so much later. */
const LATE_IN_INDEX = 0.1;
const INDEX_DELAY = [20, 1_500] as const;

/** How the executions end that the sweep is told of (lib/constructs/sweep-schedule.ts). */
const FAILED: ReadonlySet<string> = new Set(["FAILED", "TIMED_OUT", "ABORTED"]);

export interface RunOptions {
  /** Told of everything that happens, one line each. */
  readonly trace?: (line: string) => void;
}

export interface RunResult {
  /** The first thing that was not as it must be. */
  readonly violation?: Violation;
  readonly statistics: {
    readonly requests: number;
    readonly active: number;
    readonly calls: number;
    readonly virtualMinutes: number;
  };
}

const executionRequest = (input: string): string =>
  (JSON.parse(input) as { readonly requestId: string }).requestId;

/** When the request itself says that it goes on. */
const nextMoment = (request: AccessRequest, now: number): number => {
  switch (request.status) {
    case "pending":
      return Date.parse(request.deadline);
    case "scheduled":
      return Date.parse(request.startAt);
    case "granting":
    case "active":
      return Date.parse(request.expiresAt);
    default:
      return now;
  }
};

/** A person asks again after a while when there was no answer, or none that settles the matter; and then gives up. */
const ASK_AGAIN_MILLISECONDS = [2_000, 5_000, 15_000] as const;

const isUnsettled = ({ status, code }: ApiAnswer): boolean =>
  status >= 500 || code === "concurrent-modification";

/** Runs a history from its begin to its end, or to the first violation. */
export const runHistory = async (
  simulator: Simulator,
  history: History,
  options: RunOptions = {},
): Promise<RunResult> => {
  simulator.reset();
  const time = new VirtualTime(START);
  const trace: Trace = (line) => {
    options.trace?.(`${new Date(time.milliseconds).toISOString()} ${line()}`);
  };
  const random = randomOf(`${history.seed}/run`);
  const conditions = new Conditions();
  const ledger = new Ledger(START);
  const { dynamoDb, identity, store } = simulator;
  let violation: Violation | undefined;
  let calls = 0;
  let hand = false;
  let lastStep = START;
  /** When Lockstep's last Create came into effect, late as it may have been. */
  let lastMade = START;

  const watcher = combine(
    invariants.map(({ number, watch }) =>
      watch({
        history,
        ledger,
        conditions,
        now: () => time.milliseconds,
        violated: (message) => {
          violation ??= { invariant: number, at: time.milliseconds, message };
          trace(() => `VIOLATION ${number}: ${message}`);
        },
      }),
    ),
  );

  const nOf = (requestId: string): number => ledger.withId(requestId)?.n ?? -1;

  // Steps that wait for a request's landmark.
  const reached = new Map<string, number>();
  const waiting = new Map<string, Step[]>();
  const reach = (n: number, landmark: Landmark, moment: number): void => {
    const key = `${landmark}/${n}`;
    if (reached.has(key)) return;
    reached.set(key, moment);
    for (const step of waiting.get(key) ?? []) begin(step, moment);
    waiting.delete(key);
  };
  const begin = (step: Step, landmark: number): void => {
    const moment = "at" in step.when ? START + step.when.at : landmark + step.when.by;
    lastStep = Math.max(lastStep, moment);
    time.at(moment, () => {
      trace(() => `step ${step.n}: ${JSON.stringify(step.what)}`);
      if (isFault(step.what)) strike(world, step.what);
      else void perform(world, step.n, step.what);
    });
  };

  /** Transitions that the trail, or the bus, has not been told of yet. */
  const untold = { recorded: new Set<string>(), published: new Set<string>() };

  // What people can see of Access and Audit, as it is written.
  let calling: Invocation | undefined;
  const claimOf = (request: AccessRequest): Claim => {
    const entry = request.trail.at(-1);
    if (entry === undefined) throw new Error("A request without a trail");
    const expiresAt = "expiresAt" in request ? request.expiresAt : undefined;
    return {
      status: request.status,
      version: request.version,
      ...(expiresAt === undefined ? {} : { expiresAt: Date.parse(expiresAt) }),
      next: nextMoment(request, time.milliseconds),
      entry,
      at: time.milliseconds,
      flow: request.flow,
    };
  };
  const trackedOf = (request: AccessRequest): Tracked | undefined => {
    const known = ledger.withId(request.id);
    if (known !== undefined) return known;
    const step = history.steps.find(({ n }) => n === calling?.of);
    if (step === undefined || isFault(step.what) || step.what.do !== "request") return undefined;
    const tracked: Tracked = {
      n: step.n,
      id: request.id,
      action: step.what,
      keys: assignmentsOf(step.what),
      madeAt: time.milliseconds,
      claims: [],
    };
    ledger.track(tracked);
    return tracked;
  };
  const onRequest = (item: Attributes): void => {
    const request = item as unknown as AccessRequest;
    const tracked = trackedOf(request);
    if (tracked === undefined) throw new Error(`Nobody made the request ${request.id}`);
    // The sweep has put its next look off: nothing about the request is new.
    if (item["swept"] === true && tracked.claims.length === request.version) return;
    const claim = claimOf(request);
    tracked.claims.push(claim);
    untold.recorded.add(`${request.id}/${claim.version}`);
    untold.published.add(`${request.id}/${claim.version}`);
    trace(() => `request ${tracked.n} v${claim.version} ${claim.entry.type} → ${claim.status}`);
    const { n } = tracked;
    if (claim.version === 1) reach(n, "made", claim.at);
    if (claim.status === "granting" && claim.expiresAt !== undefined) {
      tracked.need ??= { from: claim.at, until: claim.expiresAt };
      reach(n, "granting", claim.at);
      reach(n, "expiry", claim.expiresAt);
    }
    if (tracked.need !== undefined) {
      if (claim.status === "active" && claim.expiresAt !== undefined) tracked.need.until = claim.expiresAt;
      if (claim.entry.type === "RevocationRequested" || claim.entry.type === "RevocationStarted") {
        tracked.need.until = Math.min(tracked.need.until, claim.at);
      }
    }
    if (claim.status === "active") reach(n, "active", claim.at);
    if (claim.entry.type === "AccessExtended") reach(n, "extended", claim.at);
    if (claim.status === "revoking") reach(n, "removing", claim.at);
    if (isOver(tracked)) reach(n, "over", claim.at);
    watcher.claimed(tracked, claim);
    stream.add(n, claim.version, item);
  };

  dynamoDb.watch(({ table, before, after, text }) => {
    if (after === undefined) return;
    if (table !== tables.wakeups) watcher.text(`the table ${table}`, text);
    if (table === tables.access && after["kind"] === "request") onRequest(after);
    if (table === tables.audit) {
      const entry = after as unknown as AuditEntry;
      untold.recorded.delete(`${entry.requestId}/${entry.sequence}`);
      watcher.recorded(entry, before !== undefined);
    }
    if (table === tables.config && after["pk"] === "access-flow") {
      noteFlow(after as unknown as AccessFlow, time.milliseconds);
    }
  });
  const noteFlow = ({ name, version, approval, settings }: AccessFlow, at: number): void => {
    const steps = approval.steps.map(({ anyOf: [party] }) => groupNames.get(party?.id ?? "") ?? "admins");
    const { extensionNeedsApproval = true, maxExtensions = 0 } = settings;
    ledger.flows.set(`${name}/${version}`, { name, steps, extensionNeedsApproval, maxExtensions, at });
  };
  for (const item of dynamoDb.items(tables.config)) {
    if (item["pk"] === "access-flow") noteFlow(item as unknown as AccessFlow, START);
  }

  store.watch((collection, _id, before, after) => {
    if (collection.startsWith("identity-center/assignments/")) {
      const assignment = (after ?? before) as AccountAssignment;
      const key = assignmentKey(assignment);
      const present = after !== undefined;
      if (present === ledger.present.has(key)) return;
      if (present && !hand) lastMade = time.milliseconds;
      if (present) ledger.present.add(key);
      else {
        ledger.present.delete(key);
        ledger.made.delete(key);
      }
      if (present && !hand) ledger.made.set(key, time.milliseconds);
      trace(() => `AWS ${present ? "has" : "has no more"} ${key}${hand ? " (by hand)" : ""}`);
      watcher.assigned({ key, present, by: hand ? "hand" : "lockstep", at: time.milliseconds });
    } else if (collection === "identity-center/unfinished-operations") {
      aws.completeInTime(after as OperationRecord | undefined);
    }
  });

  // The machine.
  const vanished = new Set<string>();
  let jitters = 0;
  const states = createStepFunctions({
    clock: time,
    store,
    invokeFunction: (arn, payload) => {
      const requestId = (payload as { readonly requestId?: string }).requestId ?? "";
      return lambda.invoke(arn.slice(arn.lastIndexOf(":") + 1) as FunctionName, nOf(requestId), payload);
    },
    publish: (event) => {
      const { name, status } = event.detail as { readonly name: string; readonly status: string };
      const { input } = event.detail as { readonly input: string };
      if (FAILED.has(status) && !vanished.has(name)) {
        sendToFunction("sweep", nOf(executionRequest(input)), event as unknown as Json);
      }
    },
    region: identityCenter.region,
    accountId: HOME,
    newId: simulator.newId,
    random: () => random.split(`jitter/${time.milliseconds}/${(jitters += 1) % 7}`).next(),
  });
  let releases = 0;
  const register = (): void => {
    const { definition } = simulator;
    states.registerMachine({
      arn: MACHINE,
      name: "lockstep-access-request",
      definition: definition.replace(
        '"Comment": "',
        `"Comment": "${releases === 0 ? "" : `Release ${releases}. `}`,
      ),
      roleArn: `arn:aws:iam::${HOME}:role/lockstep-access-request`,
      type: "STANDARD",
    });
  };

  const isLost = ({ operation, input }: AwsCall): boolean => {
    if (operation === "StartExecution") {
      const of = nOf(executionRequest((input as { readonly input: string }).input));
      if (!conditions.lostStarts.delete(of)) return false;
    } else if (operation === "SendTaskSuccess") {
      if (calling === undefined || !conditions.lostWakeUps.delete(wokenBy(calling))) return false;
    } else {
      return false;
    }
    conditions.trouble(time.milliseconds, time.milliseconds);
    return true;
  };
  /** The request that a call to wake is about: the one that the API's step names. */
  const wokenBy = ({ of }: Invocation): number => {
    const step = history.steps.find(({ n }) => n === of);
    return step !== undefined && !isFault(step.what) && "of" in step.what ? step.what.of : of;
  };

  const aws: SimulatedAws = new SimulatedAws({
    time,
    random,
    conditions,
    watcher,
    dynamoDb,
    identity,
    states: states.service,
    invokeFunction: (name, payload) => lambda.invoke(name as FunctionName, NO_STEP, payload),
    sendToFunction: (name, payload) => {
      sendToFunction(name as FunctionName, NO_STEP, payload);
    },
    isLost,
    publish: (entries) => {
      for (const { Detail = "{}" } of entries) {
        watcher.text("an event", Detail);
        const { requestId, requestVersion } = JSON.parse(Detail) as {
          readonly requestId?: string;
          readonly requestVersion?: number;
        };
        if (requestId === undefined || requestVersion === undefined) continue;
        untold.published.delete(`${requestId}/${requestVersion}`);
        watcher.published(requestId, requestVersion);
      }
    },
  });

  const troubled = <Effect>(effect: Effect, milliseconds: number): Effect => {
    conditions.trouble(time.milliseconds, time.milliseconds + milliseconds);
    return effect;
  };
  const lambda = new SimulatedLambda({
    time,
    random,
    functions,
    clockOff: (container) => conditions.offOf(container),
    callEffect: (point) => {
      const effect = conditions.call(point);
      if (effect === undefined) return undefined;
      return troubled(effect, effect.kind === "runs-on" ? effect.milliseconds : 10_000);
    },
    invocationEffects: (point) => {
      const effects = conditions.invocation(point);
      if (effects.unreachable === true || effects.repeatedAfter !== undefined) {
        troubled(effects, effects.repeatedAfter ?? 0);
      }
      return effects;
    },
    answer: (invocation, call) => {
      calls += 1;
      calling = invocation;
      return aws.answer(invocation, call);
    },
    log: (invocation, line) => {
      watcher.text(`the log of ${invocation.function}`, JSON.stringify(line));
      const { errorName, errorMessage } = line as {
        readonly errorName?: string;
        readonly errorMessage?: string;
      };
      if (errorName !== undefined && !isExpectedError(errorName)) {
        watcher.defect(invocation.function, `${errorName}: ${errorMessage ?? ""}`);
      }
    },
    trace,
  });

  const stream = new RequestStream({
    time,
    random,
    effects: (of, version) => {
      const effects = conditions.record(of, version);
      if (Object.keys(effects).length > 0) troubled(effects, effects.lateBy ?? effects.repeatedAfter ?? 0);
      return effects;
    },
    deliver: async (of, image) => {
      const answer = await lambda.invoke("record", of, image).catch(() => undefined);
      return answer !== undefined && "payload" in answer;
    },
  });

  /** Events that a function has still to take. */
  let events = 0;
  const sendToFunction = (name: FunctionName, of: number, payload: Json, failures = 0): void => {
    events += 1;
    void lambda
      .invoke(name, of, payload)
      .then(
        (answer) => "payload" in answer,
        () => false,
      )
      .then((done) => {
        events -= 1;
        const pause = REPEATED_AFTER[failures];
        if (done || pause === undefined) return;
        time.at(time.milliseconds + pause, () => {
          sendToFunction(name, of, payload, failures + 1);
        });
      });
  };

  const sweepRegularly = (moment: number): void => {
    time.at(moment, () => {
      sendToFunction("sweep", NO_STEP, { version: 1, mode: "scheduled" });
      sweepRegularly(moment + SWEEP_EVERY);
    });
  };

  const executions = (): ExecutionRecord[] =>
    store.list("states/executions").map(({ document }) => document as ExecutionRecord);

  const callApi = async (n: number, call: ApiCall): Promise<Outcome> => {
    let unsure = false;
    for (let attempt = 0; ; attempt += 1) {
      const answer = await tryApi(n, call);
      if (!isUnsettled(answer)) return { answer, unsure };
      unsure = true;
      const pause = ASK_AGAIN_MILLISECONDS[attempt];
      if (pause === undefined) return { answer, unsure };
      await time.sleep(pause);
    }
  };
  const tryApi = async (n: number, { who, route, path = {}, body }: ApiCall): Promise<ApiAnswer> => {
    const claims = { email: `${who}@example.com`, exp: "4070908800" };
    const event = {
      routeKey: route,
      pathParameters: path,
      headers: { "idempotency-key": `step-${n}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      isBase64Encoded: false,
      requestContext: { requestId: `call-${n}`, authorizer: { jwt: { claims } } },
    };
    const answer = await lambda.invoke("api", n, event as unknown as Json).catch(() => undefined);
    if (answer === undefined || "functionError" in answer) return { status: 500 };
    const api = answer.payload as unknown as ApiAnswer;
    if (api.body !== undefined) watcher.text("an answer of the API", api.body);
    return api;
  };

  const world: World = {
    time,
    aws,
    lambda,
    identity,
    conditions,
    ledger,
    callApi,
    requestId: (n) => ledger.requests.get(n)?.id,
    byHand: (work) => {
      identity.settle();
      hand = true;
      work();
      hand = false;
    },
    runningExecutions: (n) =>
      executions().filter(({ status, input }) => status === "RUNNING" && nOf(executionRequest(input)) === n),
    stopExecution: (executionArn) => {
      void aws.administer("StopExecution", { executionArn });
    },
    loseExecution: (executionArn) => {
      vanished.add(executionArn.slice(executionArn.lastIndexOf(":") + 1));
      void aws.administer("StopExecution", { executionArn });
      store.delete("states/executions", executionArn);
    },
    redeploy: () => {
      releases += 1;
      register();
      lambda.redeploy();
    },
  };

  const indexes = random.split("indexes");
  dynamoDb.delayIndexes((show) => {
    const late = Math.max(0, ...[...conditions.lateIndexes].map(({ milliseconds }) => milliseconds));
    const usual = indexes.chance(LATE_IN_INDEX) ? indexes.between(...INDEX_DELAY) : 0;
    if (late + usual === 0) show();
    else time.at(time.milliseconds + Math.max(late, usual), show);
  });
  simulator.attach({ clock: time, course: aws });
  sweepRegularly(START + random.split("sweep").between(0, SWEEP_EVERY));
  register();
  states.start();
  for (const step of history.steps) {
    if ("at" in step.when) begin(step, START);
    else {
      const key = `${step.when.after}/${step.when.of}`;
      waiting.set(key, [...(waiting.get(key) ?? []), step]);
    }
  }

  /** What Lockstep has made and can still take away. */
  const isAllGone = (): boolean =>
    [...ledger.made.keys()].every((key) => ledger.gonePrincipals.has(principalOf(key)));
  const isQuiet = (): boolean =>
    lambda.running === 0 &&
    events === 0 &&
    untold.recorded.size + untold.published.size === 0 &&
    time.milliseconds >= lastStep &&
    [...ledger.requests.values()].every(isOver) &&
    isAllGone() &&
    identity.center.operations.unfinished().length === 0;
  /** When everything must be over: nothing that is known now can excuse what is not. */
  const lastDeadline = (): number => {
    const moments = [...ledger.requests.values()].map((tracked) => latestClaim(tracked)?.next ?? START);
    // A moment more: what is there at its deadline is not late yet.
    return conditions.deadlineOf(Math.max(lastStep, lastMade, ...moments), DISTURBED_BOUND) + 1;
  };
  const isDone = () => violation !== undefined || isQuiet();
  for (let end = lastDeadline(); ; end = lastDeadline()) {
    await time.run(isDone, end);
    if (isDone() || Math.min(lastDeadline(), START + LONGEST_HISTORY) <= time.milliseconds) break;
  }
  if (violation === undefined) watcher.end();
  const requests = [...ledger.requests.values()];
  return {
    ...(violation === undefined ? {} : { violation }),
    statistics: {
      requests: requests.length,
      active: requests.filter(({ claims }) => claims.some(({ status }) => status === "active")).length,
      calls,
      virtualMinutes: Math.round((time.milliseconds - START) / MINUTE),
    },
  };
};
