import type { Context } from "aws-lambda";
import { describe, expect, it } from "vitest";
import { automaticFunction } from "../../../lambdas/automatic/automatic-function.ts";
import { recordedOutput } from "../../support/recorded-output.ts";
import type { AutomaticRun } from "../../../lambdas/core/use-cases/automatic/run-automatic-flows.ts";

const ran: AutomaticRun = {
  flows: 1,
  live: 2,
  made: 3,
  ended: 4,
  withheld: 0,
  left: 0,
  problems: [],
  defects: [],
};
const context = { awsRequestId: "aws-request", functionName: "lockstep-automatic" } as Context;

const invoked = async (outcome: AutomaticRun | undefined) => {
  const { lines, logger } = recordedOutput();
  const runs: { readonly seconds: number }[] = [];
  const handle = automaticFunction((input) => {
    runs.push(input);
    return Promise.resolve(outcome);
  }, logger);
  const answer = handle({ whatever: "started it" }, context).then(
    () => "done",
    (error: unknown) => String(error),
  );
  return { answer: await answer, runs, lines };
};

describe("the function of automatic flows", () => {
  it("runs for four of its five minutes, whatever started it", async () => {
    expect(await invoked(ran)).toMatchObject({ answer: "done", runs: [{ seconds: 240 }] });
  });

  it("leaves a run that is at work alone, and fails nothing", async () => {
    expect(await invoked(undefined)).toMatchObject({ answer: "done" });
  });

  it("ends in an error when something could not be done, which the alarm counts, and says what", async () => {
    const problem = "access flow oncall: no answer";
    const { answer, lines } = await invoked({ ...ran, problems: [problem] });
    expect(answer).toContain(problem);
    expect(JSON.stringify(lines)).toContain("Could not be done");
    expect((await invoked({ ...ran, defects: [new TypeError("a defect")] })).answer).toContain("a defect");
  });
});
