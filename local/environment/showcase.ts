import {
  approversOf,
  isResourceTarget,
  takesRequests,
  type AccessFlow,
} from "../../lambdas/core/domain/access-flow.ts";
import { DomainError } from "../../lambdas/core/domain/errors.ts";
import { extensionRulesOf } from "../../lambdas/core/domain/extension.ts";
import type { Guardrails } from "../../lambdas/core/domain/guardrails.ts";
import { GroupIdSchema, UserIdSchema } from "../../lambdas/core/domain/ids.ts";
import { leavesOf } from "../../lambdas/core/domain/rule.ts";
import type { Clock } from "../../lambdas/core/ports/clock.ts";
import { accountsToLocate } from "../../lambdas/core/use-cases/evaluation/needed-facts.ts";
import type { AccountId, PermissionSetArn } from "../../lambdas/core/domain/ids.ts";
import type { Catalogue } from "../../lambdas/core/ports/catalogue.ts";
import type { Directory } from "../../lambdas/core/ports/directory.ts";
import { assertWithinGuardrails } from "../../lambdas/core/use-cases/assert-within-guardrails.ts";
import {
  assertAccountsActive,
  assertGrantable,
  evaluateRequest,
} from "../../lambdas/core/use-cases/evaluation/eligibility.ts";
import type { EligibilityDependencies } from "../../lambdas/core/use-cases/evaluation/eligibility.ts";
import type { DirectoryPerson } from "./people.ts";

interface Shown {
  readonly flow: string;
  readonly requester: DirectoryPerson;
  readonly account: { readonly id: AccountId; readonly name: string };
  readonly permissionSet: { readonly id: PermissionSetArn; readonly name: string };
}

/** A request that the environment's flows allow with one approval: who asks whom for what. */
export interface Showcase extends Shown {
  readonly approver: DirectoryPerson;
  /** Whether the flow gives more time, and whether that is approved too. */
  readonly moreTime: "never" | "at-once" | "with-approval";
}

/** A request that the environment's flows grant at once. */
export interface AutomaticShowcase extends Shown {
  readonly moreTime: "never" | "at-once";
}

/** What the API would ask before it takes a request, so that none is shown that it refuses. */
export interface ShowcaseDependencies extends EligibilityDependencies {
  readonly catalogue: Pick<Catalogue, "permissionSet">;
  readonly guardrails: Guardrails;
  readonly clock: Pick<Clock, "now">;
}

interface Offer extends Pick<Shown, "account" | "permissionSet"> {
  readonly flow: AccessFlow;
}

/** Long enough for every flow. */
const DURATION_SECONDS = 1;

/** Everything that flows with so many approvals name by account. */
const offersOf = (flows: readonly AccessFlow[], approvals: number): Offer[] =>
  flows
    .filter(({ approval }) => approval.steps.length === approvals)
    .filter((flow) => takesRequests(flow) && flow.breakGlass === undefined)
    .flatMap((flow) =>
      flow.targets
        .filter(isResourceTarget)
        .flatMap(({ accounts, permissionSets }) =>
          accounts.flatMap((account) =>
            permissionSets.map((permissionSet) => ({ flow, account, permissionSet })),
          ),
        ),
    );

const hangsOnUnits = ({ account, permissionSet }: Offer, flows: readonly AccessFlow[]): boolean => {
  const targets = [{ accountId: account.id, permissionSetArn: permissionSet.id }];
  return accountsToLocate(targets, flows).length > 0;
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
    assertWithinGuardrails(dependencies, targets, DURATION_SECONDS);
    const serving = await evaluateRequest(dependencies, flows, {
      caller,
      principal: { type: "USER", id: caller.userId, name: caller.userName },
      requestFor: "self",
      targets,
      durationSeconds: DURATION_SECONDS,
      now: dependencies.clock.now(),
      justification: "A request to show",
      mfa: false,
      breakGlass: false,
    });
    await assertAccountsActive(dependencies, targets);
    return serving.flow.name === flow.name;
  } catch (error) {
    if (error instanceof DomainError) return false;
    throw error;
  }
};

