import type { ProtectedAccount } from "../../contracts/environment.ts";
import type { AccessFlow, Beneficiary } from "../../domain/access-flow.ts";
import { resolveSteps } from "../../domain/approval-step.ts";
import { DomainError, type DomainErrorCode, type FieldError } from "../../domain/errors.ts";
import {
  approvalUnder,
  candidatesOf,
  couldServe,
  evaluate,
  unconfirmedEditorsOf,
  type DecisionContext,
  type Evaluation,
} from "../../domain/evaluate.ts";
import type { Obstacle } from "../../domain/explanation.ts";
import type { Ask, EvaluationContext } from "../../domain/ask.ts";
import { laterOf, type FlowName } from "../../domain/ids.ts";
import type { Person, Principal } from "../../domain/principal.ts";
import { leavesOf } from "../../domain/rule.ts";
import { sessionSecondsOf } from "../../domain/sessions.ts";
import type { KnownApprovers } from "../../domain/known-approvers.ts";
import type { CatalogueAccount, CataloguePermissionSet } from "../../ports/catalogue.ts";
import type { Directory, Organization } from "../../ports/directory.ts";
import { staffingOf } from "./eligible-approvers.ts";
import { accessesAround, type AroundDependencies } from "./accesses-around.ts";
import { approversLoader, type ApproverDependencies } from "./load-approvers.ts";
import { loadContext, type ContextDependencies } from "./load-context.ts";
import { inBatches } from "../in-batches.ts";

/** What somebody may have, as things are now: asked when access is requested, and again when more time on it is. */
export interface EligibilityDependencies
  extends ContextDependencies, ApproverDependencies, AroundDependencies {
  readonly directory: Directory;
  readonly organization: Pick<Organization, "account" | "ancestorsOf">;
  readonly protectedAccounts: readonly ProtectedAccount[];
  /** Deployed in the delegated administrator account, not in the management account. */
  readonly delegatedAdministrator: boolean;
}

export interface Target {
  readonly account: CatalogueAccount;
  readonly permissionSet: CataloguePermissionSet;
}

/** What somebody would have. */
export interface Wanted {
  readonly caller: Person;
  /** By which name somebody else is told of them; absent: they are told themselves. */
  readonly toldAs?: string | undefined;
  readonly principal: Principal;
  readonly requestFor: Beneficiary;
  readonly targets: readonly Target[];
  /** Absent: what the flow gives to whoever says nothing. */
  readonly durationSeconds?: number | undefined;
  /** What a guardrail says of how long that may be; of a duration that was asked for it is asked beforehand. */
  readonly longestSeconds?: number | undefined;
  readonly now: Date;
  /** Absent: at once. */
  readonly start?: Date | undefined;
  /** When the access began that this is more of; absent: it is not there yet. */
  readonly since?: Date | undefined;
  readonly justification?: string | undefined;
  readonly ticket?: string | undefined;
  /** The justification and the ticket are still to be written. */
  readonly textsToCome?: boolean | undefined;
  readonly mfa: boolean;
  readonly breakGlass: boolean;
}

/** Accounts, or people, that are looked up at once. */
const AT_A_TIME = 5;

const protection = {
  management: ["management-account", "is the organization's management account"],
  lockstep: ["lockstep-account", "is the account that Lockstep itself runs in"],
  listed: ["protected-account", "is listed as protected"],
} as const;

/** Where nothing is granted, whatever a flow says; the grant function's role denies the same accounts again in IAM. */
export const whyNotGrantable = (
  {
    protectedAccounts,
    delegatedAdministrator,
  }: Pick<EligibilityDependencies, "protectedAccounts" | "delegatedAdministrator">,
  targets: readonly Target[],
): readonly Obstacle[] =>
  targets.flatMap(({ account, permissionSet }): readonly Obstacle[] => {
    const found = protectedAccounts.find(({ id }) => id === account.id);
    if (found !== undefined) {
      const [code, why] = protection[found.reason];
      return [{ code, detail: `Account ${account.id} (${account.name}) ${why}: nothing is granted there.` }];
    }
    if (delegatedAdministrator && permissionSet.inManagementAccount) {
      const detail = `Permission set ${permissionSet.name} is provisioned in the management account, and Lockstep runs in a delegated administrator account, from where AWS does not let anyone manage it.`;
      return [{ code: "managed-from-management-account", detail }];
    }
    return [];
  });

