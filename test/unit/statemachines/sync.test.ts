import { readFileSync } from "node:fs";
import * as z from "zod/mini";
import { describe, expect, it } from "vitest";
import { syncTaskContracts } from "../../../lambdas/core/contracts/sync-workflow.ts";
import { RETRIES } from "../../../lambdas/core/use-cases/sync/look-into-slice.ts";

const RetrierSchema = z.object({
  ErrorEquals: z.array(z.string()),
  IntervalSeconds: z.number(),
  BackoffRate: z.number(),
  MaxDelaySeconds: z.number(),
  MaxAttempts: z.number(),
  JitterStrategy: z.literal("FULL"),
});
const StateSchema = z.looseObject({
  Type: z.string(),
  Next: z.optional(z.string()),
  Comment: z.optional(z.string()),
  Arguments: z.optional(z.object({ FunctionName: z.string(), Payload: z.record(z.string(), z.unknown()) })),
  Retry: z.optional(z.array(RetrierSchema)),
  Catch: z.optional(z.array(z.looseObject({ ErrorEquals: z.array(z.string()), Next: z.string() }))),
  ItemSelector: z.optional(z.record(z.string(), z.unknown())),
  ToleratedFailurePercentage: z.optional(z.number()),
  ItemProcessor: z.optional(
    z.object({
      ProcessorConfig: z.object({ Mode: z.string(), ExecutionType: z.string() }),
      StartAt: z.string(),
      States: z.record(
        z.string(),
        z.lazy(() => StateSchema),
      ),
    }),
  ),
}) as z.ZodMiniType<State>;

interface State {
  readonly Type: string;
  readonly Next?: string;
  readonly Comment?: string;
  readonly Arguments?: {
    readonly FunctionName: string;
    readonly Payload: Readonly<Record<string, unknown>>;
  };
  readonly Retry?: readonly z.infer<typeof RetrierSchema>[];
  readonly Catch?: readonly { readonly ErrorEquals: readonly string[]; readonly Next: string }[];
  readonly ItemSelector?: Readonly<Record<string, unknown>>;
  readonly ToleratedFailurePercentage?: number;
  readonly ItemProcessor?: {
    readonly ProcessorConfig: { readonly Mode: string; readonly ExecutionType: string };
    readonly StartAt: string;
    readonly States: Readonly<Record<string, State>>;
  };
}

const text = readFileSync(new URL("../../../statemachines/sync.asl.json", import.meta.url), "utf8");
const machine = z.object({ States: z.record(z.string(), StateSchema) }).parse(JSON.parse(text));
const slices = machine.States["In each account"];
const states = { ...machine.States, ...slices?.ItemProcessor?.States };
const tasks = Object.entries(states).filter(([, { Type }]) => Type === "Task");
const contractOf = (name: string) => syncTaskContracts[name as keyof typeof syncTaskContracts];

describe("the machine of syncs and the functions' contract", () => {
  it("have the same tasks", () => {
    expect(tasks.map(([name]) => name).toSorted()).toEqual(Object.keys(syncTaskContracts).toSorted());
  });

  it.each(tasks)("%s sends the fields that its function reads", (name, { Arguments }) => {
    const fields = Object.keys(contractOf(name).input.shape).filter(
      (field) => field !== "failed" || name === "Give up",
    );
    expect(Object.keys(Arguments?.Payload ?? {}).toSorted()).toEqual(fields.toSorted());
  });

  it("sends the contract's version, also through the slices", () => {
    expect(states["Sync"]?.Arguments?.Payload["version"]).toBe(1);
    expect(states["Give up"]?.Arguments?.Payload["version"]).toBe(1);
    expect(slices?.ItemSelector?.["version"]).toBe(1);
    // How often the state was retried is none of the selector's: the state itself says so.
    expect([...Object.keys(slices?.ItemSelector ?? {}), "retries"].toSorted()).toEqual(
      Object.keys(syncTaskContracts["Look into accounts"].input.shape).toSorted(),
    );
  });

  it.each(tasks)(
    "%s retries the errors that its function names, Lambda's, and a sandbox that died or ran out of time",
    (name, { Retry = [] }) => {
      const names = Retry[0]?.ErrorEquals ?? [];
      const own = names.filter((error) => !error.startsWith("Lambda."));
      const died = ["Runtime.ExitError", "Sandbox.Timedout"];
      expect(own.toSorted()).toEqual([...contractOf(name).errors, ...died].toSorted());
      expect(names).toContain("Lambda.TooManyRequestsException");
    },
  );

  it("know each other's words for what is next", () => {
    const choice = z
      .object({
        Choices: z.array(z.object({ Condition: z.string(), Next: z.string() })),
        Default: z.string(),
      })
      .parse(states["What is next?"]);
    const next = Object.fromEntries(
      choice.Choices.map(({ Condition, Next }) => [/next = '(\w+)'/.exec(Condition)?.[1] ?? "", Next]),
    );
    const words = syncTaskContracts.Sync.output.shape.next.def.entries;
    expect(Object.keys({ ...next, end: choice.Default }).toSorted()).toEqual(Object.keys(words).toSorted());
    expect({ ...next, end: choice.Default }).toEqual({
      sync: "Sync",
      accounts: "In each account",
      end: "End",
    });
  });
});

