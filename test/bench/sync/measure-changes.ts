import { CommandError } from "../../../local/cli/command.ts";
import type { OrganizationFile } from "../../../local/organization-file.ts";
import type { Caller } from "../../../local/wire/service.ts";
import { someChanges, type Change } from "./changes.ts";
import type { AwsUse } from "./counters.ts";
import type { Deployment } from "./deployment.ts";
import { EventQueue } from "./event-queue.ts";
import type { Heap } from "./messages.ts";
import { EVENTS_ARRIVE_AFTER, type KindOfItem } from "./simulated-aws.ts";

/** What changes that were told by events came to. */
export interface MeasuredChanges {
  readonly changes: number;
  /** How many changes of what. */
  readonly kinds: Readonly<Record<string, number>>;
  readonly use: AwsUse;
  /** From the arrival of an event until the inventory says so: the longest, on the virtual clock. */
  readonly slowestSeconds: number;
  readonly longestSeconds: number;
  readonly heap: Heap;
}

/** The issue's: "then 100 changes incrementally". */
const CHANGES = 100;

/** A change that is not in the inventory by then (milliseconds) was lost: an event is delivered three times in that time. */
const LOST_AFTER = 20 * 60_000;

const PAUSE = 1_000;

/** Makes changes in AWS, one after the other, and lets the events that tell of them bring them into the inventory. */
export const measureChanges = async (
  deployment: Deployment,
  organization: OrganizationFile,
  seed: number,
  tell: (text: string) => void,
): Promise<MeasuredChanges> => {
  const { time, aws, watcher } = deployment;
  const queue = new EventQueue(time, watcher);
  aws.onEvent = (event) => {
    queue.send(event);
  };
  aws.counters.take();
  const changes = someChanges(organization, aws.identity, { count: CHANGES, seed });
  const kinds: Record<string, number> = {};
  let slowest = 0;
  for (const change of changes) {
    kinds[change.what] = (kinds[change.what] ?? 0) + 1;
    slowest = Math.max(slowest, await untilSeen(deployment, change));
    await time.run(() => false, time.milliseconds + PAUSE);
  }
  tell(`${changes.length} changes came into the inventory`);
  return {
    changes: changes.length,
    kinds,
    use: aws.counters.take(),
    slowestSeconds: slowest / 1_000,
    longestSeconds: watcher.longest / 1_000,
    heap: watcher.heap,
  };
};

/** Makes the change; answers how many milliseconds after its event's arrival the inventory said so. */
const untilSeen = async ({ time, aws, watcher }: Deployment, change: Change): Promise<number> => {
  const began = time.milliseconds;
  const { kind, id, isGone } = change.fact;
  let seenAt: number | undefined;
  const watch = (item: KindOfItem) => {
    const isIt = item["pk"] === kind && item["sk"] === id && (item["gone"] === true) === isGone;
    if (isIt) seenAt ??= time.milliseconds;
  };
  aws.onWrite.add(watch);
  const { identity } = aws;
  const caller: Caller = {
    accessKeyId: "AKIAADMINISTRATOR",
    principalArn: `arn:aws:iam::${identity.managementAccountId}:user/administrator`,
    accountId: identity.managementAccountId,
    region: identity.region,
  };
  await identity[change.service].operations[change.operation]?.(change.input, caller);
  await Promise.race([time.run(() => seenAt !== undefined, began + LOST_AFTER), watcher.failure]);
  aws.onWrite.delete(watch);
  if (seenAt !== undefined) return seenAt - began - EVENTS_ARRIVE_AFTER;
  const why = watcher.errors.at(-1) ?? "nothing went wrong that anybody noticed";
  throw new CommandError(`${change.operation} did not come into the inventory: ${why}`);
};