/** Deny by default, in code. Throws DomainError with the first of `whyNotGrantable`. */
export const assertGrantable = (dependencies: EligibilityDependencies, targets: readonly Target[]): void => {
  const [first] = whyNotGrantable(dependencies, targets);
  if (first !== undefined) throw new DomainError(first.code, first.detail);
};

/** What speaks for a request, and how it would be approved, as the directory and the inventory are now. */
export type Allowed = Extract<Evaluation, { readonly allowed: true }>;

/** The one of `flows` that allows all of it, and who approves; throws DomainError with the reasons when none does. */
export const evaluateRequest = async (
  dependencies: EligibilityDependencies,
  flows: readonly AccessFlow[],
  wanted: Wanted,
): Promise<Allowed> => {
  const evaluation = evaluate(...(await loadEvaluation(dependencies, flows, wanted)));
  if (evaluation.allowed) return evaluation;
  const { code, reasons, inEmergency } = evaluation;
  const detail = reasons.join("; ");
  const sentences = [
    `Nothing allows this request: ${detail}.`,
    ...(inEmergency === undefined ? [] : [inEmergency]),
  ];
  throw new DomainError(code, sentences.join(" "), pointersOf(code, detail));
};

/** Whose approvers are looked up: those of the first flow that serves, which is all that a request needs, or of each that would. */
type Approvers = "of-the-first" | "of-each";

/** Everything that `evaluate` looks at. */
export const loadEvaluation = async (
  dependencies: EligibilityDependencies,
  flows: readonly AccessFlow[],
  wanted: Wanted,
  approvers: Approvers = "of-the-first",
): Promise<readonly [Ask, DecisionContext]> => {
  const asked = askOf(wanted);
  const { requester, targets } = asked;
  const facts = await loadContext(dependencies, flows, {
    requester,
    targets,
    now: wanted.now,
    start: asked.start,
    couldServe: (flow, coverage) => couldServe(flow, asked, coverage),
  });
  const known = await withEditorsInGroup(dependencies, wanted.principal, facts);
  const ask = await withWhatIsAround(dependencies, asked, known, wanted);
  return [ask, await withApprovers(dependencies, ask, known, { principal: wanted.principal, approvers })];
};

/** What else they have is looked up where it decides whether anybody has to be asked, and nowhere else. */
const withWhatIsAround = async (
  dependencies: EligibilityDependencies,
  ask: Ask,
  context: EvaluationContext,
  { principal, now }: Wanted,
): Promise<Ask> => {
  const matters = candidatesOf(ask, context).some(({ approval: { automatic, steps } }) =>
    ask.isAhead === true
      ? automatic !== undefined || steps.length === 0
      : automatic !== undefined && leavesOf(automatic).some(({ type }) => type === "duration-below"),
  );
  if (!matters) return ask;
  const { requester, targets } = ask;
  const around = await accessesAround(dependencies, {
    requester,
    principal,
    targets,
    now,
  });
  return { ...ask, around };
};

/** Of so many who have changed what nobody has confirmed yet it is looked up whether they belong to the group: a call each. */
const EDITORS_LOOKED_UP = 50;

/** What is known of the group that would get the access: nothing is looked up where nobody's changes wait to be confirmed. */
const withEditorsInGroup = async (
  { directory }: Pick<EligibilityDependencies, "directory">,
  principal: Principal,
  context: EvaluationContext,
): Promise<EvaluationContext> => {
  if (principal.type !== "GROUP" || !context.secondAdministrator) return context;
  const changed = context.flows.flatMap((flow) => [flow, ...context.dependenciesOf(flow)]);
  const editors = [...new Set(changed.flatMap(({ unconfirmedEditors = [] }) => unconfirmedEditors))];
  const belongs = await inBatches(editors.slice(0, EDITORS_LOOKED_UP), AT_A_TIME, async (editor) => {
    const memberships = await directory.memberships(editor, [principal.id]);
    return [editor, memberships.has(principal.id)] as const;
  });
  return { ...context, editorsInGroup: new Map(belongs) };
};

/**
 * With who would decide: looked up flow by flow, in the order in which they would serve, until one is found that somebody
 * approves. Of a request that is served as most are, by the first, no other flow's approvers are looked up, unless somebody wants to
 * know those of each. All of them share
 * what `staffingOf` looks up at most; owners and manager are those of the request, looked up once.
 */
