import { CommandError } from "../../../local/cli/command.ts";
import { terminalOn } from "../../../local/cli/terminal.ts";
import { PortInUseError } from "../../../local/loopback-server.ts";
import { runProgram } from "../../simulation/program.ts";
import { readSyncBenchArguments, syncBenchHelp, type SyncBenchArguments } from "./arguments.ts";
import { runSyncBench } from "./run.ts";
import { serveOrganization } from "./serve.ts";
import { printReport } from "./tables.ts";

const errors = terminalOn(process.stderr);
const terminal = terminalOn(process.stdout);

const measure = async (given: SyncBenchArguments): Promise<boolean> => {
  const report = await runSyncBench(given, (text) => {
    errors.line(errors.quiet(text));
  });
  if (given.json) terminal.line(JSON.stringify(report));
  else printReport(terminal, report);
  return report.passed;
};

await runProgram(readSyncBenchArguments, syncBenchHelp, async (given) => {
  try {
    if (given.serve === undefined) return await measure(given);
    await serveOrganization(terminal, given);
    return true;
  } catch (error) {
    if (!(error instanceof CommandError || error instanceof PortInUseError)) throw error;
    errors.line(error.message);
    return false;
  }
});
