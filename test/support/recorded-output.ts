import { Logger } from "@aws-lambda-powertools/logger";
import { Metrics } from "@aws-lambda-powertools/metrics";

/** A logger and metrics whose lines a test reads instead of the terminal. */
export const recordedOutput = () => {
  const lines: string[] = [];
  const write = (line: string): void => {
    lines.push(line);
  };
  const logger = new Logger({ serviceName: "test", logLevel: "DEBUG" });
  Object.assign(logger, { console: { debug: write, info: write, warn: write, error: write, log: write } });
  const metrics = new Metrics({ namespace: "Lockstep", serviceName: "lockstep" });
  Object.assign(metrics, { console: { log: write } });
  return { lines, logger, metrics };
};
