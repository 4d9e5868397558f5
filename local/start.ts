import { systemClock } from "../lambdas/adapters/system-clock.ts";
import { HELP, runCommand } from "./cli/command.ts";
import { terminalOn } from "./cli/terminal.ts";
import { DEFAULT_API_PORT, DEFAULT_AWS_PORT } from "./discovery.ts";
import { startEnvironment } from "./environment.ts";
import { showSyncs } from "./start/show-syncs.ts";
import { showSteps } from "./start/show-steps.ts";
import { stopSignal } from "./start/stop-signal.ts";
import { welcome } from "./start/welcome.ts";

const stopping = (data: string | undefined): string =>
  data === undefined
    ? "Stopping. Nothing is kept: --data DIR keeps everything for the next start."
    : `Stopping. Everything is kept in ${data}: the next start with it goes on from here.`;

await runCommand(
  {
    name: "npm start --",
    summary: "Runs Lockstep on an embedded AWS, on this machine only, until it is stopped.",
    options: {
      organization: {
        kind: "text",
        placeholder: "FILE",
        help: "The organization to fill a new environment with (default: the one that is shipped).",
      },
      "access-flows": {
        kind: "text",
        placeholder: "FILE",
        help: "Access flows to apply at this start (default: the shipped ones, to a new environment).",
      },
      port: {
        kind: "port",
        placeholder: "N",
        help: `The API's port (default ${String(DEFAULT_API_PORT)}; 0: any free one).`,
      },
      "aws-port": {
        kind: "port",
        placeholder: "N",
        help: `The embedded AWS's port (default ${String(DEFAULT_AWS_PORT)}; 0: any free one).`,
      },
      data: {
        kind: "text",
        placeholder: "DIR",
        help: "Keeps everything there, for the next start (default: in memory).",
      },
      "identity-endpoint": {
        kind: "text",
        placeholder: "URL",
        help: "Organizations, Identity Center, IAM and STS are at this AWS endpoint instead.",
      },
      verbose: { kind: "flag", help: "Prints what the functions log." },
      help: HELP,
    },
  },
  async ({ options }) => {
    const terminal = terminalOn(process.stdout);
    const problems = terminalOn(process.stderr);
    const stop = stopSignal();
    const since = systemClock.now();
    stop.addEventListener("abort", () => {
      terminal.line(stopping(options.data));
    });
    const steps = showSteps({ terminal, clock: systemClock });
    const environment = await startEnvironment({
      ...(options.organization !== undefined && { organizationFile: options.organization }),
      ...(options["access-flows"] !== undefined && { accessFlowsFile: options["access-flows"] }),
      ...(options.data !== undefined && { dataDirectory: options.data }),
      ...(options["identity-endpoint"] !== undefined && { identityEndpoint: options["identity-endpoint"] }),
      apiPort: options.port ?? DEFAULT_API_PORT,
      awsPort: options["aws-port"] ?? DEFAULT_AWS_PORT,
      signal: stop,
      onProgress: steps.begin,
      onNotice: terminal.line,
      onProblem: problems.line,
      ...(options.verbose && { onLog: problems.line }),
    }).catch((error: unknown) => {
      steps.end();
      if (stop.aborted) return undefined;
      throw error;
    });
    if (environment === undefined) return 0;
    try {
      steps.begin("Looking up the people and what they may request …");
      const lines = await welcome(terminal, environment);
      steps.end();
      for (const line of lines) terminal.line(line);
      const { api, aws, issuer } = environment.addresses;
      terminal.line(JSON.stringify({ api, aws, issuer }));
      const { passes } = environment;
      await showSyncs({
        terminal,
        passes,
        clock: systemClock,
        since,
        signal: stop,
        onProblem: problems.line,
      });
    } finally {
      steps.end();
      await environment.close();
    }
    return 0;
  },
);
