import type { JsonObject } from "../wire/json.ts";
import { AwsError } from "../wire/service.ts";
import type { Operation } from "../wire/service.ts";
import { executionArnOf, isMapRunArn, isStatesArn } from "./arns.ts";
import { childArnPrefixOf } from "./map-run.ts";
import { pageOf } from "./pages.ts";
import type { ExecutionRecord, HistoryEvent } from "./records.ts";
import type { RecordsStore } from "./records-store.ts";
import type { StatesServiceDependencies } from "./service-dependencies.ts";
import { epochSeconds, optionalText, requireJson, requiredText, validationError } from "./service-input.ts";
import { LARGEST_PAYLOAD_BYTES } from "./visiting.ts";

/** 1 to 80 characters: no white space, brackets, wildcards, special or control characters (API_StartExecution.html). */
const EXECUTION_NAME = /^[^\s<>{}[\]?*"#%\\^|~`$&,;:/\u0000-\u001f\u007f-\u009f]{1,80}$/;

const STATUSES = ["RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED", "PENDING_REDRIVE"];

/** The execution that `executionArn` names; throws `InvalidArn` or `ExecutionDoesNotExist`. */
export const findExecution = (records: RecordsStore, input: JsonObject): ExecutionRecord => {
  const arn = requiredText(input, "executionArn");
  if (!isStatesArn(arn, "execution")) throw new AwsError("InvalidArn", `Invalid Arn: '${arn}'`);
  const execution = records.execution(arn);
  if (execution === undefined)
    throw new AwsError("ExecutionDoesNotExist", `Execution Does Not Exist: '${arn}'`);
  return execution;
};

const listItem = (execution: ExecutionRecord): JsonObject => ({
  executionArn: execution.arn,
  stateMachineArn: execution.machineArn,
  name: execution.name,
  status: execution.status,
  startDate: epochSeconds(execution.startedAt),
  ...(execution.stoppedAt === undefined ? {} : { stopDate: epochSeconds(execution.stoppedAt) }),
  ...(execution.mapRun === undefined ? {} : { mapRunArn: execution.mapRun.arn }),
  redriveCount: 0,
});

/** Only a child of a distributed Map has items. */
const childListItem = (execution: ExecutionRecord): JsonObject => ({
  ...listItem(execution),
  itemCount: execution.mapRun?.itemCount,
});

const describe = (execution: ExecutionRecord, withData: boolean): JsonObject => ({
  ...listItem(execution),
  ...(withData ? { input: execution.input } : {}),
  inputDetails: { included: withData },
  ...(execution.output === undefined
    ? {}
    : { ...(withData ? { output: execution.output } : {}), outputDetails: { included: withData } }),
  error: execution.error,
  cause: execution.cause,
  redriveStatus: "NOT_REDRIVABLE",
  redriveStatusReason: "The embedded Step Functions does not redrive executions",
});

const newestFirst = (a: ExecutionRecord, b: ExecutionRecord) =>
  Date.parse(b.startedAt) - Date.parse(a.startedAt) || b.arn.localeCompare(a.arn);

const DATA_MEMBERS = ["input", "inputDetails", "output", "outputDetails"];

/** Without execution data, the detail objects keep everything but the data. */
const withoutData = (event: HistoryEvent): JsonObject =>
  Object.fromEntries(
    Object.entries(event).map(([member, value]) => {
      if (!member.endsWith("EventDetails")) return [member, value];
      const kept = Object.entries(value as JsonObject).filter(([name]) => !DATA_MEMBERS.includes(name));
      return [member, Object.fromEntries(kept)];
    }),
  );

const startInput = (input: JsonObject): string => {
  const given = input["input"] ?? "{}";
  const refuse = (flaw: string) =>
    new AwsError("InvalidExecutionInput", `Invalid State Machine Execution Input: '${flaw}'`);
  if (typeof given !== "string") throw refuse("not a string");
  if (Buffer.byteLength(given) > LARGEST_PAYLOAD_BYTES)
    throw validationError("'input' is longer than 262144 bytes");
  requireJson(given, refuse);
  return given;
};

const startName = (input: JsonObject, newId: () => string): string => {
  const name = input["name"];
  if (name === undefined || name === null) return newId();
  if (typeof name !== "string" || !EXECUTION_NAME.test(name)) {
    throw new AwsError("InvalidName", `Invalid Name: '${JSON.stringify(name)}'`);
  }
  return name;
};

const statusFilter = (input: JsonObject): string | undefined => {
  const status = input["statusFilter"];
  if (status === undefined || status === null) return undefined;
  if (typeof status === "string" && STATUSES.includes(status)) return status;
  throw validationError(`1 validation error detected: 'statusFilter' must be one of ${STATUSES.join(", ")}`);
};

export const executionOperations = (dependencies: StatesServiceDependencies): Record<string, Operation> => {
  const { clock, records, executions, machines, newId } = dependencies;

  const executionsOfMachine = (input: JsonObject) => {
    const { machine } = machines.find(requiredText(input, "stateMachineArn"));
    return records.executionsOf(executionArnOf(machine.arn, ""));
  };

  const childrenOf = (mapRunArn: string) => {
    if (!isMapRunArn(mapRunArn)) throw new AwsError("InvalidArn", `Invalid Arn: '${mapRunArn}'`);
    return records.executionsOf(childArnPrefixOf(mapRunArn));
  };

  return {
    StartExecution: (input) => {
      const { machine } = machines.find(requiredText(input, "stateMachineArn"));
      const { arn, startedAt } = executions.start({
        machineArn: machine.arn,
        name: startName(input, newId),
        input: startInput(input),
      });
      return { executionArn: arn, startDate: epochSeconds(startedAt) };
    },
    DescribeExecution: (input) =>
      describe(findExecution(records, input), input["includedData"] !== "METADATA_ONLY"),
    ListExecutions: (input) => {
      const mapRunArn = optionalText(input, "mapRunArn", 2000);
      const listed = mapRunArn === undefined ? executionsOfMachine(input) : childrenOf(mapRunArn);
      const status = statusFilter(input);
      const matching = listed
        .filter((execution) => status === undefined || execution.status === status)
        .sort(newestFirst);
      const { page, nextToken } = pageOf(matching, input, ({ arn }) => arn);
      return { executions: page.map(mapRunArn === undefined ? listItem : childListItem), nextToken };
    },
    GetExecutionHistory: (input) => {
      const events = records.history(findExecution(records, input).arn);
      const ordered = input["reverseOrder"] === true ? events.toReversed() : events;
      const { page, nextToken } = pageOf(ordered, input, ({ id }) => String(id));
      return { events: input["includeExecutionData"] === false ? page.map(withoutData) : page, nextToken };
    },
    StopExecution: (input) => {
      const { arn, status } = findExecution(records, input);
      if (status === "RUNNING") {
        executions.abort(arn, optionalText(input, "error", 256), optionalText(input, "cause", 32_768));
      }
      const { stoppedAt } = findExecution(records, input);
      return { stopDate: stoppedAt === undefined ? clock.now().getTime() / 1000 : epochSeconds(stoppedAt) };
    },
  };
};
