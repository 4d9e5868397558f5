import type { IdentityCenterSettings } from "../../contracts/environment.ts";
import { PAYLOAD_VERSION } from "../../contracts/workflow.ts";
import type { AccessFlow } from "../../domain/access-flow.ts";
import type { AccessRequest, RequestedEntitlement, RequestIn } from "../../domain/access-request.ts";
import { liveRequest } from "../../domain/automatic/live-request.ts";
import { rhythmOf, secondsUntil } from "../../domain/automatic/period.ts";
import type { PlannedRequest } from "../../domain/automatic/plan.ts";
import { withheld, withholdsSince, type Withholding } from "../../domain/automatic/withheld.ts";
import { mayServe, type Confirmable } from "../../domain/configuration/confirmation.ts";
import { durationText } from "../../domain/duration.ts";
import { entitlementKey } from "../../domain/entitlement.ts";
import { begin } from "../../domain/evolve.ts";
import { frozenHash } from "../../domain/frozen.ts";
import type { Guardrails } from "../../domain/guardrails.ts";
import { shortHashOf } from "../../domain/hash.ts";
import { timestamp, type AccountId, type RequestId, type Timestamp, type UserId } from "../../domain/ids.ts";
import { isWhom } from "../../domain/person-rule.ts";
import type { Person } from "../../domain/principal.ts";
import { any } from "../../domain/rule.ts";
import { sessionSecondsOf } from "../../domain/sessions.ts";
import { covers, targetKey, type Target } from "../../domain/target-coverage.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Directory, Organization } from "../../ports/directory.ts";
import type { AccessFlowStore, AccessRequestStore } from "../../ports/stores.ts";
import type { Workflow } from "../../ports/workflow.ts";
import { loadContext, type ContextDependencies } from "../evaluation/load-context.ts";
import { inBatches } from "../in-batches.ts";
import { automatic } from "./end-automatic-request.ts";
import type { FlowTargets } from "./flow-targets.ts";

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

/** A request to make, with the flow as it was when it was planned. */
export interface Planned {
  readonly flow: AccessFlow;
  readonly planned: PlannedRequest;
  readonly gives: Pick<FlowTargets, "accountName" | "permissionSet">;
  /** The flow's rotas, and whatever else has to be confirmed besides its bundles and access scopes. */
  readonly dependencies: readonly Confirmable[];
}

/** More requests of a person than anybody looks through: they are given nothing new. */
export class TooManyRequests extends Error {}

/**
 * `made`: it was not there, and now is. `there`: an earlier run made it. `withheld`: somebody ended it by hand, or it failed
 * lately. `outdated`: it is not as it was planned any more, and the next run plans anew.
 */
export type Made = "made" | "there" | "withheld" | "outdated";

/** Accounts that are looked up at once. */
const AT_A_TIME = 5;

/** A person's requests that are read at a time. */
const PAGE = 100;

/**
 * Pages of one person's requests that are read for what was given up. A person who makes more requests than that within a
 * period would otherwise keep the run from everybody else's.
 */
const MOST_PAGES = 100;

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
    const given = person?.enabled === true ? await stillGiven(dependencies, asked) : [];
    if (person === undefined || given.length === 0) return "outdated";
    const by = withholdingOf(dependencies, flow);
    const earlier = await earlierRequests(requests, planned.person, withholdsSince(by, clock.now()));
    const kept = withheld(earlier, by, clock.now());
    const targets = given.filter((target) => !kept.has(targetKey(target)));
    if (targets.length === 0) return "withheld";
    const { userId, userName } = person;
    return create(dependencies, asked, { userId, userName }, targets);
  };

/** Those of the targets that the flow, if it is as it was, gives to the person as things are now. */
const stillGiven = async (
  dependencies: MakeDependencies,
  { flow, planned, dependencies: others }: Planned,
): Promise<readonly Target[]> => {
  const { targets, person: requester } = planned;
  const now = dependencies.clock.now();
  const current = await dependencies.flows.get(flow.name);
  if (current?.version !== flow.version || current.active === false) return [];
  const context = await loadContext(dependencies, [current], { requester, targets, now });
  const confirmables: readonly Confirmable[] = [current, ...context.dependenciesOf(current), ...others];
  const serves = confirmables.every((item) => mayServe(item, requester, dependencies.secondAdministrator));
  if (!serves || isWhom(current.requestors, context.requester) !== "met") return [];
  const active = await activeAmong(dependencies, targets);
  return targets.filter(
    (target) =>
      active.has(target.accountId) && any(current.targets, (part) => covers(part, target, context)) === "met",
  );
};

const withholdingOf = (
  { guardrails }: Pick<MakeDependencies, "guardrails">,
  flow: AccessFlow,
): Withholding => ({
  flow: flow.name,
  durationSeconds: rhythmOf(flow, guardrails).durationSeconds,
});

