import type { Json } from "../../../local/wire/json.ts";
import type { Random } from "../random.ts";
import type { VirtualTime } from "../virtual-time.ts";
import type { Attributes } from "./dynamodb/expressions.ts";

/** How one record is delivered: late, twice or never. */
export interface RecordEffects {
  readonly lost?: boolean;
  readonly lateBy?: number;
  readonly repeatedAfter?: number;
}

interface Delivery {
  readonly of: number;
  readonly version: number;
  readonly image: Json;
}

export interface StreamSurroundings {
  readonly time: VirtualTime;
  readonly random: Random;
  readonly effects: (of: number, version: number) => RecordEffects;
  /** Hands the record to its consumer; false when that failed. */
  readonly deliver: (of: number, image: Json) => Promise<boolean>;
}

/** DynamoDB's own form of a value, as a stream carries it. */
const imageOf = (value: unknown): Json => {
  if (value === null) return { NULL: true };
  if (Array.isArray(value)) return { L: value.map(imageOf) };
  switch (typeof value) {
    case "string":
      return { S: value };
    case "number":
      return { N: String(value) };
    case "boolean":
      return { BOOL: value };
    default:
      return { M: imagesOf(value as Attributes) };
  }
};

const imagesOf = (item: Attributes): Record<string, Json> =>
  Object.fromEntries(Object.entries(item).map(([name, value]) => [name, imageOf(value)]));

/** A stream is polled a few times a second. */
const POLLED_AFTER = [50, 900] as const;

const LONGEST_PAUSE = 60_000;

/**
 * The stream of the Access table: each item's changes in their order, different items' in any, each at least once; a
 * record that fails holds back those of its item that follow, until it gets through.
 */
export class RequestStream {
  private readonly around: StreamSurroundings;
  private readonly waiting = new Map<number, Delivery[]>();
  /** Records that are still to be delivered. */
  pending = 0;

  constructor(around: StreamSurroundings) {
    this.around = around;
  }

  add(of: number, version: number, item: Attributes): void {
    const { time, effects } = this.around;
    const { lost, repeatedAfter } = effects(of, version);
    if (lost === true) return;
    const delivery = { of, version, image: imagesOf(item) };
    if (repeatedAfter !== undefined) {
      this.pending += 1;
      time.at(time.milliseconds + repeatedAfter, () => void this.deliver(delivery, 0));
    }
    this.pending += 1;
    const queue = this.waiting.get(of) ?? [];
    this.waiting.set(of, queue);
    queue.push(delivery);
    if (queue.length === 1) this.poll(queue);
  }

  private poll(queue: Delivery[]): void {
    const [first] = queue;
    if (first === undefined) return;
    const { time, random, effects } = this.around;
    const { lateBy = 0 } = effects(first.of, first.version);
    const after = random.split(`stream/${first.of}/${first.version}`).between(...POLLED_AFTER) + lateBy;
    time.at(time.milliseconds + after, () => {
      void this.deliver(first, 0).then(() => {
        queue.shift();
        this.poll(queue);
      });
    });
  }

  private async deliver(delivery: Delivery, failures: number): Promise<void> {
    const { time, deliver } = this.around;
    if (await deliver(delivery.of, delivery.image)) {
      this.pending -= 1;
      return;
    }
    await time.sleep(Math.min(1_000 * 2 ** failures, LONGEST_PAUSE));
    await this.deliver(delivery, failures + 1);
  }
}
