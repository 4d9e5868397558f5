import { innerScopesOf, isDistributedMap } from "./definition.ts";
import type { DistributedMapState, State, StatesScope } from "./definition.ts";
import type { Flaw } from "./flaw.ts";
import { labelOf } from "./map-run.ts";
import { parseTaskResource } from "./task-resource.ts";

/** Fields that only a distributed Map has. https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html */
const DISTRIBUTED_FIELDS = ["ItemBatcher", "ToleratedFailureCount", "ToleratedFailurePercentage", "Label"];

interface PlacedState {
  readonly name: string;
  readonly path: string;
  readonly state: State;
}

const statesIn = (scope: StatesScope, prefix: string): readonly PlacedState[] =>
  Object.entries(scope.States).flatMap(([name, state]) => {
    const path = `${prefix}States.${name}`;
    const inner = innerScopesOf(state).flatMap((one) => statesIn(one.scope, `${path}.${one.path}.`));
    return [{ name, path, state }, ...inner];
  });

const inlineFlaws = ({ state, path }: PlacedState): readonly Flaw[] => {
  if (state.Type !== "Map" || isDistributedMap(state)) return [];
  return DISTRIBUTED_FIELDS.filter((field) => field in state).map((field) => ({
    path: `${path}.${field}`,
    message: 'needs an ItemProcessor with "Mode": "DISTRIBUTED"',
  }));
};

const twice = (texts: readonly string[]) => texts.find((text, index) => texts.indexOf(text) < index);

/** Children find their states, and their ARNs, by the Map's name and label. */
const sharedNameFlaws = (maps: readonly (PlacedState & { readonly state: DistributedMapState })[]) => {
  const name = twice(maps.map((map) => map.name));
  const label = twice(maps.map((map) => labelOf(map.name, map.state)));
  const flaws: Flaw[] = [];
  if (name !== undefined) flaws.push({ path: name, message: "is the name of two distributed Maps" });
  if (label !== undefined) flaws.push({ path: label, message: "is the Label of two distributed Maps" });
  return flaws;
};

/** What Express workflows do not have: https://docs.aws.amazon.com/step-functions/latest/dg/choosing-workflow-type.html */
const expressFlaws = ({ state, path }: PlacedState): readonly Flaw[] => {
  const resource = state.Type === "Task" ? parseTaskResource(state.Resource) : undefined;
  const waits =
    (resource?.integration === "lambda" && resource.waitsForToken) ||
    (resource?.integration === "child-execution" && resource.waitsForEnd);
  const message = "waits for a token or an execution, which an EXPRESS child execution cannot";
  return waits ? [{ path: `${path}.Resource`, message }] : [];
};

const processorFlaws = (map: PlacedState & { readonly state: DistributedMapState }): readonly Flaw[] => {
  const { ItemProcessor, ItemBatcher } = map.state;
  const inside = statesIn(ItemProcessor, `${map.path}.ItemProcessor.`);
  const nested = inside
    .filter(({ state }) => isDistributedMap(state))
    .map(({ path }) => ({ path, message: "is a distributed Map within another, which does not run here" }));
  const isExpress = ItemProcessor.ProcessorConfig.ExecutionType === "EXPRESS";
  const batcher =
    ItemBatcher?.MaxItemsPerBatch === 0
      ? [{ path: `${map.path}.ItemBatcher.MaxItemsPerBatch`, message: "must be at least 1" }]
      : [];
  return [...nested, ...batcher, ...(isExpress ? inside.flatMap(expressFlaws) : [])];
};

/** What keeps the Maps of a definition from running here, beyond what every state has to keep to. */
export const distributedMapFlaws = (definition: StatesScope): readonly Flaw[] => {
  const states = statesIn(definition, "");
  const maps = states.flatMap((placed) =>
    isDistributedMap(placed.state) ? [{ ...placed, state: placed.state }] : [],
  );
  return [...states.flatMap(inlineFlaws), ...sharedNameFlaws(maps), ...maps.flatMap(processorFlaws)];
};
