import type { RequestAsk } from "../../contracts/http/requests.ts";
import { approversOf, type AccessFlow, type Party } from "../../domain/access-flow.ts";
import { needsOf, partiesOf, type RequestApprover, type RequestStep } from "../../domain/approval-step.ts";
import { DomainError } from "../../domain/errors.ts";
import {
  explain,
  type Audience,
  type Considered,
  type ExplainedStep,
  type Explanation,
  type Obstacle,
  type Weighed,
} from "../../domain/explanation.ts";
import { brokenGuardrails } from "../../domain/guardrails.ts";
import type { UserId } from "../../domain/ids.ts";
import type { Person, Principal } from "../../domain/principal.ts";
import type { Staffing } from "../../domain/known-approvers.ts";
import type { InventoryReader } from "../../ports/inventory.ts";
import { guardedTarget } from "../assert-within-guardrails.ts";
import { targetsOf, wantedBy, whyNotThen } from "../asked.ts";
import type { ComposeDependencies } from "../compose-request.ts";
import { loadEvaluation, whyNotActive, whyNotGrantable, type Target } from "./eligibility.ts";
import { beneficiaryOf, type BeneficiaryOf } from "../principal-of.ts";

export interface ExplainDependencies extends ComposeDependencies {
  readonly inventory: Pick<InventoryReader, "getAll">;
}

export interface ExplainInput {
  readonly requester: Person & { readonly enabled: boolean };
  readonly ask: RequestAsk;
  readonly mfa: boolean;
  /** What people write when they ask (justification, ticket) is not there yet, and nothing against it. */
  readonly textsToCome?: boolean;
  readonly audience: Audience;
  /** Somebody else reads it, so that its sentences name the requester. */
  readonly ofSomebodyElse?: boolean;
}

/** Somebody who may decide a step, and by what. */
export interface Decider {
  readonly userId: UserId;
  /** As the inventory knows it, or else the directory; absent where neither was asked. */
  readonly userName?: string;
  readonly because: readonly string[];
}

/** A step with the people who may decide it, as far as they are told. */
export type StaffedStep = ExplainedStep & {
  readonly people: readonly Decider[];
  /** How many more there are. */
  readonly morePeople: number;
};

export interface RequestExplained extends Omit<Explanation, "steps" | "considered"> {
  readonly requester: Person;
  /** Absent: it could not be asked for whoever would get it. */
  readonly principal?: Principal;
  readonly steps: readonly StaffedStep[];
  readonly considered: readonly (Omit<Considered, "steps"> & { readonly steps?: readonly StaffedStep[] })[];
}

/** People who are named in an explanation; the inventory gives the names of a hundred in one batch. */
const PEOPLE_NAMED = 100;
/** Over the steps of all flows; some 150 bytes each of the 6 MB that an answer of a function may have. */
const MOST_MENTIONS = 1000;
/** Of those whom the inventory does not know yet so many are looked up in the directory: a call each. */
const PEOPLE_LOOKED_UP = 20;

/**
 * What would come of a request, and why: nothing is written, and nothing begun. It looks up what the request itself does, the
 * approvers of the other flows that would serve it, within the same bound, and the deciders' names besides: one batch, and at most twenty calls. Throws DomainError where it is not known what is asked for.
 */
export const explainRequest =
  (dependencies: ExplainDependencies) =>
  async (input: ExplainInput): Promise<RequestExplained> => {
    const { requester, ask, audience } = input;
    const { userId, userName } = requester;
    const now = dependencies.clock.now();
    const targets = await targetsOf(dependencies, ask);
    const notThen = whyNotThen(ask, now);
    const beneficiary = await beneficiaryOrObstacle(dependencies, input);
    const weighed =
      "code" in beneficiary ? undefined : await weigh(dependencies, input, targets, beneficiary, now);
    const ruledOut = (durationSeconds: number): readonly Obstacle[] =>
      brokenGuardrails(dependencies.guardrails, { targets: targets.map(guardedTarget), durationSeconds }).map(
        ({ code, reason }) => ({ code, detail: reason }),
      );
    const asked = wantedBy(ask).durationSeconds;
    const explained = explain(
      {
        obstacles: {
          requester: requester.enabled ? [] : [disabled(requester)],
          start: notThen === undefined ? [] : [notThen],
          protection: whyNotGrantable(dependencies, targets),
          beneficiary: "code" in beneficiary ? [beneficiary] : [],
          guardrails: ruledOut(asked ?? 0),
          "account-state": await whyNotActive(dependencies, targets),
        },
        weighed,
      },
      audience,
    );
    const staffed = await withPeople(dependencies, [
      { steps: explained.steps, staffing: staffingUnder(weighed, explained.flow) },
      ...explained.considered.map(({ flow, steps = [] }) => ({
        steps,
        staffing: staffingUnder(weighed, flow),
      })),
    ]);
    const [ofServing = [], ...ofConsidered] = staffed;
    return {
      ...explained,
      requester: { userId, userName },
      ...("code" in beneficiary ? {} : { principal: beneficiary.principal }),
      steps: ofServing,
      considered: explained.considered.map(({ steps, ...one }, index) => ({
        ...one,
        ...(steps === undefined ? {} : { steps: ofConsidered[index] ?? [] }),
      })),
    };
  };

