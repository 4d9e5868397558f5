import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { drawMachine, drawTransitions, type Machine } from "../../../docs/draw-workflow.ts";

const page = readFileSync(new URL("../../../docs/workflow.md", import.meta.url), "utf8");
const definition = readFileSync(
  new URL("../../../statemachines/access-request.asl.json", import.meta.url),
  "utf8",
);

it("draws the transition table as it is (npm run workflow redraws it)", () => {
  expect(page).toContain(drawTransitions());
});

it("draws the state machine as it is (npm run workflow redraws it)", () => {
  expect(page).toContain(drawMachine(JSON.parse(definition) as Machine));
});
