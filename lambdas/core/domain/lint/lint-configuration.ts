import { undecidable } from "./approvers.ts";
import { withoutAnchor } from "./anchors.ts";
import type { Configuration, LintedFlow, World } from "./configuration.ts";
import { deadInApproval, deadInRota, deadInRule, deadInTargets } from "./dead-names.ts";
import { tooLong } from "./durations.ts";
import { error, type LintFinding, type LintKind, type Said } from "./finding.ts";
import { overshadowed } from "./overlaps.ts";
import { isPossible } from "./possible-person.ts";
import { scopeProblems } from "./scopes.ts";
import { emptyTargets, tooManyIn } from "./targets.ts";

/**
 * What is wrong with what is configured. Without a world it says what documents alone show. Pure; findings come in the order
 * of the items, and what is wrong twice in one place in the same words is told once.
 */
export const lintConfiguration = (configuration: Configuration, world?: World): readonly LintFinding[] => {
  const { flows, bundles, accessScopes, rotas } = configuration;
  return [
    ...flows.flatMap((flow) => about("access-flow", flow.name, lintFlow(flow, configuration, world))),
    ...bundles.flatMap(({ name, targets }) =>
      about("bundle", name, [
        ...deadInTargets(targets, configuration, world),
        ...emptyTargets(targets),
        ...tooManyIn("bundle", targets),
      ]),
    ),
    ...accessScopes.flatMap((scope) => about("access-scope", scope.name, scopeProblems(scope, world))),
    ...rotas.flatMap((rota) => about("rota", rota.name, deadInRota(rota, world))),
  ];
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
  ...deadInApproval(flow, world),
  ...emptyTargets(flow.targets),
  ...tooManyIn("access flow", flow.targets, configuration.bundles),
  ...undecidable(flow, world),
  ...tooLong(flow, world),
  ...overshadowed(flow, configuration.flows),
  ...withoutAnchor(flow, world),
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