const staffingUnder = (weighed: Weighed | undefined, flow: AccessFlow | undefined): Staffing | undefined =>
  flow && weighed?.context.approversOf(flow)?.staffing;

const toldAs = ({ requester, ofSomebodyElse = false }: ExplainInput): string | undefined =>
  ofSomebodyElse ? requester.userName : undefined;

const disabled = ({ userName }: Person): Obstacle => ({
  code: "caller-not-eligible",
  detail: `User ${userName} is disabled in the directory, and cannot ask for anything.`,
});

const beneficiaryOrObstacle = async (
  dependencies: ExplainDependencies,
  input: ExplainInput,
): Promise<BeneficiaryOf | Obstacle> => {
  try {
    return await beneficiaryOf(dependencies, input.requester, input.ask.principal, toldAs(input));
  } catch (error) {
    // Here it is the answer, not the end of the call.
    if (!(error instanceof DomainError) || error.code !== "principal-not-allowed") throw error;
    return { code: error.code, detail: error.message };
  }
};

const weigh = async (
  dependencies: ExplainDependencies,
  input: ExplainInput,
  targets: readonly Target[],
  beneficiary: BeneficiaryOf,
  now: Date,
): Promise<Weighed> => {
  const { requester, ask, mfa, textsToCome } = input;
  const { userId, userName } = requester;
  const wanted = {
    caller: { userId, userName },
    toldAs: toldAs(input),
    ...beneficiary,
    targets,
    mfa,
    textsToCome,
    now,
    longestSeconds: dependencies.guardrails.maxDurationSeconds,
    ...wantedBy(ask),
  };
  const flows = await dependencies.flows.list();
  const [weighing, context] = await loadEvaluation(dependencies, flows, wanted, "of-each");
  return { ask: weighing, context };
};

/** Steps of a flow, and who of them is known to be able to decide. */
interface Decidable {
  readonly steps: readonly ExplainedStep[];
  readonly staffing: Staffing | undefined;
}

/**
 * The steps of each flow with those who may decide them before they escalate: whoever is disabled is left out, where that is known.
 * All of them share what is told and looked up, the first flows first.
 */
const withPeople = async (
  { inventory, directory }: Pick<ExplainDependencies, "inventory" | "directory">,
  flows: readonly Decidable[],
): Promise<readonly (readonly StaffedStep[])[]> => {
  const eligible = flows.flatMap(({ steps, staffing }) =>
    steps.flatMap((step) => eligibleFor(step, staffing)),
  );
  const told = new Set([...new Set(eligible)].slice(0, PEOPLE_NAMED));
  const facts = told.size === 0 ? [] : await inventory.getAll("user", [...told]);
  const known = new Map(facts.map(({ fact }) => [fact.id, fact]));
  const unknown = [...told].filter((id) => !known.has(id)).slice(0, PEOPLE_LOOKED_UP);
  for (const user of await Promise.all(unknown.map((id) => directory.user(id)))) {
    if (user === undefined) continue;
    known.set(user.userId, { kind: "user", id: user.userId, userName: user.userName, enabled: user.enabled });
  }
  let mentions = MOST_MENTIONS;
  return flows.map(({ steps, staffing }) =>
    steps.map((explained) => {
      const all = eligibleFor(explained, staffing);
      const named = all.filter((id) => told.has(id)).slice(0, mentions);
      mentions -= named.length;
      const people = named.flatMap((userId): readonly Decider[] => {
        const fact = known.get(userId);
        if (fact?.enabled === false || staffing === undefined || !("step" in explained)) return [];
        const because = whyBy(explained.step, (party) => staffing.eligible([party]).includes(userId));
        return [{ userId, ...(fact === undefined ? {} : { userName: fact.userName }), because }];
      });
      return { ...explained, people, morePeople: all.length - named.length };
    }),
  );
};

const eligibleFor = (explained: ExplainedStep, staffing: Staffing | undefined): readonly UserId[] =>
  "step" in explained && staffing !== undefined ? staffing.eligible(partiesOf(explained.step)) : [];

/** By what somebody may decide the step: each party of it that they are, or belong to. */
const whyBy = (step: RequestStep, isOne: (party: Party) => boolean): readonly string[] => [
  ...new Set(
    approversOf<RequestApprover>(step).flatMap((approver) =>
      needsOf(approver).flatMap((need, place) =>
        need.some(isOne) ? [whyAs(approver, place, need.filter(isOne))] : [],
      ),
    ),
  ),
];

const whyAs = (approver: RequestApprover, place: number, parties: readonly Party[]): string => {
  const words = parties.map(({ type, name }) => `${type} ${name}`).join(", ");
  switch (approver.type) {
    case "user":
    case "group":
      return `${words}, whom the flow names`;
    case "manager":
      return `the manager (${words})`;
    case "owner":
      return `the owner (${words}): ${approver.of[place]?.because ?? ""}`;
    case "nobody":
      return `the ${approver.as}, who is nobody: ${approver.because}`;
  }
};
