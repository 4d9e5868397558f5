import type { Clock } from "../../../../../lambdas/core/ports/clock.ts";
import { systemClock } from "../../../../../lambdas/adapters/system-clock.ts";
import { createRuntime } from "../../../../../local/runtime.ts";
import type { Runtime, RuntimeOptions } from "../../../../../local/runtime.ts";
import { openLocalStore } from "../../../../../local/store.ts";
import type { LocalStore } from "../../../../../local/store.ts";
import { readApplication } from "../../../../../local/template/application.ts";
import type { ServiceDefinition } from "../../../../../local/wire/service.ts";
import { ENVIRONMENT, writeAssembly } from "./assembly.ts";
import type { HandmadeStack } from "./assembly.ts";

export interface RuntimeUnderTest {
  readonly runtime: Runtime;
  readonly url: string;
  readonly store: LocalStore;
  readonly problems: readonly string[];
  readonly logs: readonly string[];
  stop(): Promise<void>;
}

/** Starts the embedded AWS on a handmade stack. */
export const startRuntime = async (
  stack: HandmadeStack,
  options: {
    readonly functions?: Readonly<Record<string, string>>;
    readonly clock?: Clock;
    readonly store?: LocalStore;
    readonly services?: readonly ServiceDefinition[];
    readonly sessionOf?: RuntimeOptions["sessionOf"];
  } = {},
): Promise<RuntimeUnderTest> => {
  const { directory, remove } = await writeAssembly({ app: stack }, options.functions);
  const store = options.store ?? openLocalStore();
  const problems: string[] = [];
  const logs: string[] = [];
  const runtime = createRuntime({
    application: await readApplication(directory, ENVIRONMENT),
    clock: options.clock ?? systemClock,
    store,
    services: options.services ?? [],
    ...(options.sessionOf !== undefined && { sessionOf: options.sessionOf }),
    port: 0,
    onProblem: (problem) => problems.push(problem),
    onLog: ({ functionName, line }) => logs.push(`${functionName}: ${line}`),
  });
  const { url } = await runtime.start();
  return {
    runtime,
    url,
    store,
    problems,
    logs,
    stop: async () => {
      await runtime.stop();
      await remove();
    },
  };
};
