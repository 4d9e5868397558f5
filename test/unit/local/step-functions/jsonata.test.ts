import { describe, expect, it } from "vitest";
import { engineUnderTest } from "./engine-under-test.ts";

const evaluate = async (expression: string, input = {}) => {
  const { status, result, error, cause } = await engineUnderTest({ random: () => 0.5 }).runToEnd(
    { Say: { Type: "Pass", Output: `{% ${expression} %}`, End: true } },
    input,
  );
  return status === "SUCCEEDED" ? result : { error, cause };
};

describe("JSONata as Step Functions has it", () => {
  it.each([
    ["$partition([1,2,3,4,5], 2)", [[1, 2], [3, 4], [5]]],
    ["$range(0, 10, 5)", [0, 5, 10]],
    ["$range(3, 1, -1)", [3, 2, 1]],
    ["$hash('abc', 'SHA-256')", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
    ["$random()", 0.5],
    ["$random(7) = $random(7)", true],
    ["$parse('{\"a\":[1]}').a", [1]],
    ["$now()", "2026-01-01T00:00:00.000Z"],
    ["$now('[Y0001]-[M01]')", "2026-01"],
    ["$millis()", Date.parse("2026-01-01T00:00:00Z")],
    ["null", null],
    ["$states.input.list[n > 1].n", [2, 3]],
    ["$type($uuid())", "string"],
  ])("%s", async (expression, expected) => {
    expect(await evaluate(expression, { list: [{ n: 1 }, { n: 2 }, { n: 3 }] })).toEqual(expected);
  });

  it.each([
    ["$eval('1+1')", "Attempted to invoke a non-function"],
    ["$states.input.absent", "returned nothing (undefined)"],
    ["$", "returned nothing (undefined)"],
    ["absent", "returned nothing (undefined)"],
    ["$sum", "returned nothing (undefined)"],
    ["'a' + 1", "must evaluate to a number"],
    ["$error('stop here')", "stop here"],
    ["$range(0, 10, 0)", "returned nothing (undefined)"],
  ])("%s is States.QueryEvaluationError", async (expression, cause) => {
    expect(await evaluate(expression)).toEqual({
      error: "States.QueryEvaluationError",
      cause: expect.stringContaining(cause) as string,
    });
  });

  it("rejects what only newer versions of JSONata have, at registration", () => {
    const under = engineUnderTest();
    expect(() => {
      under.deploy({ Say: { Type: "Pass", Output: "{% $states.input.a ?? 1 %}", End: true } });
    }).toThrow(/States\.Say\.Output is not valid JSONata/);
  });

  it("leaves strings alone that are not wholly an expression", async () => {
    const { result } = await engineUnderTest().runToEnd({
      Say: { Type: "Pass", Output: [" {% 1 %}", "{% 1 %} ", "{% 1 %}"], End: true },
    });
    expect(result).toEqual([" {% 1 %}", "{% 1 %} ", 1]);
  });
});
