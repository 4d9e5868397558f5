import type { AuditEntry } from "../../lambdas/core/domain/audit.ts";
import { HOME_INTEGRATION } from "../../lambdas/core/domain/integration.ts";
import { groupId, userId } from "./cast.ts";
import type { AccountAssignment } from "../../local/identity-center/records.ts";
import type { Action, EntitlementReference } from "./history.ts";
import {
  accountsOf,
  assignmentOf,
  isExtensionWaiting,
  type ItemKey,
  type SaidConfirmation,
  type SaidDecision,
  type SaidEnd,
  type SaidExtension,
  type SaidReview,
} from "./ledger.ts";
import { namedBody, routesOf, type NamedKey } from "./named.ts";
import { flowBody, flows, integrationBody } from "./policy.ts";
import type { Outcome, World } from "./world.ts";

type Perform<Do extends Action["do"]> = (
  world: World,
  n: number,
  action: Action & { readonly do: Do },
) => Promise<void>;

const takenOf = ({ answer, unsure }: Outcome): SaidDecision["taken"] =>
  answer.status < 300 ? "yes" : unsure ? "maybe" : "no";

const request: Perform<"request"> = async (world, n, action) => {
  const { who, permissionSets, group, forWhom, seconds, startInSeconds, breakGlass } = action;
  const startAt =
    startInSeconds === undefined
      ? {}
      : { startAt: new Date(world.time.milliseconds + startInSeconds * 1_000).toISOString() };
  await world.callApi(n, {
    who,
    route: "POST /requests",
    body: {
      entitlements: accountsOf(action).flatMap((account) =>
        permissionSets.map((permissionSet) => ({ account, permissionSet })),
      ),
      ...(group === undefined ? {} : { principal: { type: "GROUP", name: group } }),
      ...(forWhom === undefined ? {} : { principal: { type: "USER", name: forWhom } }),
      duration: `PT${seconds}S`,
      justification: "incident 42",
      ...startAt,
      ...(breakGlass === undefined ? {} : { breakGlass }),
    },
  });
};

/** What nobody waits for any more may still be done: the API's function runs so long, and a call of it may arrive late. */
const LONGEST_CALL = 75_000;

/**
 * What whoever looks at the request now finds waiting: a step of more time on it, which is named by when it was asked for, or
 * of the request itself.
 */
const whatWaits = ({ ledger }: World, of: number): { readonly extension?: string; readonly step: number } => {
  const claims = ledger.requests.get(of)?.claims ?? [];
  const entries = claims.map(({ entry }) => entry);
  const newest = claims.at(-1);
  const steps = (type: AuditEntry["type"], since = 0) =>
    1 + entries.slice(since).filter((entry) => entry.type === type).length;
  if (newest === undefined || !isExtensionWaiting(newest)) return { step: steps("NextApprovalNeeded") };
  const asked = entries.findLastIndex(({ type }) => type === "ExtensionRequested");
  const at = entries[asked]?.at;
  return {
    ...(at === undefined ? {} : { extension: at }),
    step: steps("NextExtensionApprovalNeeded", asked),
  };
};

const decide: Perform<"decide"> = async (world, n, { of, who, decision, anyStep, thinksFor }) => {
  const id = world.requestId(of);
  if (id === undefined) return;
  const { step, ...named } = whatWaits(world, of);
  const meant = anyStep === true ? {} : { step };
  if (thinksFor !== undefined) await world.time.sleep(thinksFor * 1_000);
  const said: SaidDecision = {
    of,
    who,
    decision,
    ...meant,
    on: named.extension === undefined ? "request" : "extension",
    from: world.time.milliseconds,
    to: Number.POSITIVE_INFINITY,
    taken: "maybe",
  };
  world.ledger.decisions.push(said);
  const outcome = await world.callApi(n, {
    who,
    route: "POST /requests/{id}/decisions",
    path: { id },
    body: { decision, ...named, ...meant },
  });
  const isRepeated = world.mayBeRepeated(n);
  said.to = isRepeated
    ? Number.POSITIVE_INFINITY
    : world.time.milliseconds + (outcome.unsure ? LONGEST_CALL : 0);
  said.taken = takenOf(outcome) === "no" && isRepeated ? "maybe" : takenOf(outcome);
  if (said.taken === "yes") world.tookDecision(said);
};

