import { describe, expect, it } from "vitest";
import type { LocalStore } from "../../../../local/store.ts";
import { VirtualClock } from "../../../support/virtual-clock.ts";
import { engineUnderTest, lambdaTask, machineArn, namedError, tokenTask } from "./engine-under-test.ts";
import type { TestFunction } from "./engine-under-test.ts";

type Documents = Map<string, Map<string, string>>;

const copyOf = (documents: Documents): Documents =>
  new Map([...documents].map(([collection, byId]) => [collection, new Map(byId)]));

/** A store that tells when a write is durable, so that a test can kill the process right there. */
const watchedStore = (documents: Documents, onDurable: (documents: Documents) => void): LocalStore => {
  let depth = 0;
  const written = () => {
    if (depth === 0) onDurable(documents);
  };
  const list: LocalStore["list"] = (collection) =>
    [...(documents.get(collection) ?? [])]
      .map(([id, document]) => ({ id, document: JSON.parse(document) as unknown }))
      .sort((a, b) => (a.id < b.id ? -1 : 1));
  return {
    get: (collection, id) => {
      const document = documents.get(collection)?.get(id);
      return document === undefined ? undefined : (JSON.parse(document) as unknown);
    },
    put: (collection, id, document) => {
      const byId = documents.get(collection) ?? new Map<string, string>();
      documents.set(collection, byId.set(id, JSON.stringify(document)));
      written();
    },
    delete: (collection, id) => {
      documents.get(collection)?.delete(id);
      written();
    },
    list,
    listRange: (collection, { prefix = "", after = "", limit = Infinity }) =>
      list(collection)
        .filter(({ id }) => id.startsWith(prefix) && id > after)
        .slice(0, limit),
    atomically: (work) => {
      depth += 1;
      try {
        return work();
      } finally {
        depth -= 1;
        written();
      }
    },
    close: () => undefined,
  };
};

const child = { Nap: { Type: "Wait", Seconds: 40, Output: "child is done", End: true } };

const states = {
  Begin: {
    Type: "Choice",
    Choices: [{ Condition: "{% $states.input.n > 0 %}", Next: "Approve" }],
    Assign: { n: 0 },
  },
  Approve: tokenTask("ask", {
    TimeoutSeconds: 3600,
    Assign: { by: "{% $states.result %}" },
    End: undefined,
    Next: "Hold",
  }),
  Hold: { Type: "Wait", Seconds: 600, Next: "Grant" },
  Grant: lambdaTask("grant", {
    Retry: [{ ErrorEquals: ["NotYet"], IntervalSeconds: 30, MaxAttempts: 20, BackoffRate: 1 }],
    Assign: { granted: "{% $states.result.Payload %}" },
    Output: [1, 2, 3],
    End: undefined,
    Next: "Each",
  }),
  Each: {
    Type: "Map",
    MaxConcurrency: 2,
    ItemProcessor: {
      StartAt: "Both",
      States: {
        Both: {
          Type: "Parallel",
          Branches: [
            { StartAt: "Double", States: { Double: lambdaTask("double") } },
            { StartAt: "Rest", States: { Rest: { Type: "Wait", Seconds: 5, Output: "rested", End: true } } },
          ],
          End: true,
        },
      },
    },
    Next: "Fan out",
  },
  "Fan out": {
    Type: "Map",
    MaxConcurrency: 2,
    ItemProcessor: {
      ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" },
      StartAt: "Rest apart",
      States: { "Rest apart": { Type: "Wait", Seconds: 5, End: true } },
    },
    Next: "Delegate",
  },
  Delegate: {
    Type: "Task",
    Resource: "arn:aws:states:::states:startExecution.sync:2",
    Arguments: { StateMachineArn: machineArn("child") },
    Output: {
      by: "{% $by %}",
      granted: "{% $granted %}",
      doubled: "{% $states.input %}",
      child: "{% $states.result.Output %}",
    },
    Next: "Doomed",
  },
  Doomed: lambdaTask("doomed", {
    Catch: [{ ErrorEquals: ["States.ALL"], Output: "{% $states.input %}", Next: "Done" }],
  }),
  Done: { Type: "Succeed" },
};

const APPROVED_AT = new Date("2026-01-01T00:10:00Z");
const GRANTABLE_AT = new Date("2026-01-01T00:22:00Z");

/** Runs an engine on these documents, from `at` until nothing sleeps any more, with a human who approves on time. */
const live = (
  documents: Documents,
  at: Date,
  tokens: Set<string>,
  onDurable: (documents: Documents, at: Date) => void,
) => {
  const clock = new VirtualClock(at);
  const functions: Record<string, TestFunction> = {
    ask: ({ token }) => {
      tokens.add(token as string);
      return null;
    },
    grant: () => {
      if (clock.now() < GRANTABLE_AT) throw namedError("NotYet");
      return "granted";
    },
    double: (payload) => Number(payload) * 2,
    doomed: () => {
      throw namedError("Doomed");
    },
  };
  const store = watchedStore(documents, (durable) => {
    onDurable(durable, clock.now());
  });
  const under = engineUnderTest({ store, clock, functions });
  const approve = async () => {
    await clock.sleep(Math.max(APPROVED_AT.getTime() - clock.now().getTime(), 1));
    for (const taskToken of tokens) {
      await under.call("SendTaskSuccess", { taskToken, output: '"alice"' }).catch(() => undefined);
    }
  };
  return { under, approve };
};

const outcomeOf = async (under: ReturnType<typeof live>["under"], executionArn: string) => {
  const { status, output } = await under.describe(executionArn);
  const history = await under.history(executionArn);
  const ids = history.map(({ id }) => id);
  return {
    status,
    output: JSON.parse(output ?? "null") as unknown,
    visited: history
      .filter(({ type }) => type.endsWith("StateEntered"))
      .map((event) => (event["stateEnteredEventDetails"] as { name: string }).name)
      .sort(),
    types: history.map(({ type }) => type).sort(),
    idsWithoutGaps: ids.every((id, index) => id === index + 1),
  };
};

describe("wherever the process is killed", () => {
  it("the execution ends as if it had not been, with the same history", async () => {
    const moments: { readonly documents: Documents; readonly at: Date }[] = [];
    const tokens = new Set<string>();
    const { under, approve } = live(new Map(), new Date("2026-01-01T00:00:00Z"), tokens, (documents, at) => {
      moments.push({ documents: copyOf(documents), at });
    });
    under.deploy(child, {}, "child");
    under.deploy(states);
    const executionArn = await under.begin({ n: 1 });
    const approval = approve();
    await under.clock.runUntilIdle();
    await approval;
    const expected = await outcomeOf(under, executionArn);
    expect(expected).toMatchObject({
      status: "SUCCEEDED",
      output: {
        by: "alice",
        granted: "granted",
        doubled: [
          [2, "rested"],
          [4, "rested"],
          [6, "rested"],
        ],
        child: "child is done",
      },
      idsWithoutGaps: true,
    });

    const started = moments.filter(({ documents }) => documents.get("states/executions")?.has(executionArn));
    expect(started.length).toBeGreaterThan(60);
    for (const [index, { documents, at }] of started.entries()) {
      const resumed = live(documents, at, new Set(tokens), () => undefined);
      const resumedApproval = resumed.approve();
      await resumed.under.clock.runUntilIdle();
      await resumedApproval;
      expect({ index, ...(await outcomeOf(resumed.under, executionArn)) }).toEqual({ index, ...expected });
      const { executions } = await resumed.under.call("ListExecutions", {
        stateMachineArn: machineArn("child"),
      });
      expect(executions).toHaveLength(1);
    }
  }, 60_000);
});
