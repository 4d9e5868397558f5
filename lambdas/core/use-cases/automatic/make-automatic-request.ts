import type { IdentityCenterSettings } from "../../contracts/environment.ts";
import { PAYLOAD_VERSION } from "../../contracts/workflow.ts";
import type { AccessFlow } from "../../domain/access-flow.ts";
import type { AccessRequest } from "../../domain/access-request.ts";
import { endOf, liveRequest, type LiveRequest } from "../../domain/automatic/live-request.ts";
import { rhythmOf } from "../../domain/automatic/period.ts";
import type { PlannedRequest } from "../../domain/automatic/plan.ts";
import { withheld, withholdsSince, type Withholding } from "../../domain/automatic/withheld.ts";
import { mayServe, type Confirmable } from "../../domain/configuration/confirmation.ts";
import type { Guardrails } from "../../domain/guardrails.ts";
import type { AccountId } from "../../domain/ids.ts";
import { isWhom } from "../../domain/person-rule.ts";
import type { Person } from "../../domain/principal.ts";
import { any, type Verdict } from "../../domain/rule.ts";
import { covers, targetKey, type Target } from "../../domain/target-coverage.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Directory, Organization } from "../../ports/directory.ts";
import type { AccessFlowStore, AccessRequestStore } from "../../ports/stores.ts";
import type { Workflow } from "../../ports/workflow.ts";
import { loadContext, type ContextDependencies } from "../evaluation/load-context.ts";
import { inBatches } from "../in-batches.ts";
import { automaticRequestId, composeAutomaticRequest } from "./compose-automatic-request.ts";
import { earlierRequests } from "./earlier-requests.ts";
import type { Planned } from "./plan-flows.ts";

export interface MakeDependencies extends ContextDependencies {
  readonly requests: AccessRequestStore;
  readonly flows: Pick<AccessFlowStore, "get">;
  readonly directory: ContextDependencies["directory"] & Pick<Directory, "user">;
  readonly organization: Pick<Organization, "account" | "ancestorsOf">;
  readonly guardrails: Pick<Guardrails, "maxDurationSeconds">;
  readonly identityCenter: IdentityCenterSettings;
  readonly workflow: Pick<Workflow, "start">;
  readonly clock: Pick<Clock, "now">;
}

/**
 * `made`: it was not there, and now is. `there`: an earlier run made it. `withheld`: somebody ended it by hand, or it failed
 * lately. `outdated`: the flow certainly does not give it any more. `unknown`: the flow, or what it names, was changed since it was
 * planned, or something is not known any more; the next run decides.
 */
export type Made = "made" | "there" | "withheld" | "outdated" | "unknown";

/** Accounts that are looked up at once. */
const AT_A_TIME = 5;

/** Whoever comes and goes more often within one stretch of a flow's periods waits for the next one. */
const MOST_ATTEMPTS = 50;

/**
 * Makes a planned request and starts its workflow, if all that spoke for it still does: the plan was made from one look at
 * everybody, which may be minutes old. A repeated call finds what the first one made, by its id.
 */
export const makeAutomaticRequest =
  (dependencies: MakeDependencies) =>
  async (asked: Planned): Promise<Made> => {
    const { requests, clock } = dependencies;
    const { flow, planned } = asked;
    const person = await dependencies.directory.user(planned.person);
    if (person?.enabled !== true) return "outdated";
    const given = await stillGiven(dependencies, asked);
    if (typeof given === "string") return given;
    const by = withholdingOf(dependencies, flow);
    const earlier = await earlierRequests(requests, planned.person, withholdsSince(by, clock.now()));
    const kept = withheld(earlier, by, clock.now());
    const targets = given.filter((target) => !kept.has(targetKey(target)));
    if (targets.length === 0) return "withheld";
    const { userId, userName } = person;
    return create(dependencies, asked, { userId, userName }, targets);
  };

