import { describe, expect, it } from "vitest";
import { catalogueRefresh } from "../../../lambdas/adapters/lambda/catalogue-refresh.ts";
import { sweepRunner } from "../../../lambdas/adapters/lambda/sweep-runner.ts";
import { scriptedAws, type ScriptedAnswer } from "../../support/fakes/scripted-aws.ts";

/** As Lambda answers for a function that threw: 200, the header, and what was thrown. */
const failed = (thrown: object): ScriptedAnswer => ({
  body: thrown,
  headers: { "x-amz-function-error": "Unhandled" },
});

const refreshing = (answer: ScriptedAnswer) =>
  catalogueRefresh({ clientsFor: scriptedAws(() => answer).clientsFor, functionName: "sync" }).refresh();

const sweeping = (answer: ScriptedAnswer) =>
  sweepRunner({ clientsFor: scriptedAws(() => answer).clientsFor, functionName: "sweep" }).run();

describe("a function that is waited for and fails", () => {
  const thrown = {
    errorType: "AccessDeniedException",
    errorMessage: "Not allowed: organizations:ListAccounts",
    trace: ["AccessDeniedException: Not allowed", "    at file:///var/task/index.mjs:1:1"],
  };

  it("has its error's name and message told, and no trace", async () => {
    await expect(refreshing(failed(thrown))).rejects.toMatchObject({
      name: "CatalogueUnavailable",
      message: "The sync function failed (AccessDeniedException: Not allowed: organizations:ListAccounts)",
    });
    await expect(sweeping(failed(thrown))).rejects.toMatchObject({
      name: "SweepUnavailable",
      message: "The sweep's function failed (AccessDeniedException: Not allowed: organizations:ListAccounts)",
    });
  });

  it("is told of where it left nothing to read, and shortly where it said much", async () => {
    await expect(refreshing(failed([]))).rejects.toMatchObject({
      message: "The sync function failed (Unhandled)",
    });
    const long = { errorType: "Error", errorMessage: "x".repeat(10_000) };
    await expect(refreshing(failed(long))).rejects.toMatchObject({
      message: expect.stringMatching(/^The sync function failed \(Error: x{493} …\)$/) as string,
    });
  });

  it("is not told of where it ended well", async () => {
    await expect(refreshing({ body: { errorMessage: "only a word in its answer" } })).resolves.toBe(
      undefined,
    );
  });
});
