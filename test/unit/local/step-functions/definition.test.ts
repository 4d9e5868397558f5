import { describe, expect, it } from "vitest";
import { parseDefinition } from "../../../../local/step-functions/parse-definition.ts";
import { lambdaTask } from "./engine-under-test.ts";

const parse = (definition: unknown) => parseDefinition("grants", JSON.stringify(definition));
const machine = (states: Record<string, unknown>, more = {}) => ({
  QueryLanguage: "JSONata",
  StartAt: Object.keys(states)[0],
  States: states,
  ...more,
});

describe("a definition", () => {
  it("may say everything that this engine runs", () => {
    expect(() =>
      parse(machine({ Grant: lambdaTask("grant"), Done: { Type: "Succeed", Comment: "fine" } })),
    ).not.toThrow();
  });

  it.each([
    [
      "JSONPath as the language",
      { StartAt: "A", States: { A: { Type: "Succeed" } } },
      /QueryLanguage is JSONPath; only machines/,
    ],
    [
      "a JSONPath field",
      machine({ A: { Type: "Pass", ResultPath: "$.a", End: true } }),
      /States\.A\.ResultPath is a JSONPath field/,
    ],
    ["an unknown field", machine({ A: { Type: "Pass", Ends: true } }), /States\.A.*Ends/],
    ["an unknown type", machine({ A: { Type: "Sleep", End: true } }), /States\.A\.Type/],
    ["a missing start", machine({ A: { Type: "Succeed" } }, { StartAt: "B" }), /StartAt names no state: B/],
    [
      "a missing target",
      machine({ A: { Type: "Pass", Next: "B" } }),
      /States\.A leads to a missing state: B/,
    ],
    [
      "a missing catch target inside a branch",
      machine({
        P: {
          Type: "Parallel",
          End: true,
          Branches: [
            {
              StartAt: "T",
              States: { T: lambdaTask("t", { Catch: [{ ErrorEquals: ["States.ALL"], Next: "P" }] }) },
            },
          ],
        },
      }),
      /States\.P\.Branches\[0\]\.States\.T leads to a missing state: P/,
    ],
    [
      "a state that neither ends nor goes on",
      machine({ A: { Type: "Pass" } }),
      /States\.A needs either "Next" or "End"/,
    ],
    [
      "a Wait for nothing",
      machine({ A: { Type: "Wait", End: true } }),
      /needs either "Seconds" or "Timestamp"/,
    ],
    [
      "another integration",
      machine({ A: { Type: "Task", Resource: "arn:aws:states:::sns:publish", End: true } }),
      /is arn:aws:states:::sns:publish; only Lambda/,
    ],
    [
      "broken JSONata",
      machine({ A: { Type: "Pass", Output: { x: "{% 1 + %}" }, End: true } }),
      /States\.A\.Output\.x is not valid JSONata/,
    ],
    [
      "an assignment to $states",
      machine({ A: { Type: "Pass", Assign: { states: 1 }, End: true } }),
      /reserved variable/,
    ],
    [
      "States.ALL before the last catcher",
      machine({
        A: lambdaTask("a", {
          Catch: [
            { ErrorEquals: ["States.ALL"], Next: "B" },
            { ErrorEquals: ["X"], Next: "B" },
          ],
        }),
        B: { Type: "Succeed" },
      }),
      /States\.A\.Catch\[0\] must name States\.ALL alone and come last/,
    ],
    ["something else than an object", [], /expected a JSON object/],
  ])("is refused with a sentence for %s", (_, definition, sentence) => {
    expect(() => parse(definition)).toThrow(sentence);
    expect(() => parse(definition)).toThrow(/^Invalid State Machine Definition of grants: /);
  });
});