const extend: Perform<"extend"> = async (world, n, { of, who, seconds }) => {
  const id = world.requestId(of);
  if (id === undefined) return;
  const said: SaidExtension = {
    of,
    who,
    seconds,
    from: world.time.milliseconds,
    to: Number.POSITIVE_INFINITY,
    taken: "maybe",
  };
  world.ledger.extensions.push(said);
  const outcome = await world.callApi(n, {
    who,
    route: "POST /requests/{id}/extend",
    path: { id },
    body: { duration: `PT${seconds}S`, justification: "not done yet" },
  });
  said.to = world.time.milliseconds;
  said.taken = takenOf(outcome);
};

const review: Perform<"review"> = async (world, n, { of, who }) => {
  const id = world.requestId(of);
  if (id === undefined) return;
  const said: SaidReview = { of, who, from: world.time.milliseconds, taken: "maybe" };
  world.ledger.reviews.push(said);
  const outcome = await world.callApi(n, {
    who,
    route: "POST /requests/{id}/review",
    path: { id },
    body: { outcome: "justified", comment: "looked at what was done" },
  });
  said.taken = world.mayBeRepeated(n) ? "maybe" : takenOf(outcome);
};

const sweep: Perform<"sweep"> = async (world, n, { who }) => {
  await world.callApi(n, { who, route: "POST /sweep" });
};

const end: Perform<"revoke" | "cancel"> = async (world, n, { of, who, do: action }) => {
  const id = world.requestId(of);
  if (id === undefined) return;
  const said: SaidEnd = {
    of,
    who,
    action,
    from: world.time.milliseconds,
    to: Number.POSITIVE_INFINITY,
    taken: "maybe",
  };
  world.ledger.ends.push(said);
  const outcome = await world.callApi(n, { who, route: `POST /requests/{id}/${action}`, path: { id } });
  said.to = world.time.milliseconds;
  said.taken = takenOf(outcome);
};

/** AWS refuses a write while an earlier one to the same permission set in the same account is not complete. */
const ASK_AGAIN = 2_000;

/** Changes an assignment by hand, as soon as AWS lets a person do that. */
const changeByHand = async (
  world: World,
  { entitlement }: { readonly entitlement: EntitlementReference },
  operation: "CreateAccountAssignment" | "DeleteAccountAssignment",
  change: (assignment: AccountAssignment) => void,
): Promise<void> => {
  const assignment = assignmentOf(entitlement);
  const isBusy = () =>
    world.identity.center.operations
      .unfinished()
      .some(
        ({ target }) =>
          target.accountId === assignment.accountId &&
          target.permissionSetArn === assignment.permissionSetArn,
      );
  world.identity.settle();
  while (isBusy()) await world.time.sleep(ASK_AGAIN);
  world.byHand(() => {
    change(assignment);
  });
  await world.aws.tellOfHand(operation, assignment);
};

const addByHand: Perform<"add-by-hand"> = (world, _n, action) => {
  const { assignments, provisioned } = world.identity.center;
  return changeByHand(world, action, "CreateAccountAssignment", (assignment) => {
    if (world.ledger.gonePrincipals.has(assignment.principalId)) return;
    assignments.put(assignment);
    provisioned.put(assignment);
  });
};

const removeByHand: Perform<"remove-by-hand"> = (world, _n, action) => {
  const { assignments, provisioned } = world.identity.center;
  return changeByHand(world, action, "DeleteAccountAssignment", (assignment) => {
    assignments.delete(assignment);
    if (assignments.in(assignment).length === 0) provisioned.delete(assignment);
  });
};

const changeFlow: Perform<"change-flow"> = async (world, n, { who, flow, terms }) => {
  const { name } = flows[flow];
  await world.callApi(n, {
    who,
    route: "PUT /access-flows/{name}",
    path: { name },
    body: { ...flowBody(flows[flow], terms) },
  });
};

const confirmFlow: Perform<"confirm-flow"> = async (world, n, { who, flow }) => {
  const { name } = flows[flow];
  const { ledger, time } = world;
  const newest = ledger.newestFlows(name, time.milliseconds, time.milliseconds).at(-1);
  await confirm(world, n, { who, item: `access-flow/${name}`, version: newest?.version }, "/access-flows");
};

