import assert from "node:assert/strict";
import { names } from "../../../lib/names.ts";
import { Execution, Executions, History, Items, Machines } from "./answers.ts";
import type { Scene } from "./checks.ts";
import { approve, ask, inStatus } from "./requests.ts";
import { eventually, isAssigned, untilAssigned } from "./world.ts";
import type { Assignment, World } from "./world.ts";

/** Long enough for some commands of a second each while the access is there. */
const DURATION = "PT20S";

const machineArn = async ({ aws }: World) => {
  const { stateMachines } = await aws.ask(Machines, "stepfunctions list-state-machines");
  const machine = stateMachines.find(({ name }) => name === names.workflow);
  assert.ok(machine !== undefined, `The CLI lists no machine ${names.workflow}`);
  return machine.stateMachineArn;
};

const executionOf = async ({ aws }: World, stateMachineArn: string, requestId: string) => {
  const { executions } = await aws.ask(Executions, "stepfunctions list-executions", {
    "state-machine-arn": stateMachineArn,
  });
  return executions.find(({ name }) => name === requestId);
};

const statesEntered = async ({ aws }: World, executionArn: string) => {
  const { events } = await aws.ask(History, "stepfunctions get-execution-history", {
    "execution-arn": executionArn,
  });
  return events.flatMap(({ stateEnteredEventDetails: entered }) =>
    entered === undefined ? [] : [entered.name],
  );
};

const itemsIn = async ({ aws }: World, table: string) =>
  (await aws.ask(Items, "dynamodb scan", { "table-name": table })).Items;

/** One request over the HTTP API from asking to ended, watched through the CLI. */
export const oneRequest: Scene<World> = {
  title: "one request",
  play: async (world, check) => {
    const { aws } = world;
    const assignment: Assignment = {
      account: world.account("payments-prod"),
      permissionSet: world.permissionSet("DatabaseOperator"),
      principalType: "USER",
      principalId: world.user("alice"),
    };

    await check("the assignment is absent before", async () => {
      assert.equal(await isAssigned(world, assignment), false);
    });
    const request = await check("alice asks, and it is pending", async () => {
      const asked = await ask(world, "alice", {
        account: "payments-prod",
        permissionSet: "DatabaseOperator",
        duration: DURATION,
      });
      assert.equal(asked.status, "pending");
      return asked;
    });
    const executionArn = await check("list-executions shows its execution running", async () => {
      const stateMachineArn = await machineArn(world);
      const execution = await eventually("an execution is named after the request", () =>
        executionOf(world, stateMachineArn, request.id),
      );
      assert.equal(execution.status, "RUNNING");
      return execution.executionArn;
    });
    await check(
      "dynamodb scan shows the request, and its task token in no other table than wakeups",
      async () => {
        const token = await eventually(
          "a task token waits in wakeups",
          async () =>
            (await itemsIn(world, names.tables.wakeups)).find(({ pk }) => pk?.S === request.id)?.["taskToken"]
              ?.S,
        );
        const access = await itemsIn(world, names.tables.access);
        const item = access.find(({ pk }) => pk?.S === `request#${request.id}`);
        assert.equal(item?.["status"]?.S, "pending");
        const elsewhere = [...access, ...(await itemsIn(world, names.tables.audit))];
        assert.equal(JSON.stringify(elsewhere).includes(token), false);
      },
    );
    await check("nothing is assigned while it waits", async () => {
      assert.equal(await isAssigned(world, assignment), false);
    });

    await check("grace approves, and the assignment comes", async () => {
      await approve(world, "grace", request);
      await untilAssigned(world, assignment, true);
    });
    await check("describe-execution shows it running on the request's id", async () => {
      const execution = await aws.ask(Execution, "stepfunctions describe-execution", {
        "execution-arn": executionArn,
      });
      assert.equal(execution.status, "RUNNING");
      assert.ok(execution.input.includes(request.id), execution.input);
    });
    await check("get-execution-history has it hold until expiry", () =>
      eventually("the execution holds", async () =>
        (await statesEntered(world, executionArn)).at(-1) === "Hold until expiry" ? true : undefined,
      ),
    );

    await check("the assignment goes when the time is over", () => untilAssigned(world, assignment, false));
    await check("the request ended as expired", async () => {
      const ended = await inStatus(world, "alice", request, "ended");
      assert.equal(ended.ended?.reason, "expired");
      assert.deepEqual(
        ended.entitlements.map(({ status, standing }) => ({ status, standing })),
        [{ status: "removed", standing: false }],
      );
    });
    await check("describe-execution shows it succeeded", () =>
      eventually("the execution has succeeded", async () => {
        const { status } = await aws.ask(Execution, "stepfunctions describe-execution", {
          "execution-arn": executionArn,
        });
        assert.ok(["RUNNING", "SUCCEEDED"].includes(status), status);
        return status === "SUCCEEDED" ? true : undefined;
      }),
    );
    await check("get-execution-history tells its life in order", async () => {
      const entered = await statesEntered(world, executionArn);
      const life = ["Wait for approval", "Grant access", "Hold until expiry", "Revoke access"];
      assert.deepEqual(
        entered.filter((name) => life.includes(name)),
        life,
      );
    });
    await check("dynamodb scan shows its audit trail, without a gap", async () => {
      const trail = (await itemsIn(world, names.tables.audit)).filter(({ pk }) => pk?.S === request.id);
      const sequences = trail.map(({ sk }) => Number(sk?.N)).toSorted((a, b) => a - b);
      assert.deepEqual(
        sequences,
        sequences.map((_, index) => index + 1),
      );
      assert.ok(sequences.length >= 6, `only ${sequences.length} entries`);
    });
  },
};