const withApprovers = async (
  dependencies: EligibilityDependencies,
  ask: Ask,
  facts: EvaluationContext,
  { principal, approvers }: { readonly principal: Principal; readonly approvers: Approvers },
): Promise<DecisionContext> => {
  const { requester, targets } = ask;
  const resolve = approversLoader(dependencies, { requester, principal, targets });
  const staff = staffingOf(dependencies);
  const known = new Map<FlowName, KnownApprovers>();
  const context: DecisionContext = { ...facts, approversOf: ({ name }) => known.get(name) };
  const isServed = (flow: AccessFlow): boolean => approvalUnder(flow, ask, context).verdict === "met";
  for (const flow of candidatesOf(ask, facts)) {
    if (!isServed(flow)) {
      const { steps, sameApproverInSeveralSteps } = flow.approval;
      const { requesterCanApproveSelf } = flow.settings;
      const who = {
        requester,
        principal,
        requesterCanApproveSelf,
        sameApproverInSeveralSteps,
        ...unconfirmedEditorsOf(flow, facts),
      };
      const resolved = await resolve(steps);
      const found = resolveSteps(steps, resolved);
      const staffing = "steps" in found ? await staff(found.steps, who) : undefined;
      known.set(flow.name, { resolved, ...(staffing === undefined ? {} : { staffing }) });
    }
    if (approvers === "of-the-first" && isServed(flow)) break;
  }
  return context;
};

const askOf = ({ caller, principal, targets, now, start, since, ...asked }: Wanted): Ask => {
  const { requestFor, durationSeconds, longestSeconds, justification, ticket, textsToCome, mfa, breakGlass } =
    asked;
  const { toldAs } = asked;
  return {
    requester: caller.userId,
    ...(toldAs === undefined ? {} : { toldAs }),
    requestFor,
    ...(principal.type === "USER" ? { beneficiary: principal.id } : { forGroup: true }),
    targets: targets.map(({ account, permissionSet }) => ({
      accountId: account.id,
      permissionSetArn: permissionSet.arn,
    })),
    ...(durationSeconds === undefined ? {} : { durationSeconds }),
    ...(longestSeconds === undefined ? {} : { longestSeconds }),
    start: laterOf(now, start),
    ...(start !== undefined && start > now ? { isAhead: true } : {}),
    ...(since === undefined ? {} : { since }),
    sessions: targets.map(({ permissionSet }) => ({
      permissionSetName: permissionSet.name,
      sessionSeconds: sessionSecondsOf(permissionSet.sessionDuration),
    })),
    ...(justification === undefined ? {} : { justification }),
    ...(ticket === undefined ? {} : { ticket }),
    ...(textsToCome === undefined ? {} : { textsToCome }),
    mfa,
    breakGlass,
  };
};

/** The field of the request that would have to be another. */
const fieldOf: Partial<Readonly<Record<DomainErrorCode, string>>> = {
  "duration-above-maximum": "/duration",
  "justification-required": "/justification",
  "ticket-required": "/ticket",
  "outside-timeframe": "/startAt",
};

const pointersOf = (code: DomainErrorCode, detail: string): readonly FieldError[] => {
  const pointer = fieldOf[code];
  return pointer === undefined ? [] : [{ pointer, detail }];
};

/** The accounts that take no access now, as AWS Organizations says: a call for each account. */
export const whyNotActive = async (
  { organization }: Pick<EligibilityDependencies, "organization">,
  targets: readonly Target[],
): Promise<readonly Obstacle[]> => {
  const ids = [...new Set(targets.map(({ account }) => account.id))];
  const accounts = await inBatches(ids, AT_A_TIME, async (id) => ({
    id,
    account: await organization.account(id),
  }));
  return accounts.flatMap(({ id, account }): readonly Obstacle[] => {
    if (account?.state === "ACTIVE") return [];
    const found = account === undefined ? "not in the organization any more" : account.state;
    const detail = `Account ${id} is ${found}; access is granted only into ACTIVE accounts.`;
    return [{ code: "account-not-active", detail }];
  });
};

/** Throws DomainError `account-not-active`. */
export const assertAccountsActive = async (
  dependencies: EligibilityDependencies,
  targets: readonly Target[],
): Promise<void> => {
  const [first] = await whyNotActive(dependencies, targets);
  if (first !== undefined) throw new DomainError(first.code, first.detail);
};