/** Vouches for a version that is there. */
const confirm = async (
  world: World,
  n: number,
  {
    who,
    item,
    version,
  }: Omit<SaidConfirmation, "version" | "from" | "taken"> & { version?: number | undefined },
  routes: "/access-flows" | (typeof routesOf)[NamedKey["kind"]],
): Promise<void> => {
  if (version === undefined) return;
  const said: SaidConfirmation = { item, version, who, from: world.time.milliseconds, taken: "maybe" };
  world.ledger.confirmations.push(said);
  const name = item.slice(item.indexOf("/") + 1);
  const route = `POST ${routes}/{name}/confirm`;
  const outcome = await world.callApi(n, { who, route, path: { name }, body: { version } });
  said.taken = world.mayBeRepeated(n) ? "maybe" : takenOf(outcome);
};

const changeNamed: Perform<"change-named"> = async (world, n, { who, content }) => {
  await world.callApi(n, {
    who,
    route: `PUT ${routesOf[content.kind]}/{name}`,
    path: { name: content.name },
    body: { ...namedBody(content, world.time.milliseconds) },
  });
};

const confirmNamed: Perform<"confirm-named"> = async (world, n, { who, what: { kind, name } }) => {
  const item: ItemKey = `${kind}/${name}`;
  const { milliseconds } = world.time;
  const newest = world.ledger.newestNamed(item, milliseconds, milliseconds).at(-1);
  await confirm(world, n, { who, item, version: newest?.version }, routesOf[kind]);
};

const changeOwner: Perform<"change-owner"> = async (world, n, { who, owner }) => {
  await world.callApi(n, {
    who,
    route: "PUT /integrations/{name}",
    path: { name: HOME_INTEGRATION },
    body: { ...integrationBody(owner) },
  });
};

const changeManager: Perform<"change-manager"> = (world, _n, { who, manager }) => {
  const { users } = world.identity.directory;
  const user = users.get(userId(who));
  if (user === undefined) return Promise.resolve();
  users.put(user.UserId, { ...user, enterprise: { manager: { value: userId(manager) } } });
  world.ledger.hasManager(who, manager, world.time.milliseconds);
  return Promise.resolve();
};

const joinGroup: Perform<"join-group"> = (world, n, { who, group }) => {
  const { memberships } = world.identity.directory;
  const { milliseconds } = world.time;
  const [GroupId, UserId] = [groupId(group), userId(who)];
  const isThere = !world.ledger.gonePrincipals.has(UserId) && !world.ledger.gonePrincipals.has(GroupId);
  if (!isThere || memberships.between(GroupId, UserId) !== undefined) return Promise.resolve();
  const [CreatedAt, UpdatedAt] = [milliseconds / 1_000, milliseconds / 1_000];
  const MembershipId = `00000000-0000-4000-9000-${String(n).padStart(12, "0")}`;
  memberships.put({ MembershipId, GroupId, UserId, CreatedAt, UpdatedAt });
  world.ledger.join(who, group, milliseconds);
  return Promise.resolve();
};

const leaveGroup: Perform<"leave-group"> = (world, _n, { who, group }) => {
  const { memberships } = world.identity.directory;
  const membership = memberships.between(groupId(group), userId(who));
  if (membership !== undefined) memberships.delete(membership);
  world.ledger.leave(who, group, world.time.milliseconds);
  return Promise.resolve();
};

const lookForNames: Perform<"look-for-names"> = async (world, n) => {
  await world.lambda.invoke("sync", n, { version: 1, look: "names" });
};

const sync: Perform<"sync"> = async (world, n, { who }) => {
  await world.callApi(n, {
    who,
    route: "POST /integrations/{name}/refresh",
    path: { name: HOME_INTEGRATION },
  });
};

const performers: { readonly [Do in Action["do"]]: Perform<Do> } = {
  request,
  decide,
  extend,
  review,
  sweep,
  sync,
  revoke: end,
  cancel: end,
  "add-by-hand": addByHand,
  "remove-by-hand": removeByHand,
  "change-flow": changeFlow,
  "confirm-flow": confirmFlow,
  "change-named": changeNamed,
  "confirm-named": confirmNamed,
  "change-owner": changeOwner,
  "change-manager": changeManager,
  "join-group": joinGroup,
  "leave-group": leaveGroup,
  "look-for-names": lookForNames,
};

/** Does what the step says. */
export const perform = (world: World, n: number, action: Action): Promise<void> => {
  world.ledger.calledAt.set(n, world.time.milliseconds);
  // The key chose the performer by the action's own name, which the compiler cannot follow.
  return (performers[action.do] as Perform<Action["do"]>)(world, n, action);
};
