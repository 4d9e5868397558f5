import { NO_STEP } from "./history.ts";
import type { Ledger } from "./ledger.ts";
import type { Watcher } from "./oracle/watcher.ts";
import type { VirtualTime } from "./virtual-time.ts";
import type { World } from "./world.ts";

const HOUR = 60 * 60_000;

/** What goes wrong lasts no longer than this. */
const LONGEST_FAULT = 8 * HOUR;

/** Lets an administrator look at the list of emergencies that nobody has reviewed, once everything else is over. */
export const lookAtTheList = async (around: {
  readonly time: VirtualTime;
  readonly ledger: Ledger;
  readonly watcher: Required<Watcher>;
  readonly callApi: World["callApi"];
  readonly isViolated: () => boolean;
}): Promise<void> => {
  const { time, ledger, watcher, callApi, isViolated } = around;
  if (![...ledger.requests.values()].some(({ action }) => action.breakGlass === true)) return;
  let listed: ReadonlySet<string> | undefined;
  const isDone = () => listed !== undefined || isViolated();
  const end = time.milliseconds + LONGEST_FAULT;
  const ask = async (): Promise<void> => {
    const { answer } = await callApi(NO_STEP, { who: "tara", route: "GET /break-glass" });
    if (answer.status !== 200) return;
    const { items } = JSON.parse(answer.body ?? "{}") as {
      readonly items: readonly { readonly id: string }[];
    };
    listed = new Set(items.map(({ id }) => id));
  };
  while (!isDone() && time.milliseconds < end) {
    void ask();
    await time.run(isDone, time.milliseconds + HOUR / 12);
  }
  if (isViolated()) return;
  if (listed === undefined) watcher.defect("the list of emergencies", "nobody gets to see it any more");
  else watcher.listedUnreviewed(listed);
};
