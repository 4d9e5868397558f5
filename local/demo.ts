import { systemClock } from "../lambdas/adapters/system-clock.ts";
import { CommandError, HELP, runCommand } from "./cli/command.ts";
import { terminalOn } from "./cli/terminal.ts";
import { playCycle } from "./demo/cycle.ts";
import type { CycleListener, CycleResult } from "./demo/cycle.ts";
import { resultAsJson, storyTeller, tellResult, tellVerdict } from "./demo/story.ts";
import { startEnvironment } from "./environment.ts";
import type { Environment } from "./environment.ts";

const DURATION_SECONDS = 10;
const JUSTIFICATION = "INC-1042: refunds are stuck, looking at the payments database";

const SILENT: CycleListener = {
  asking: () => undefined,
  asked: () => undefined,
  approving: () => undefined,
  entered: () => undefined,
  observed: () => undefined,
  active: () => undefined,
};

const keptPromise = ({ observed }: CycleResult) => !observed.before && observed.during && !observed.after;

const showcaseOf = async (environment: Environment) => {
  const showcase = await environment.showcase();
  if (showcase !== undefined) return showcase;
  throw new CommandError(
    "No access flow names an account and allows a request there with one approval by somebody in the directory: the demo has nothing to play, so name other ones with --access-flows FILE.",
  );
};

await runCommand(
  {
    name: "npm run demo --",
    summary: "Plays one access request from asking to gone, on a real clock, in an environment of its own.",
    options: {
      json: { kind: "flag", help: "Print nothing but a line of JSON with what happened and what it took." },
      organization: {
        kind: "text",
        placeholder: "FILE",
        help: "The organization (default: the one that is shipped).",
      },
      "access-flows": {
        kind: "text",
        placeholder: "FILE",
        help: "Its access flows (default: those that are shipped).",
      },
      "identity-endpoint": {
        kind: "text",
        placeholder: "URL",
        help: "Where Identity Center and Organizations are instead.",
      },
      help: HELP,
    },
  },
  async ({ options }) => {
    const terminal = terminalOn(process.stdout);
    const progress = options.json
      ? undefined
      : (text: string) => {
          terminal.line(terminal.quiet(text));
        };
    const environment = await startEnvironment({
      ...(options.organization !== undefined && { organizationFile: options.organization }),
      ...(options["access-flows"] !== undefined && { accessFlowsFile: options["access-flows"] }),
      ...(options["identity-endpoint"] !== undefined && { identityEndpoint: options["identity-endpoint"] }),
      apiPort: 0,
      awsPort: 0,
      ...(progress !== undefined && { onProgress: progress, onNotice: progress }),
      onProblem: terminalOn(process.stderr).line,
    });
    try {
      const showcase = await showcaseOf(environment);
      if (!options.json) terminal.line();
      const player = {
        environment,
        clock: systemClock,
        showcase,
        durationSeconds: DURATION_SECONDS,
        justification: JUSTIFICATION,
      };
      const result = await playCycle(
        player,
        options.json ? SILENT : storyTeller(terminal, systemClock, showcase),
      );
      const kept = keptPromise(result);
      if (options.json) terminal.line(resultAsJson(result));
      else {
        tellResult(terminal, result);
        tellVerdict(terminal, kept);
      }
      return kept ? 0 : 1;
    } finally {
      await environment.close();
    }
  },
);
