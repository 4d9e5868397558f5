import type { AccessFlow, Party } from "../../lambdas/core/domain/access-flow.ts";
import { DomainError } from "../../lambdas/core/domain/errors.ts";
import { accountsToLocate } from "../../lambdas/core/domain/evaluate.ts";
import { extensionRulesOf } from "../../lambdas/core/domain/extension.ts";
import { UserIdSchema } from "../../lambdas/core/domain/ids.ts";
import type { AccountId, PermissionSetArn, UserId } from "../../lambdas/core/domain/ids.ts";
import type { Catalogue } from "../../lambdas/core/ports/catalogue.ts";
import type { Directory } from "../../lambdas/core/ports/directory.ts";
import {
  assertAccountsActive,
  assertGrantable,
  servingFlow,
} from "../../lambdas/core/use-cases/eligibility.ts";
import type { EligibilityDependencies } from "../../lambdas/core/use-cases/eligibility.ts";
import type { DirectoryPerson } from "./people.ts";

/** A request that the environment's flows allow with one approval: who asks whom for what. */
export interface Showcase {
  readonly flow: string;
  readonly requester: DirectoryPerson;
  readonly approver: DirectoryPerson;
  readonly account: { readonly id: AccountId; readonly name: string };
  readonly permissionSet: { readonly id: PermissionSetArn; readonly name: string };
  /** Whether the flow gives more time, and whether that is approved too. */
  readonly moreTime: "never" | "at-once" | "with-approval";
}

/** What the API would ask before it takes a request, so that none is shown that it refuses. */
export interface ShowcaseDependencies extends EligibilityDependencies {
  readonly catalogue: Pick<Catalogue, "permissionSet">;
}

interface Offer extends Pick<Showcase, "account" | "permissionSet"> {
  readonly flow: AccessFlow;
}

/** How a sentence begins that says why there is no showcase; what to do about it depends on who says it. */
export const NOTHING_TO_SHOW =
  "No access flow names an account and allows a request there with one approval by somebody in the directory";

/** Long enough for every flow. */
const DURATION_SECONDS = 1;

/** Everything that flows with one approval name by account. */
const offersOf = (flows: readonly AccessFlow[]): Offer[] =>
  flows
    .filter(({ approval }) => approval.steps.length === 1)
    .flatMap((flow) =>
      flow.targets.flatMap(({ accounts, permissionSets }) =>
        accounts.flatMap((account) =>
          permissionSets.map((permissionSet) => ({ flow, account, permissionSet })),
        ),
      ),
    );

const hangsOnUnits = ({ account, permissionSet }: Offer, flows: readonly AccessFlow[]): boolean => {
  const targets = [{ accountId: account.id, permissionSetArn: permissionSet.id }];
  const ask = { requester: "" as UserId, targets, durationSeconds: DURATION_SECONDS, sessions: [] };
  return accountsToLocate(ask, flows).length > 0;
};

/** Whether the API would take the request now and serve it by the offer's flow: by the very rules that it goes by. */
const isServed = async (
  { flow, account, permissionSet }: Offer,
  requester: DirectoryPerson,
  flows: readonly AccessFlow[],
  dependencies: ShowcaseDependencies,
): Promise<boolean> => {
  const known = await dependencies.catalogue.permissionSet(permissionSet.id);
  if (known === undefined) return false;
  const caller = { userId: UserIdSchema.parse(requester.userId), userName: requester.userName };
  const targets = [{ account, permissionSet: known }];
  try {
    assertGrantable(dependencies, targets);
    const wanted = { caller, targets, durationSeconds: DURATION_SECONDS };
    const serving = await servingFlow(dependencies, flows, wanted);
    await assertAccountsActive(dependencies, targets);
    return serving.name === flow.name;
  } catch (error) {
    if (error instanceof DomainError) return false;
    throw error;
  }
};

const peopleOf = async (
  parties: readonly Party[],
  directory: Pick<Directory, "members">,
): Promise<ReadonlySet<string>> => {
  const ids = new Set<string>();
  for (const party of parties) {
    if (party.type === "user") ids.add(party.id);
    else for (const member of await directory.members(party.id)) ids.add(member);
  }
  return ids;
};

const moreTimeOf = (flow: AccessFlow): Showcase["moreTime"] => {
  const { maxExtensions, steps } = extensionRulesOf(flow);
  if (maxExtensions === 0) return "never";
  return steps.length === 0 ? "at-once" : "with-approval";
};

/** The first of the offers by the requester's user name, then by flow; its approver is the first one by user name. */
const firstOf = async (
  offers: readonly Offer[],
  flows: readonly AccessFlow[],
  people: readonly DirectoryPerson[],
  dependencies: ShowcaseDependencies,
): Promise<Showcase | undefined> => {
  const { directory } = dependencies;
  const withParties = await Promise.all(
    offers.map(async (offer) => ({
      offer,
      mayAsk: await peopleOf(offer.flow.requestors.anyOf, directory),
      mayApprove: await peopleOf(
        offer.flow.approval.steps.flatMap(({ anyOf }) => anyOf),
        directory,
      ),
    })),
  );
  for (const requester of people) {
    for (const { offer, mayAsk, mayApprove } of withParties) {
      if (!mayAsk.has(requester.userId)) continue;
      const approver = people.find((person) => person !== requester && mayApprove.has(person.userId));
      if (approver === undefined || !(await isServed(offer, requester, flows, dependencies))) continue;
      const { flow, account, permissionSet } = offer;
      return { flow: flow.name, requester, approver, account, permissionSet, moreTime: moreTimeOf(flow) };
    }
  }
  return undefined;
};

/**
 * A request to show. One that does not hang on organizational units comes first, since playing it takes the calls that
 * the design's budget counts: nobody has to look where the account is.
 */
export const findShowcase = async (
  flows: readonly AccessFlow[],
  everybody: readonly DirectoryPerson[],
  dependencies: ShowcaseDependencies,
): Promise<Showcase | undefined> => {
  const people = everybody.filter(({ enabled }) => enabled);
  const byUnits = Object.groupBy(offersOf(flows), (offer) => String(hangsOnUnits(offer, flows)));
  const { false: counted = [], true: others = [] } = byUnits;
  return (
    (await firstOf(counted, flows, people, dependencies)) ??
    (await firstOf(others, flows, people, dependencies))
  );
};
