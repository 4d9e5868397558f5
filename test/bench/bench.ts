import { CommandError, HELP, runCommand } from "../../local/cli/command.ts";
import { terminalOn } from "../../local/cli/terminal.ts";
import { startEnvironment } from "../../local/environment.ts";
import { measureApiLatency } from "./api-latency.ts";
import { measureBursts } from "./bursts.ts";
import { playCountedCycle } from "./counted-cycle.ts";
import { measureQueries } from "./compiled-query.ts";
import { measureEvaluations } from "./flow-evaluation.ts";
import { reportOf } from "./report.ts";
import { measureSynthesis } from "./synthesis.ts";
import { printTables } from "./tables.ts";

const errors = terminalOn(process.stderr);

const progress = (text: string) => {
  errors.line(errors.quiet(text));
};

const measureEnvironment = async () => {
  const environment = await startEnvironment({ apiPort: 0, awsPort: 0, onProgress: progress });
  try {
    const showcase = await environment.showcase();
    if (showcase === undefined) throw new CommandError("The shipped access flows have no cycle to count.");
    progress("Playing the counted cycle: a grant of ten seconds");
    const cycle = await playCountedCycle(environment, showcase);
    progress("Measuring the API's latency");
    const api = await measureApiLatency(environment, showcase);
    return { cycle, api };
  } finally {
    await environment.close();
  }
};

await runCommand(
  {
    name: "npm run bench --",
    summary:
      "Counts what one cycle takes, beside other tools and against the budgets; measures latency and sizes.",
    options: {
      json: { kind: "flag", help: "Print nothing but one JSON object." },
      help: HELP,
    },
  },
  async ({ options }) => {
    progress("Synthesizing the app");
    const synthesis = await measureSynthesis();
    const { cycle, api } = await measureEnvironment();
    progress("Playing two bursts of 1,000 expiries on a virtual clock");
    const bursts = await measureBursts();
    progress("Asking queries of 100,000 resources");
    const queries = measureQueries();
    progress("Evaluating 1,000 access flows");
    const report = reportOf(cycle, api, bursts, queries, measureEvaluations(), synthesis);
    const terminal = terminalOn(process.stdout);
    if (options.json) terminal.line(JSON.stringify(report));
    else printTables(terminal, report);
    return report.passed ? 0 : 1;
  },
);
