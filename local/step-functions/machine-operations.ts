import type { JsonObject } from "../wire/json.ts";
import { AwsError } from "../wire/service.ts";
import type { Operation } from "../wire/service.ts";
import { findExecution } from "./execution-operations.ts";
import { pageOf } from "./pages.ts";
import type { MachineRecord, RevisionRecord } from "./records.ts";
import type { StatesServiceDependencies } from "./service-dependencies.ts";
import { epochSeconds, requiredText } from "./service-input.ts";

const UNLOGGED: JsonObject = {
  loggingConfiguration: { level: "OFF", includeExecutionData: false },
  tracingConfiguration: { enabled: false },
};

const describeMachine = (machine: MachineRecord, revision: RevisionRecord): JsonObject => ({
  stateMachineArn: machine.arn,
  name: machine.name,
  status: "ACTIVE",
  definition: revision.definition,
  roleArn: revision.roleArn,
  type: machine.type,
  creationDate: epochSeconds(machine.createdAt),
  revisionId: machine.revisionId,
  ...UNLOGGED,
});

export const machineOperations = (dependencies: StatesServiceDependencies): Record<string, Operation> => {
  const { records, machines } = dependencies;
  return {
    ListStateMachines: (input) => {
      const { page, nextToken } = pageOf(records.machines(), input, ({ arn }) => arn);
      return {
        stateMachines: page.map(({ arn, name, type, createdAt }) => ({
          stateMachineArn: arn,
          name,
          type,
          creationDate: epochSeconds(createdAt),
        })),
        nextToken,
      };
    },
    DescribeStateMachine: (input) => {
      const { machine, revision } = machines.find(requiredText(input, "stateMachineArn"));
      return describeMachine(machine, revision);
    },
    DescribeStateMachineForExecution: (input) => {
      const execution = findExecution(records, input);
      const revision = records.revision(execution.revisionId);
      if (revision === undefined) {
        throw new AwsError(
          "StateMachineDoesNotExist",
          `State Machine Does Not Exist: '${execution.machineArn}'`,
        );
      }
      return {
        stateMachineArn: execution.machineArn,
        name: execution.machineName,
        definition: revision.definition,
        roleArn: revision.roleArn,
        updateDate: epochSeconds(revision.createdAt),
        revisionId: execution.revisionId,
        ...UNLOGGED,
      };
    },
    ListTagsForResource: (input) => {
      const arn = requiredText(input, "resourceArn");
      if (records.machine(arn) === undefined) {
        throw new AwsError("ResourceNotFound", `Resource not found: '${arn}'`, 400, { resourceName: arn });
      }
      return { tags: [] };
    },
  };
};
