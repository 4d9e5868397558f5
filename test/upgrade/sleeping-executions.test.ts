import { describe, expect, it } from "vitest";
import { AwaitApprovalInputSchema } from "../../lambdas/core/contracts/workflow.ts";
import { isOver } from "../../lambdas/core/domain/access-request.ts";
import { bob, carol, lockstepUnderTest, type TaskCall } from "../support/lockstep-under-test.ts";
import { machineOf, recordings, restore, type RecordedSleep } from "./recorded.ts";
import { aGroupId } from "../support/builders.ts";

/**
 * The machine of an earlier version, asleep where that version's functions had brought it: their answers are played
 * back to it at their times. Then the deployment: today's functions, on the items that the earlier ones left.
 */
const sleptThroughDeployment = async (version: string, recorded: RecordedSleep) => {
  const left = [...recorded.calls];
  const tokens = new Map<string, string>();
  const lockstep = await lockstepUnderTest({
    definition: machineOf(version),
    answerInstead: async ({ execution, payload, ...call }: TaskCall) => {
      const index = left.findIndex((made) => made.execution === execution && made.function === call.function);
      const [made] = index < 0 ? [] : left.splice(index, 1);
      if (made === undefined) return undefined;
      expect(lockstep.clock.now().toISOString()).toBe(made.at);
      const wait = AwaitApprovalInputSchema.safeParse(payload);
      if (wait.success) {
        tokens.set(execution, wait.data.taskToken);
        await lockstep.wakeups.put({ ...wait.data, expiresAt: wait.data.deadline });
      }
      if (made.answeredAt !== undefined) {
        await lockstep.clock.sleep(Date.parse(made.answeredAt) - lockstep.clock.now().getTime());
      }
      return made.answer;
    },
  });
  const happened = [
    ...recorded.executions.map(({ name, startedAt, input }) => ({
      at: startedAt,
      happen: async () => {
        await lockstep.workflow.start(name, input);
      },
    })),
    ...Object.entries(recorded.wokenAt).flatMap(([execution, moments]) =>
      moments.map((at) => ({ at, happen: () => lockstep.workflow.wake(tokens.get(execution) ?? "none") })),
    ),
  ];
  for (const { at, happen } of happened.toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))) {
    await lockstep.clock.advanceTo(new Date(at));
    await happen();
    await lockstep.clock.advanceBy(0);
  }
  await lockstep.clock.advanceTo(new Date(recorded.at));
  expect(left).toEqual([]);
  expect(await lockstep.runningExecutions()).toBe(recorded.asleep.length);
  await restore(lockstep, recorded);
  return lockstep;
};

const sleeps = recordings("sleeping-executions").map(
  ([name, recorded]) => [name, name.slice(0, name.indexOf("/")), recorded] as const,
);

/** Every state in which an execution can sleep: the waiting ones, and those with pauses between two attempts. */
it("was recorded in every state of the machine in which an execution can sleep", () => {
  for (const version of new Set(sleeps.map(([, of]) => of))) {
    const { States } = JSON.parse(machineOf(version)) as {
      States: Record<string, { Type: string; Retry?: unknown }>;
    };
    const sleepless = Object.entries(States).filter(([, { Type }]) => Type === "Task" || Type === "Wait");
    const recorded = sleeps.flatMap(([, of, { asleep }]) => (of === version ? asleep : []));
    expect(new Set(recorded.map(({ state }) => state))).toEqual(new Set(sleepless.map(([state]) => state)));
  }
});

describe.each(sleeps)("an execution that sleeps through a deployment: %s", (_name, version, recorded) => {
  it("ends correctly", async () => {
    const lockstep = await sleptThroughDeployment(version, recorded);
    const requests = lockstep.requests.all;
    const standing = lockstep.entitlements.all.some(({ state }) => state === "standing");
    lockstep.directory.addGroup({
      groupId: aGroupId("security"),
      displayName: "security",
      members: [carol.userId],
    });
    for (const { id, status, approval } of requests) {
      if (status === "pending") {
        await lockstep.decide(id, "approve", approval.decisions.length === 0 ? bob : carol);
      }
    }
    await lockstep.clock.runUntilIdle();
    // What is stuck by then has ended its execution; asking again begins another.
    for (const { id } of requests)
      if ((await lockstep.request(id)).status === "stuck") await lockstep.revoke(id);
    await lockstep.clock.runUntilIdle();
    for (const { id } of requests) {
      const request = await lockstep.request(id);
      expect(isOver(request), request.status).toBe(true);
    }
    expect([...lockstep.provider.present]).toEqual(standing ? recorded.assignments : []);
    expect(await lockstep.runningExecutions()).toBe(0);
  });
});
