import { createHash } from "node:crypto";
import { innerScopesOf, isDistributedMap } from "./definition.ts";
import type { DistributedMapState, StatesScope } from "./definition.ts";

/** AWS makes up a label where there is none; here it is the same at every deployment. */
export const labelOf = (state: string, { Label }: Pick<DistributedMapState, "Label">): string =>
  Label ?? createHash("sha256").update(state).digest("hex").slice(0, 32);

/** arn:…:stateMachine:NAME → arn:…:mapRun:NAME/LABEL:ID. https://docs.aws.amazon.com/step-functions/latest/dg/concepts-examine-map-run.html */
export const mapRunArnOf = (machineArn: string, label: string, id: string): string =>
  `${machineArn.replace(":stateMachine:", ":mapRun:")}/${label}:${id}`;

/** A child execution's name, fixed by its position, so that a restart finds the same child. */
export const childNameOf = (mapRunArn: string, index: number): string =>
  `${mapRunArn.slice(mapRunArn.lastIndexOf(":") + 1)}-${String(index)}`;

/** What the ARNs of a Map Run's children begin with, and no others. */
export const childArnPrefixOf = (mapRunArn: string): string =>
  `${mapRunArn.replace(":mapRun:", ":execution:")}-`;

/** The distributed Map of that name, wherever it is in the definition. */
export const findDistributedMap = (scope: StatesScope, name: string): DistributedMapState | undefined => {
  const state = scope.States[name];
  if (state !== undefined && isDistributedMap(state)) return state;
  for (const inner of Object.values(scope.States).flatMap(innerScopesOf)) {
    const found = findDistributedMap(inner.scope, name);
    if (found !== undefined) return found;
  }
  return undefined;
};
