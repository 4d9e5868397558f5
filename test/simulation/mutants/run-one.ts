import { bootSimulator } from "../boot.ts";
import type { Step } from "../history.ts";
import { runHistory } from "../run-history.ts";

/*
 * node run-one.ts STEPS SEED HISTORIES
 *
 * Runs the same steps (JSON) from the seed on, each time with other latencies, until one fails; prints what came of it
 * as `simulate.ts --json` does.
 */
const print = (line: string) => process.stdout.write(`${line}\n`);

const [steps = "", seed, histories] = process.argv.slice(2);
const simulator = await bootSimulator();
let result: object = {};
for (let ran = 1; ran <= Number(histories); ran += 1) {
  const current = Number(seed) + ran - 1;
  const history = { seed: String(current), steps: JSON.parse(steps) as readonly Step[] };
  const { violation } = await runHistory(simulator, history);
  result = { ran, failed: violation === undefined ? [] : [{ seed: current, violation }] };
  if (violation !== undefined) break;
}
print(JSON.stringify(result));
