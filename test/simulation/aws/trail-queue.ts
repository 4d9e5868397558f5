import type { BusEvent } from "../../../local/events/event.ts";
import type { Json } from "../../../local/wire/json.ts";
import { NO_STEP } from "../history.ts";
import type { Random } from "../random.ts";
import type { VirtualTime } from "../virtual-time.ts";
import type { SimulatedLambda } from "./lambda.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** Of CloudTrail's events, which are best effort, so many never come, and so many come twice. */
const LOST_SHARE = 0.15;
const TWICE_SHARE = 0.2;

/** The queue as lib/constructs/inventory-rules.ts makes it. */
const VISIBILITY_TIMEOUT = 6 * MINUTE;
const MOST_DELIVERIES = 5;
const BATCH = 10;
const MOST_AT_ONCE = 2;

/** Deliveries for which what an event tells of may go on changing (lambdas/inventory-events/change-queue.ts). */
const PATIENT_DELIVERIES = 3;

interface Message {
  readonly event: BusEvent;
  readonly deliveries: number;
}

/** The way of CloudTrail's events to the function that looks at them: late, twice, never, and in any order. */
export class TrailQueue {
  private readonly time: VirtualTime;
  private readonly random: Random;
  private readonly lambda: SimulatedLambda;
  private waiting: readonly Message[] = [];
  private working = 0;
  private events = 0;

  constructor(time: VirtualTime, random: Random, lambda: SimulatedLambda) {
    this.time = time;
    this.random = random;
    this.lambda = lambda;
  }

  send(event: BusEvent): void {
    const random = this.random.split(`trail/${(this.events += 1)}`);
    if (random.chance(LOST_SHARE)) return;
    for (let copy = random.chance(TWICE_SHARE) ? 2 : 1; copy > 0; copy -= 1) {
      const late = random.pick([0, SECOND, 5 * SECOND, 20 * SECOND, 2 * MINUTE, 15 * MINUTE]);
      this.arrive({ event, deliveries: 0 }, late + random.between(0, 3 * SECOND));
    }
  }

  private arrive(message: Message, after: number): void {
    this.time.at(this.time.milliseconds + after, () => {
      this.waiting = [...this.waiting, message];
      this.take();
    });
  }

  private take(): void {
    if (this.working >= MOST_AT_ONCE || this.waiting.length === 0) return;
    const batch = this.waiting
      .slice(0, BATCH)
      .map((message) => ({ ...message, deliveries: message.deliveries + 1 }));
    this.waiting = this.waiting.slice(BATCH);
    this.working += 1;
    void this.work(batch);
  }

  private async work(batch: readonly Message[]): Promise<void> {
    const answer = await this.lambda
      .invoke("inventory-events", NO_STEP, batch.map(({ event }) => event) as unknown as Json)
      .catch(() => undefined);
    const outcomes = answer !== undefined && "payload" in answer ? (answer.payload as string[]) : undefined;
    this.working -= 1;
    for (const [place, message] of batch.entries()) {
      const outcome = outcomes?.[place] ?? "failed";
      const isOver = outcome === "later" ? message.deliveries >= PATIENT_DELIVERIES : outcome !== "failed";
      if (!isOver && message.deliveries < MOST_DELIVERIES) this.arrive(message, VISIBILITY_TIMEOUT);
    }
    this.take();
  }
}
