import type { AccessFlow } from "../../domain/access-flow.ts";
import { holderOf, targetsOf, type LiveRequest } from "../../domain/automatic/live-request.ts";
import { mayServe, type Confirmable } from "../../domain/configuration/confirmation.ts";
import type { UserId } from "../../domain/ids.ts";
import { leavesOf, type Verdict } from "../../domain/rule.ts";
import type { RotaStore } from "../../ports/stores.ts";
import { peopleOfFlows, type FlowPeople, type PeopleDependencies } from "./flow-people.ts";
import { targetsOfFlows, type FlowTargets, type TargetDependencies } from "./flow-targets.ts";
import type { RunTally } from "./run-tally.ts";

export interface KnowingDependencies extends PeopleDependencies, TargetDependencies {
  readonly inventory: PeopleDependencies["inventory"] & TargetDependencies["inventory"];
  readonly rotas: Pick<RotaStore, "get">;
  readonly secondAdministrator: boolean;
}

/** What is known of a flow's people and targets. */
export interface KnownOfFlow {
  readonly people: FlowPeople;
  readonly person: (id: UserId) => Verdict;
  /** Whether nothing that was read, of what says whom it is for and what it gives, was changed by that person alone. */
  readonly isConfirmedFor: (id: UserId) => boolean;
  readonly targets: FlowTargets;
  readonly rotas: readonly Confirmable[];
}

const NOBODY_KNOWN: FlowPeople = { people: [], verdict: () => "unknown", problems: [] };
const NO_TARGET_KNOWN: FlowTargets = {
  targets: [],
  verdict: () => "unknown",
  dependencies: [],
  accountName: (id) => id,
  permissionSet: () => undefined,
  problems: [],
};
export const NOTHING_KNOWN: KnownOfFlow = {
  people: NOBODY_KNOWN,
  person: NOBODY_KNOWN.verdict,
  isConfirmedFor: () => true,
  targets: NO_TARGET_KNOWN,
  rotas: [],
};

/** Looks up flows, one by one. What cannot be looked up is not known: it gives nothing, and ends nothing either. */
export const knownOfFlows = (
  dependencies: KnowingDependencies,
  now: Date,
  /** All that a run looks at. */
  flows: readonly AccessFlow[],
  tally: RunTally,
) => {
  const { rotas: rotaStore, secondAdministrator } = dependencies;
  const lookUpPeople = peopleOfFlows(dependencies, now, flows);
  const lookUpTargets = targetsOfFlows(dependencies, now);
  return async (flow: AccessFlow, requests: readonly LiveRequest[]): Promise<KnownOfFlow> => {
    const names = leavesOf(flow.requestors).flatMap((leaf) => (leaf.type === "on-call" ? [leaf.rota] : []));
    const [people, targets, rotas] = await Promise.all([
      tally.known(flow, lookUpPeople(flow, [...new Set(requests.map(holderOf))]), NOBODY_KNOWN),
      tally.known(flow, lookUpTargets(flow, requests.flatMap(targetsOf)), NO_TARGET_KNOWN),
      tally.known(flow, Promise.all([...new Set(names)].map((name) => rotaStore.get(name))), undefined),
    ]);
    for (const problem of [...people.problems, ...targets.problems]) tally.problemOf(flow, problem);
    const confirmables: readonly Confirmable[] = [
      flow,
      ...targets.dependencies,
      ...(rotas ?? []).filter((rota) => rota !== undefined),
    ];
    return {
      people,
      // Nobody knows who has changed a rota that was not read: it may be anybody.
      person: (id) => {
        const verdict = people.verdict(id);
        return verdict === "met" && rotas === undefined ? "unknown" : verdict;
      },
      isConfirmedFor: (id) => confirmables.every((item) => mayServe(item, id, secondAdministrator)),
      targets,
      rotas: confirmables,
    };
  };
};
