import { readFileSync, writeFileSync } from "node:fs";
import { drawMachine, drawTransitions, type Machine } from "./draw-workflow.ts";

const page = new URL("workflow.md", import.meta.url);
const machine = new URL("../statemachines/access-request.asl.json", import.meta.url);
const drawings = [drawTransitions(), drawMachine(JSON.parse(readFileSync(machine, "utf8")) as Machine)];

let next = 0;
const text = readFileSync(page, "utf8").replaceAll(/```mermaid\n[\s\S]*?\n```/g, () => {
  const drawing = drawings[next];
  next += 1;
  if (drawing === undefined) throw new Error("docs/workflow.md has more drawings than are generated");
  return `\`\`\`mermaid\n${drawing}\n\`\`\``;
});
writeFileSync(page, text);
