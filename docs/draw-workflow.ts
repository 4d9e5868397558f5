import { STATUSES, type Status } from "../lambdas/core/domain/access-request.ts";
import { transitions } from "../lambdas/core/domain/transitions.ts";

interface State {
  readonly Type: string;
  readonly Next?: string;
  readonly Default?: string;
  readonly Choices?: readonly { readonly Next: string; readonly Condition: string }[];
  readonly Catch?: readonly { readonly Next: string; readonly ErrorEquals: readonly string[] }[];
}

/** The parts of a state machine's definition that are drawn. */
export interface Machine {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
}

const terminal = (status: Status): boolean =>
  !Object.values(transitions).some(
    ({ from, to }) => to !== status && (from as readonly Status[]).includes(status),
  );

/** The life of a request as a mermaid state diagram, from the transition table. */
export const drawTransitions = (): string => {
  const edges = Object.entries(transitions).flatMap(([name, { from, to }]) =>
    (from.length === 0 ? ["[*]"] : from).map((status) => `  ${status} --> ${to}: ${name}`),
  );
  const ends = STATUSES.filter(terminal).map((status) => `  ${status} --> [*]`);
  return ["stateDiagram-v2", ...edges, ...ends].join("\n");
};

const compared = (condition: string): string => /= '(\w+)'/.exec(condition)?.[1] ?? "";

const edgesOf = (state: State): readonly (readonly [string, string])[] => [
  ...(state.Choices ?? []).map(({ Next, Condition }) => [compared(Condition), Next] as const),
  ...(state.Default === undefined ? [] : [["otherwise", state.Default] as const]),
  ...(state.Next === undefined ? [] : [["", state.Next] as const]),
  ...(state.Catch ?? []).map(({ Next, ErrorEquals }) => [ErrorEquals.join(", "), Next] as const),
];

/** The machine as a mermaid flowchart, from its definition. */
export const drawMachine = (machine: Machine): string => {
  const names = Object.keys(machine.States);
  const id = (name: string) => `s${String(names.indexOf(name))}`;
  const nodes = names.map((name) => {
    const type = machine.States[name]?.Type;
    const [open, close] = type === "Choice" ? ["{", "}"] : type === "Wait" ? ["([", "])"] : ["[", "]"];
    return `  ${id(name)}${open}"${name}"${close}`;
  });
  const edges = Object.entries(machine.States).flatMap(([name, state]) =>
    edgesOf(state).map(
      ([label, next]) => `  ${id(name)} -->${label === "" ? "" : `|"${label}"|`} ${id(next)}`,
    ),
  );
  return ["flowchart TD", `  start((start)) --> ${id(machine.StartAt)}`, ...nodes, ...edges].join("\n");
};
