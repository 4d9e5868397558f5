import { HOME_INTEGRATION } from "../../lambdas/core/domain/integration.ts";
import { flowBody, flows, groupId, userId } from "./cast.ts";
import type { AccountAssignment } from "../../local/identity-center/records.ts";
import type { Action, EntitlementReference } from "./history.ts";
import { assignmentOf, type SaidDecision, type SaidEnd, type SaidExtension } from "./ledger.ts";
import type { Outcome, World } from "./world.ts";

type Perform<Do extends Action["do"]> = (
  world: World,
  n: number,
  action: Action & { readonly do: Do },
) => Promise<void>;

const takenOf = ({ answer, unsure }: Outcome): SaidDecision["taken"] =>
  answer.status < 300 ? "yes" : unsure ? "maybe" : "no";

const request: Perform<"request"> = async (world, n, action) => {
  const { who, account, permissionSets, group, seconds, startInSeconds } = action;
  const startAt =
    startInSeconds === undefined
      ? {}
      : { startAt: new Date(world.time.milliseconds + startInSeconds * 1_000).toISOString() };
  await world.callApi(n, {
    who,
    route: "POST /requests",
    body: {
      entitlements: permissionSets.map((permissionSet) => ({ account, permissionSet })),
      ...(group === undefined ? {} : { principal: { type: "GROUP", name: group } }),
      duration: `PT${seconds}S`,
      justification: "incident 42",
      ...startAt,
    },
  });
};

/** What whoever looks at the request now finds waiting: more time on it, named by when it was asked for, or itself. */
const whatWaits = ({ ledger }: World, of: number): { readonly extension?: string } => {
  const entries = (ledger.requests.get(of)?.claims ?? []).map(({ entry }) => entry);
  const newest = entries.at(-1)?.type;
  if (newest !== "ExtensionRequested" && newest !== "NextExtensionApprovalNeeded") return {};
  const asked = entries.findLast(({ type }) => type === "ExtensionRequested");
  return asked === undefined ? {} : { extension: asked.at };
};

const decide: Perform<"decide"> = async (world, n, { of, who, decision }) => {
  const id = world.requestId(of);
  if (id === undefined) return;
  const said: SaidDecision = {
    of,
    who,
    decision,
    from: world.time.milliseconds,
    to: Number.POSITIVE_INFINITY,
    taken: "maybe",
  };
  world.ledger.decisions.push(said);
  const outcome = await world.callApi(n, {
    who,
    route: "POST /requests/{id}/decisions",
    path: { id },
    body: { decision, ...whatWaits(world, of) },
  });
  said.to = world.time.milliseconds;
  said.taken = takenOf(outcome);
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

const changeFlow: Perform<"change-flow"> = async (world, n, { flow: key, steps }) => {
  const { name } = flows[key];
  await world.callApi(n, {
    who: "tara",
    route: "PUT /access-flows/{name}",
    path: { name },
    body: { ...flowBody({ ...flows[key], steps }) },
  });
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
  sweep,
  sync,
  revoke: end,
  cancel: end,
  "add-by-hand": addByHand,
  "remove-by-hand": removeByHand,
  "change-flow": changeFlow,
  "leave-group": leaveGroup,
  "look-for-names": lookForNames,
};

/** Does what the step says. */
export const perform = (world: World, n: number, action: Action): Promise<void> =>
  // The key chose the performer by the action's own name, which the compiler cannot follow.
  (performers[action.do] as Perform<Action["do"]>)(world, n, action);