/** Everybody whom the conditions name, or a group that they name has: whether it is for them, the rules themselves say. */
const peopleOf = async (
  parties: readonly { readonly type: string; readonly id?: string }[],
  directory: Pick<Directory, "members">,
): Promise<ReadonlySet<string>> => {
  const ids = new Set<string>();
  for (const party of parties) {
    if (party.type === "user" && party.id !== undefined) ids.add(party.id);
    if (party.type !== "group") continue;
    for (const member of await directory.members(GroupIdSchema.parse(party.id))) ids.add(member);
  }
  return ids;
};

const moreTimeOf = (flow: AccessFlow): Showcase["moreTime"] => {
  const { maxExtensions, steps } = extensionRulesOf(flow);
  if (maxExtensions === 0) return "never";
  return steps.length === 0 ? "at-once" : "with-approval";
};

/** What is shown of an offer to somebody whom the flows let ask for it; undefined where it lacks something. */
type Show<Found extends Shown> = (offer: Offer, shown: Shown) => Found | undefined;

/** The first of the offers by the requester's user name, then by flow. */
const firstOf = async <Found extends Shown>(
  offers: readonly Offer[],
  flows: readonly AccessFlow[],
  people: readonly DirectoryPerson[],
  dependencies: ShowcaseDependencies,
  show: Show<Found>,
): Promise<Found | undefined> => {
  const withRequestors = await Promise.all(
    offers.map(async (offer) => ({
      offer,
      mayAsk: await peopleOf(leavesOf(offer.flow.requestors), dependencies.directory),
    })),
  );
  for (const requester of people) {
    for (const { offer, mayAsk } of withRequestors) {
      if (!mayAsk.has(requester.userId)) continue;
      const { flow, account, permissionSet } = offer;
      const found = show(offer, { flow: flow.name, requester, account, permissionSet });
      if (found !== undefined && (await isServed(offer, requester, flows, dependencies))) return found;
    }
  }
  return undefined;
};

/**
 * Offers that do not hang on organizational units come first, since playing one takes the calls that the design's budget
 * counts: nobody has to look where the account is.
 */
const firstCounted = async <Found extends Shown>(
  offers: readonly Offer[],
  flows: readonly AccessFlow[],
  people: readonly DirectoryPerson[],
  dependencies: ShowcaseDependencies,
  show: Show<Found>,
): Promise<Found | undefined> => {
  const byUnits = Object.groupBy(offers, (offer) => String(hangsOnUnits(offer, flows)));
  const { false: counted = [], true: others = [] } = byUnits;
  return (
    (await firstOf(counted, flows, people, dependencies, show)) ??
    (await firstOf(others, flows, people, dependencies, show))
  );
};

const enabledOf = (everybody: readonly DirectoryPerson[]) => everybody.filter(({ enabled }) => enabled);

/** A request to show; its approver is the first one by user name. */
export const findShowcase = async (
  flows: readonly AccessFlow[],
  everybody: readonly DirectoryPerson[],
  dependencies: ShowcaseDependencies,
): Promise<Showcase | undefined> => {
  const people = enabledOf(everybody);
  const offers = offersOf(flows, 1);
  const approvers = new Map<Offer["flow"], ReadonlySet<string>>();
  for (const { flow } of offers) {
    const parties = flow.approval.steps.flatMap(approversOf);
    approvers.set(flow, await peopleOf(parties, dependencies.directory));
  }
  return firstCounted(offers, flows, people, dependencies, ({ flow }, shown) => {
    const mayApprove = approvers.get(flow);
    const approver = people.find(
      (person) => person !== shown.requester && mayApprove?.has(person.userId) === true,
    );
    return approver && { ...shown, approver, moreTime: moreTimeOf(flow) };
  });
};

/** A request to show where none needs exactly one approval: one that is granted at once. */
export const findAutomaticShowcase = (
  flows: readonly AccessFlow[],
  everybody: readonly DirectoryPerson[],
  dependencies: ShowcaseDependencies,
): Promise<AutomaticShowcase | undefined> =>
  firstCounted(offersOf(flows, 0), flows, enabledOf(everybody), dependencies, ({ flow }, shown) => ({
    ...shown,
    // Nobody approves the request, so nobody approves more time either.
    moreTime: extensionRulesOf(flow).maxExtensions === 0 ? "never" : "at-once",
  }));