/** Those of the targets that the flow, if it is as it was, gives to the person as things are now; or why there are none. */
const stillGiven = async (
  dependencies: MakeDependencies,
  { flow, planned, dependencies: others }: Planned,
): Promise<readonly Target[] | "outdated" | "unknown"> => {
  const { targets, person: requester } = planned;
  const now = dependencies.clock.now();
  const current = await dependencies.flows.get(flow.name);
  if (current === undefined || current.active === false) return "outdated";
  if (current.version !== flow.version) return "unknown";
  const context = await loadContext(dependencies, [current], { requester, targets, now });
  const confirmables: readonly Confirmable[] = [current, ...context.dependenciesOf(current), ...others];
  if (!confirmables.every((item) => mayServe(item, requester, dependencies.secondAdministrator)))
    return "unknown";
  const isFor = isWhom(current.requestors, context.requester);
  if (isFor !== "met") return isFor === "unmet" ? "outdated" : "unknown";
  const active = await activeAmong(dependencies, targets);
  const verdicts = targets.map((target): Verdict => {
    if (!active.has(target.accountId)) return "unmet";
    return any(current.targets, (part) => covers(part, target, context));
  });
  const given = targets.filter((_target, index) => verdicts[index] === "met");
  if (given.length > 0) return given;
  return verdicts.includes("unknown") ? "unknown" : "outdated";
};

const withholdingOf = (
  { guardrails }: Pick<MakeDependencies, "guardrails">,
  flow: AccessFlow,
): Withholding => ({
  flow: flow.name,
  durationSeconds: rhythmOf(flow, guardrails).durationSeconds,
});

const activeAmong = async (
  { organization }: Pick<MakeDependencies, "organization">,
  targets: readonly Target[],
): Promise<ReadonlySet<AccountId>> => {
  const ids = [...new Set(targets.map(({ accountId }) => accountId))];
  const accounts = await inBatches(ids, AT_A_TIME, (id) => organization.account(id));
  return new Set(accounts.flatMap((account) => (account?.state === "ACTIVE" ? [account.id] : [])));
};

const create = async (
  dependencies: MakeDependencies,
  asked: Planned,
  person: Person,
  targets: readonly Target[],
): Promise<Made> => {
  const { requests, clock } = dependencies;
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
    const id = automaticRequestId(dependencies, asked, { person: person.userId, targets, attempt });
    const request = composeAutomaticRequest(dependencies, asked, { id, person, targets, now: clock.now() });
    if (request === undefined) return "outdated";
    if ((await requests.create(request)) === "written") {
      await startAutomaticRequest(dependencies, request);
      return "made";
    }
    const earlier = await requests.get(id);
    if (earlier === undefined) throw new Error(`Request ${id} exists and cannot be read`);
    const live = liveRequest(earlier);
    // What goes on from it is the next one, though both begin within the same stretch: it was shortened, or the timeframe lengthened.
    if (live !== undefined && isToGoOnFrom(live, asked.planned)) continue;
    if (live !== undefined) {
      await startAutomaticRequest(dependencies, earlier);
      return "there";
    }
    if (withheld([earlier], withholdingOf(dependencies, asked.flow), clock.now()).size > 0) return "withheld";
    // Over since: the person has come back.
  }
  return "withheld";
};

const isToGoOnFrom = (live: LiveRequest, { goesOnFrom, until }: PlannedRequest): boolean =>
  goesOnFrom !== undefined && endOf(live) <= goesOnFrom && endOf(live) < until;

/** Starts the workflow of a request that was written; one that runs already, or ran, stays as it is. */
export const startAutomaticRequest = async (
  { workflow }: Pick<MakeDependencies, "workflow">,
  { id, status }: Pick<AccessRequest, "id" | "status">,
): Promise<void> => {
  if (status === "approved")
    await workflow.start(id, { version: PAYLOAD_VERSION, requestId: id, begin: "grant" });
};
