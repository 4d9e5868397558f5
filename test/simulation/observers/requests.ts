import type { AccessRequest } from "../../../lambdas/core/domain/access-request.ts";
import type { Attributes } from "../aws/dynamodb/expressions.ts";
import type { RequestStream } from "../aws/request-stream.ts";
import { isFault, NO_STEP, type History } from "../history.ts";
import { assignmentsOf, type Claim, type Ledger, type Tracked } from "../ledger.ts";
import type { Watcher } from "../oracle/watcher.ts";
import type { StepSchedule } from "../step-schedule.ts";
import type { Trace } from "../trace.ts";
import type { VirtualTime } from "../virtual-time.ts";
import { claimOf } from "./claims.ts";
import { landmarksOf } from "./landmarks.ts";
import { actionIn } from "./automatic-requests.ts";
import type { UntoldTransitions } from "./untold-transitions.ts";

export interface RequestSurroundings {
  readonly history: History;
  readonly time: VirtualTime;
  readonly ledger: Ledger;
  readonly watcher: Required<Watcher>;
  readonly schedule: StepSchedule;
  readonly stream: RequestStream;
  readonly untold: UntoldTransitions;
  readonly trace: Trace;
  /** The step that the function works for which is writing now. */
  readonly writingFor: () => number | undefined;
}

/** A grant begins to need its assignments; more time and an early end move until when. */
const moveNeed = (tracked: Tracked, { status, entry, expiresAt, at }: Claim): void => {
  if (status === "granting" && expiresAt !== undefined) tracked.need ??= { from: at, until: expiresAt };
  if (tracked.need === undefined) return;
  if (status === "active" && expiresAt !== undefined) tracked.need.until = expiresAt;
  if (entry.type === "RevocationRequested" || entry.type === "RevocationStarted") {
    tracked.need.until = Math.min(tracked.need.until, at);
  }
};

/** Follows each request from its first version to its last, as it is written. */
export const requestObserver = (around: RequestSurroundings): ((item: Attributes) => void) => {
  const { history, time, ledger, watcher, schedule, stream, untold, trace, writingFor } = around;
  let automatic = 0;
  /** What no step made has a number that none has. */
  const automaticallyMade = (request: AccessRequest): Tracked => {
    const action = actionIn(request);
    const tracked: Tracked = {
      n: NO_STEP - (automatic += 1),
      id: request.id,
      action,
      keys: assignmentsOf(action),
      askedAt: time.milliseconds,
      madeAt: time.milliseconds,
      automatic: true,
      claims: [],
    };
    ledger.track(tracked);
    return tracked;
  };
  /** The request as the ledger knows it; a new one was made by whoever's call is being answered. */
  const trackedOf = (request: AccessRequest): Tracked => {
    const known = ledger.withId(request.id);
    if (known !== undefined) return known;
    if (request.automatic !== undefined) return automaticallyMade(request);
    const step = history.steps.find(({ n }) => n === writingFor());
    if (step === undefined || isFault(step.what) || step.what.do !== "request") {
      throw new Error(`Nobody made the request ${request.id}`);
    }
    const tracked: Tracked = {
      n: step.n,
      id: request.id,
      action: step.what,
      keys: assignmentsOf(step.what),
      askedAt: ledger.calledAt.get(step.n) ?? time.milliseconds,
      madeAt: time.milliseconds,
      claims: [],
    };
    ledger.track(tracked);
    return tracked;
  };
  return (item) => {
    const request = item as unknown as AccessRequest;
    const tracked = trackedOf(request);
    // The sweep has put its next look off: nothing about the request is new.
    if (item["swept"] === true && tracked.claims.length === request.version) return;
    const claim = claimOf(request, time.milliseconds);
    tracked.claims.push(claim);
    untold.made(request.id, claim.version);
    trace(() => `request ${tracked.n} v${claim.version} ${claim.entry.type} → ${claim.status}`);
    moveNeed(tracked, claim);
    for (const [landmark, moment] of landmarksOf(tracked, claim)) {
      schedule.reach(tracked.n, landmark, moment);
    }
    watcher.claimed(tracked, claim);
    stream.add(tracked.n, claim.version, item);
  };
};