describe("an execution of a slice", () => {
  it("goes on with the same slice until its function says that it is through", () => {
    expect(states["Look into accounts"]).toMatchObject({
      Output: "{% $merge([$states.input, $states.result.Payload]) %}",
      Next: "Are there more?",
    });
    expect(states["Are there more?"]).toMatchObject({
      Choices: [{ Condition: "{% $states.input.next = 'more' %}", Next: "Look into accounts" }],
      Default: "Looked into",
    });
    const words = syncTaskContracts["Look into accounts"].output.shape.next.def.entries;
    expect(Object.keys(words)).toEqual(["more", "end"]);
  });

  it("retries what nobody expected often enough to leave the account alone that it happens in", () => {
    const retries = states["Look into accounts"]?.Retry ?? [];
    expect(retries.map(({ ErrorEquals }) => ErrorEquals).slice(1)).toEqual([["States.TaskFailed"]]);
    // Else an account that no attempt gets through would fail the slice, and all those behind it, in every pass.
    for (const { MaxAttempts } of retries) expect(MaxAttempts).toBeGreaterThan(RETRIES);
    expect(states["Sync"]?.Retry).toHaveLength(1);
    expect(states["Give up"]?.Retry).toHaveLength(1);
  });

  it("answers nothing: a thousand answers would not fit into a state", () => {
    expect(states["Looked into"]).toEqual({ Type: "Succeed", Output: {} });
  });
});

describe("the machine's retries of a sync", () => {
  it.each([
    ["Sync", 40],
    ["Look into accounts", 8],
  ])("of %s take as long on average as its comment says", (name, minutes) => {
    const [retry] = states[name]?.Retry ?? [];
    if (retry === undefined) throw new Error(`${name} retries nothing`);
    const delays = Array.from({ length: retry.MaxAttempts }, (_, attempt) =>
      Math.min(retry.IntervalSeconds * retry.BackoffRate ** attempt, retry.MaxDelaySeconds),
    );
    // Full jitter draws each delay evenly from zero to its bound, so the mean is half of it.
    const expected = delays.reduce((sum, delay) => sum + delay / 2, 0) / 60;
    expect(states[name]?.Comment).toContain(`some ${String(minutes)} minutes on average`);
    expect(states[name]?.Comment).toContain(`Retry: ${String(retry.MaxAttempts)} attempts`);
    expect(states[name]?.Comment).toContain(
      `min(${String(retry.IntervalSeconds)} * ${String(retry.BackoffRate)}^n, ${String(retry.MaxDelaySeconds)}) s`,
    );
    expect(Math.abs(expected - minutes) / minutes).toBeLessThan(0.15);
  });

  it("end a pass that somebody else works on, and give up any other", () => {
    expect(states["Sync"]?.Catch?.map(({ ErrorEquals, Next }) => [ErrorEquals, Next])).toEqual([
      [["ConcurrentModification"], "End"],
      [["States.ALL"], "Give up"],
    ]);
    expect(slices?.Catch?.map(({ ErrorEquals, Next }) => [ErrorEquals, Next])).toEqual([
      [["States.ALL"], "Give up"],
    ]);
  });

  it("let no slice that fails end the others: each is an execution with a history of its own", () => {
    expect(slices?.ToleratedFailurePercentage).toBe(100);
    expect(slices?.ItemProcessor?.ProcessorConfig).toEqual({
      Mode: "DISTRIBUTED",
      ExecutionType: "STANDARD",
    });
  });
});
