import type { FlowTarget } from "../access-flow.ts";
import { undecidable } from "./approvers.ts";
import { withoutAnchor } from "./anchors.ts";
import type { Configuration, LintedFlow, LintedItem, World } from "./configuration.ts";
import { deadInApproval, deadInRota, deadInRule, deadInTargets } from "./dead-names.ts";
import { tooLong } from "./durations.ts";
import { error, type LintFinding, type LintKind, type Said } from "./finding.ts";
import { givenBy, type Given } from "./given.ts";
import { unmatched, unmatchedInApproval } from "./matches.ts";
import { neverGranted } from "./never-granted.ts";
import { overshadowed } from "./overlaps.ts";
import { withoutOwner } from "./owners.ts";
import { isPossible } from "./possible-person.ts";
import { scopeProblems } from "./scopes.ts";
import { secondFactorNeverShown } from "./second-factor.ts";
import { emptyTargets, tooManyIn } from "./targets.ts";

/**
 * What is wrong with what is configured. Without a world it says what documents alone show. Pure; findings come in the order
 * of the items, and what is wrong twice in one place in the same words is told once.
 */
export const lintConfiguration = (configuration: Configuration, world?: World): readonly LintFinding[] =>
  itemsOf(configuration).flatMap((linted) => lintItem(linted, configuration, world));

/** Everything that is configured, item by item. */
export const itemsOf = ({ flows, bundles, accessScopes, rotas }: Configuration): readonly LintedItem[] => [
  ...flows.map((item) => ({ kind: "access-flow", item }) as const),
  ...bundles.map((item) => ({ kind: "bundle", item }) as const),
  ...accessScopes.map((item) => ({ kind: "access-scope", item }) as const),
  ...rotas.map((item) => ({ kind: "rota", item }) as const),
];

/** What is wrong with one item of the configuration. */
export const lintItem = (
  linted: LintedItem,
  configuration: Configuration,
  world: World | undefined,
): readonly LintFinding[] => about(linted.kind, linted.item.name, saidOf(linted, configuration, world));

const saidOf = (
  linted: LintedItem,
  configuration: Configuration,
  world: World | undefined,
): readonly Said[] => {
  switch (linted.kind) {
    case "access-flow":
      return lintFlow(linted.item, configuration, world);
    case "bundle": {
      const { targets } = linted.item;
      return [
        ...deadInTargets(targets, configuration, world),
        ...emptyTargets(targets),
        ...tooManyIn("bundle", targets),
        ...(world === undefined
          ? []
          : targetsIn(targets, givenBy(targets, configuration, world), configuration, world)),
      ];
    }
    case "access-scope":
      return scopeProblems(linted.item, world);
    case "rota":
      return deadInRota(linted.item, world);
  }
};

/** What is wrong with one flow among the others. */
const lintFlow = (
  flow: LintedFlow,
  configuration: Configuration,
  world: World | undefined,
): readonly Said[] => [
  ...unreachable(flow, configuration, world),
  ...deadInRule(flow.requestors, "/requestors", configuration, world),
  ...deadInTargets(flow.targets, configuration, world),
  ...deadInApproval(flow, configuration, world),
  ...emptyTargets(flow.targets),
  ...tooManyIn("access flow", flow.targets, configuration.bundles),
  ...undecidable(flow, world),
  ...overshadowed(flow, configuration.flows),
  ...(world === undefined ? [] : lintFlowIn(world, flow, configuration)),
];

/** What shows only beside what is there. */
const lintFlowIn = (world: World, flow: LintedFlow, configuration: Configuration): readonly Said[] => {
  const given = givenBy(flow.targets, configuration, world);
  return [
    ...tooLong(flow, given, world),
    ...targetsIn(flow.targets, given, configuration, world),
    ...unmatchedInApproval(flow, world),
    ...withoutOwner(flow, given, world),
    ...secondFactorNeverShown(flow, world),
    ...withoutAnchor(given, world),
  ];
};

const targetsIn = (
  targets: readonly FlowTarget[],
  given: readonly Given[],
  configuration: Configuration,
  world: World,
): readonly Said[] => [
  ...unmatched(targets, given, world),
  ...neverGranted(targets, given, configuration, world),
];

const unreachable = (
  { requestors }: LintedFlow,
  { rotas }: Configuration,
  world: World | undefined,
): readonly Said[] =>
  isPossible(requestors, new Set(rotas.map(({ name }) => name)), world)
    ? []
    : [
        error(
          "requestors-nobody",
          "/requestors",
          "Nobody can be whom the requestors ask for: they contradict each other, or whom they name is not there. Correct the rule, or delete the flow.",
        ),
      ];

const about = (kind: LintKind, name: string, said: readonly Said[]): readonly LintFinding[] => {
  const distinct = new Map(said.map((one) => [`${one.code} ${one.pointer} ${one.message}`, one]));
  return [...distinct.values()].map((one) => ({ ...one, kind, name }));
};
