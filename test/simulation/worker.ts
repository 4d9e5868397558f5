import { parentPort, workerData } from "node:worker_threads";
import { runSeeds, type Portion } from "./run-seeds.ts";

/** One worker of `npm run simulate`: runs its portion and reports. */
const result = await runSeeds(workerData as Portion, (seed, { violation }) => {
  parentPort?.postMessage({ seed, violation });
});
parentPort?.postMessage({ result });
