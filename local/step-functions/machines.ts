import type { Clock } from "../../lambdas/core/ports/clock.ts";
import { AwsError } from "../wire/service.ts";
import { isStatesArn } from "./arns.ts";
import { parseDefinition } from "./parse-definition.ts";
import type { MachineRecord, RevisionRecord } from "./records.ts";
import type { RecordsStore } from "./records-store.ts";

/** A machine as a template declares it. */
export interface Machine {
  readonly arn: string;
  readonly name: string;
  /** The Amazon States Language document, its substitutions done. */
  readonly definition: string;
  readonly roleArn: string;
  /** Only STANDARD machines run here. */
  readonly type: string;
}

export interface Machines {
  /** Throws `InvalidDefinition` with a sentence when the machine cannot run here. */
  register(machine: Machine): void;
  /** The machine and the definition that new executions get; throws `StateMachineDoesNotExist`. */
  find(arn: string): { readonly machine: MachineRecord; readonly revision: RevisionRecord };
}

export const createMachines = (dependencies: {
  readonly clock: Clock;
  readonly records: RecordsStore;
  readonly newId: () => string;
}): Machines => {
  const { clock, records, newId } = dependencies;
  return {
    register: ({ arn, name, definition, roleArn, type }) => {
      if (type !== "STANDARD") {
        throw new AwsError("InvalidDefinition", `${name} is ${type}; only STANDARD machines run here`);
      }
      parseDefinition(name, definition);
      const deployed = records.machine(arn);
      const current = deployed === undefined ? undefined : records.revision(deployed.revisionId);
      if (current?.definition === definition && current.roleArn === roleArn) return;
      const now = clock.now().toISOString();
      records.putMachine(
        { arn, name, type, revisionId: newId(), createdAt: deployed?.createdAt ?? now },
        { definition, roleArn, createdAt: now },
      );
    },
    find: (arn) => {
      if (!isStatesArn(arn, "stateMachine")) throw new AwsError("InvalidArn", `Invalid Arn: '${arn}'`);
      const machine = records.machine(arn);
      const revision = machine === undefined ? undefined : records.revision(machine.revisionId);
      if (machine === undefined || revision === undefined) {
        throw new AwsError("StateMachineDoesNotExist", `State Machine Does Not Exist: '${arn}'`);
      }
      return { machine, revision };
    },
  };
};