/** All of the person's requests since then, whoever made them: nobody pushes one out by making others. */
const earlierRequests = async (
  requests: Pick<AccessRequestStore, "listByRequester">,
  person: UserId,
  since: Timestamp,
): Promise<readonly AccessRequest[]> => {
  const found: AccessRequest[] = [];
  let cursor: string | undefined;
  for (let pages = 0; pages < MOST_PAGES; pages += 1) {
    const page = await requests.listByRequester(person, {
      limit: PAGE,
      ...(cursor === undefined ? {} : { cursor }),
    });
    found.push(...page.items.filter(({ createdAt }) => createdAt >= since));
    cursor = page.cursor;
    if (cursor === undefined || page.items.some(({ createdAt }) => createdAt < since)) return found;
  }
  throw new TooManyRequests(
    `user ${person} made more than ${String(PAGE * MOST_PAGES)} requests since ${since}, among which nobody looks for what they gave up: they are given nothing until these are older`,
  );
};

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
    const id = requestId(dependencies, asked, { person: person.userId, targets, attempt });
    const request = requestOf(dependencies, asked, { id, person, targets, now: clock.now() });
    if (request === undefined) return "outdated";
    if ((await requests.create(request)) === "written") {
      await startAutomaticRequest(dependencies, request);
      return "made";
    }
    const earlier = await requests.get(id);
    if (earlier === undefined) throw new Error(`Request ${id} exists and cannot be read`);
    if (liveRequest(earlier) !== undefined) {
      await startAutomaticRequest(dependencies, earlier);
      return "there";
    }
    if (withheld([earlier], withholdingOf(dependencies, asked.flow), clock.now()).size > 0) return "withheld";
    // Over since: the person has come back.
  }
  return "withheld";
};

/** Starts the workflow of a request that was written; one that runs already, or ran, stays as it is. */
export const startAutomaticRequest = async (
  { workflow }: Pick<MakeDependencies, "workflow">,
  { id, status }: Pick<AccessRequest, "id" | "status">,
): Promise<void> => {
  if (status === "approved")
    await workflow.start(id, { version: PAYLOAD_VERSION, requestId: id, begin: "grant" });
};

/** The same for everybody who makes the same request within the same stretch of time. */
const requestId = (
  { guardrails }: Pick<MakeDependencies, "guardrails">,
  { flow, planned }: Planned,
  { person, targets, attempt }: { person: UserId; targets: readonly Target[]; attempt: number },
): RequestId =>
  `r-${shortHashOf(
    {
      automatic: flow.name,
      person,
      targets: targets.map(targetKey),
      stepSeconds: rhythmOf(flow, guardrails).stepSeconds,
      epoch: planned.epoch,
      attempt,
    },
    26,
  )}` as RequestId;

/** Undefined when its time is over by now. */
const requestOf = (
  { identityCenter }: Pick<MakeDependencies, "identityCenter">,
  { flow, planned, gives }: Planned,
  { id, person, targets, now }: { id: RequestId; person: Person; targets: readonly Target[]; now: Date },
): RequestIn<"approved"> | undefined => {
  const durationSeconds = secondsUntil(planned.until, now);
  if (durationSeconds < 1) return undefined;
  const content = {
    id,
    requester: person,
    principal: { type: "USER" as const, id: person.userId, name: person.userName },
    entitlements: targets.map((target) => entitlementOf(identityCenter, gives, target, person.userId)),
    flow: { name: flow.name, version: flow.version },
    duration: durationText(durationSeconds),
    durationSeconds,
    justification: `Given by the automatic access flow ${flow.name}.`,
    createdAt: timestamp(now),
    automatic: { until: planned.until },
    approval: { steps: [], asked: [], requesterCanApproveSelf: false, decisions: [] },
    answered: [],
  };
  return begin(
    "AutomaticallyApproved",
    { ...content, frozen: frozenHash(content) },
    {
      actor: automatic,
      now,
      details: {
        flow: flow.name,
        flowVersion: flow.version,
        until: planned.until,
        entitlements: content.entitlements.map(({ entitlement }) => entitlementKey(entitlement)),
      },
    },
  );
};

const entitlementOf = (
  { region, instanceArn, identityStoreId }: IdentityCenterSettings,
  { accountName, permissionSet }: Planned["gives"],
  { accountId, permissionSetArn }: Target,
  principalId: UserId,
): RequestedEntitlement => {
  const found = permissionSet(permissionSetArn);
  const sessionSeconds = found === undefined ? undefined : sessionSecondsOf(found.sessionDuration);
  return {
    entitlement: {
      provider: "identity-center/account-assignment",
      region,
      instanceArn,
      identityStoreId,
      accountId,
      permissionSetArn,
      principalType: "USER",
      principalId,
    },
    accountName: accountName(accountId),
    permissionSetName: found?.name ?? permissionSetArn,
    status: "requested",
    standing: false,
    ...(sessionSeconds === undefined ? {} : { sessionSeconds }),
  };
};
