import type { AccessFlow, Party } from "../../lambdas/core/domain/access-flow.ts";
import { accountsToLocate, evaluate, groupsNamedIn } from "../../lambdas/core/domain/evaluate.ts";
import type { Ask } from "../../lambdas/core/domain/evaluate.ts";
import { UserIdSchema } from "../../lambdas/core/domain/ids.ts";
import type { AccountId, PermissionSetArn, UserId } from "../../lambdas/core/domain/ids.ts";
import type { Directory } from "../../lambdas/core/ports/directory.ts";
import type { DirectoryPerson } from "./people.ts";

/** A request that the environment's flows allow with one approval: who asks whom for what. */
export interface Showcase {
  readonly flow: string;
  readonly requester: DirectoryPerson;
  readonly approver: DirectoryPerson;
  readonly account: { readonly id: AccountId; readonly name: string };
  readonly permissionSet: { readonly id: PermissionSetArn; readonly name: string };
}

type Groups = Pick<Directory, "members" | "memberships">;

interface Offer extends Pick<Showcase, "account" | "permissionSet"> {
  readonly flow: AccessFlow;
}

/** Long enough for every flow. */
const DURATION_SECONDS = 1;

const askFor = (requester: UserId, { account, permissionSet }: Offer): Ask => ({
  requester,
  targets: [{ accountId: account.id, permissionSetArn: permissionSet.id }],
  durationSeconds: DURATION_SECONDS,
  // How long sessions last is not known here: no flow is offered to which it matters.
  sessions: [],
});

/** Everything that flows with one approval name by account, and that no flow offers by organizational unit. */
const offersOf = (flows: readonly AccessFlow[]): Offer[] =>
  flows
    .filter(
      ({ approval, settings }) => approval.steps.length === 1 && settings.maxSessionSeconds === undefined,
    )
    .flatMap((flow) =>
      flow.targets.flatMap(({ accounts, permissionSets }) =>
        accounts.flatMap((account) =>
          permissionSets.map((permissionSet) => ({ flow, account, permissionSet })),
        ),
      ),
    )
    .filter((offer) => accountsToLocate(askFor("" as UserId, offer), flows).length === 0);

const peopleOf = async (parties: readonly Party[], directory: Groups): Promise<ReadonlySet<string>> => {
  const ids = new Set<string>();
  for (const party of parties) {
    if (party.type === "user") ids.add(party.id);
    else for (const member of await directory.members(party.id)) ids.add(member);
  }
  return ids;
};

/**
 * The first such request by the requester's user name, then by flow; its approver is the first one by user name.
 * Nothing in it hangs on organizational units, so that playing it takes the calls that the design's budget counts.
 */
export const findShowcase = async (
  flows: readonly AccessFlow[],
  everybody: readonly DirectoryPerson[],
  directory: Groups,
): Promise<Showcase | undefined> => {
  const people = everybody.filter(({ enabled }) => enabled);
  const groups = groupsNamedIn(flows.flatMap(({ requestors }) => requestors.anyOf));
  const offers = await Promise.all(
    offersOf(flows).map(async (offer) => ({
      ...offer,
      mayAsk: await peopleOf(offer.flow.requestors.anyOf, directory),
      mayApprove: await peopleOf(
        offer.flow.approval.steps.flatMap(({ anyOf }) => anyOf),
        directory,
      ),
    })),
  );
  for (const requester of people) {
    const open = offers.filter(({ mayAsk }) => mayAsk.has(requester.userId));
    if (open.length === 0) continue;
    const userId = UserIdSchema.parse(requester.userId);
    const memberships = await directory.memberships(userId, groups);
    for (const { mayApprove, ...offer } of open) {
      const { flow, account, permissionSet } = offer;
      const evaluation = evaluate(askFor(userId, offer), { flows, memberships, ancestors: new Map() });
      if (!evaluation.allowed || evaluation.flow.name !== flow.name) continue;
      const approver = people.find((person) => person !== requester && mayApprove.has(person.userId));
      if (approver !== undefined) return { flow: flow.name, requester, approver, account, permissionSet };
    }
  }
  return undefined;
};
