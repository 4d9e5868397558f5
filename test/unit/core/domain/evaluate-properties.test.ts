import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isResourceTarget, partyKey, type AccessFlow } from "../../../../lambdas/core/domain/access-flow.ts";
import { partiesOf, type RequestStep } from "../../../../lambdas/core/domain/approval-step.ts";
import {
  consider,
  evaluate,
  type DecisionContext,
  type Evaluation,
} from "../../../../lambdas/core/domain/evaluate.ts";
import { Circumstances, explain } from "../../../../lambdas/core/domain/explanation.ts";
import type { Ask } from "../../../../lambdas/core/domain/ask.ts";
import type { Rule } from "../../../../lambdas/core/domain/rule.ts";
import {
  anyExclude,
  anyPersonRule,
  anyRequest,
  anySurroundings,
  contextOf,
  someFlows,
  type Surroundings,
} from "../../../support/flows.ts";

const RUNS = 1000;

const holds = (
  property: (ask: Ask, context: DecisionContext, flows: readonly AccessFlow[], there: Surroundings) => void,
  numRuns = RUNS,
) => {
  fc.assert(
    fc.property(anyRequest, anySurroundings, someFlows, (ask, there, flows) => {
      property(ask, contextOf(ask, flows, there), flows, there);
    }),
    { numRuns },
  );
};

/** Adds to one of the flows what lets fewer people have less. */
type Narrowing = (flow: AccessFlow) => AccessFlow;

const narrowing: fc.Arbitrary<Narrowing> = fc.oneof(
  anyExclude.map((exclude): Narrowing => (flow) => ({
    ...flow,
    targets: flow.targets.map((target) =>
      isResourceTarget(target)
        ? {
            ...target,
            exclude: {
              accounts: [...(target.exclude?.accounts ?? []), ...exclude.accounts],
              organizationalUnits: [
                ...(target.exclude?.organizationalUnits ?? []),
                ...exclude.organizationalUnits,
              ],
              tags: [...(target.exclude?.tags ?? []), ...exclude.tags],
              permissionSets: [...(target.exclude?.permissionSets ?? []), ...(exclude.permissionSets ?? [])],
            },
          }
        : target,
    ),
  })),
  anyPersonRule.map((rule): Narrowing => (flow) => ({
    ...flow,
    requestors: { allOf: [flow.requestors, rule] },
  })),
  anyPersonRule.map((rule): Narrowing => (flow) => ({
    ...flow,
    requestors: { allOf: [rule, flow.requestors] },
  })),
  fc.constantFrom<Narrowing>(
    (flow) => ({ ...flow, settings: { ...flow.settings, mfaRequired: true } }),
    (flow) => ({ ...flow, settings: { ...flow.settings, ticketPattern: "OPS-\\d" } }),
    (flow) => ({ ...flow, settings: { ...flow.settings, justificationRequired: true } }),
    (flow) => ({ ...flow, settings: { ...flow.settings, maxSessionSeconds: 1800 } }),
    (flow) => ({ ...flow, active: false }),
    (flow) => ({ ...flow, breakGlass: { reviewWithinSeconds: 3600, watchers: [] } }),
    ({ duration: { max, maxSeconds }, ...flow }) => ({
      ...flow,
      duration: { max, maxSeconds: maxSeconds / 2 },
    }),
    (flow) => ({ ...flow, timeframe: { days: ["monday"], from: "09:00", to: "10:00", timeZone: "UTC" } }),
  ),
);

/** Makes one known thing unknown. */
type Forgetting = (there: Surroundings) => Surroundings;

const without = <Key, Value>(map: ReadonlyMap<Key, Value>, place: number): ReadonlyMap<Key, Value> =>
  new Map([...map].filter((_, index) => index !== place % Math.max(1, map.size)));

const forgetting: fc.Arbitrary<Forgetting> = fc
  .tuple(fc.nat(13), fc.nat(5))
  .map(([what, place]): Forgetting => (context) => {
    const { requester, accounts } = context;
    const of = <Kept extends object>(key: "organizationalUnits" | "tags", kept: Kept) =>
      Object.fromEntries(Object.entries(kept).filter(([name]) => name !== key)) as Kept;
    switch (what) {
      case 0:
        return { ...context, requester: { ...requester, attributes: {} } };
      case 1:
        return { ...context, requester: { ...requester, manages: without(requester.manages, place) } };
      case 2:
        return { ...context, requester: { ...requester, onCall: without(requester.onCall, place) } };
      case 3: {
        const [group] = [...requester.memberships].slice(place);
        if (group === undefined) return context;
        const memberships = new Set([...requester.memberships].filter((id) => id !== group));
        const missingGroups = new Set([...requester.missingGroups, group]);
        return { ...context, requester: { ...requester, memberships, missingGroups } };
      }
      case 4:
        return { ...context, accounts: without(accounts, place) };
      case 5:
        return { ...context, accounts: new Map([...accounts].map(([id, one]) => [id, of("tags", one)])) };
      case 6:
        return {
          ...context,
          accounts: new Map([...accounts].map(([id, one]) => [id, of("organizationalUnits", one)])),
        };
      case 7:
        return { ...context, bundles: without(context.bundles, place) };
      case 8:
        return { ...context, scopes: without(context.scopes, place) };
      case 9:
        return { ...context, ownerOf: without(context.ownerOf, place) };
      case 10:
        return { ...context, manager: undefined };
      case 11:
        return { ...context, staffed: new Set([...context.staffed].filter((_, at) => at !== place)) };
      case 12:
        return { ...context, lookedUp: ({ name }) => name !== `flow-${String(place)}` };
      default:
        return { ...context, subjects: without(context.subjects, place) };
    }
  });

/** Who a step asks, whatever the order of the targets that they own. */
const whoDecides = (step: RequestStep): readonly string[] => partiesOf(step).map(partyKey).toSorted();

const nothingInTheWay = Object.fromEntries(
  Circumstances.filter((one) => one !== "flow" && one !== "approvers").map((one) => [one, []]),
);

/** How many steps have to be decided; they never can where it is refused. */
const demanded = (evaluation: Evaluation): number =>
  evaluation.allowed ? evaluation.steps.length : Number.POSITIVE_INFINITY;

const turned = <Leaf extends object>(rule: Rule<Leaf>): Rule<Leaf> => {
  if ("anyOf" in rule) return { anyOf: rule.anyOf.map(turned).toReversed() };
  if ("allOf" in rule) return { allOf: rule.allOf.map(turned).toReversed() };
  if ("not" in rule) return { not: turned(rule.not) };
  return rule;
};

describe("whatever flows say", () => {
  it("allows some requests and refuses some: the properties below are about both", () => {
    const seen = { allowed: 0, refused: 0 };
    holds((ask, context) => {
      seen[evaluate(ask, context).allowed ? "allowed" : "refused"] += 1;
    });
    expect(seen.allowed).toBeGreaterThan(RUNS / 20);
    expect(seen.refused).toBeGreaterThan(RUNS / 20);
  });

  it("an exclude or a condition more never allows more", () => {
    fc.assert(
      fc.property(
        anyRequest,
        anySurroundings,
        someFlows,
        narrowing,
        fc.nat(3),
        (ask, there, flows, narrow, place) => {
          const narrower = flows.map((flow, index) => (index === place % flows.length ? narrow(flow) : flow));
          // For an emergency that one is another flow, not a narrower one.
          if (ask.breakGlass && narrower.some(({ breakGlass }, at) => breakGlass !== flows[at]?.breakGlass))
            return;
          const before = demanded(evaluate(ask, contextOf(ask, flows, there)));
          const after = demanded(evaluate(ask, contextOf(ask, narrower, there)));
          expect(after).toBeGreaterThanOrEqual(before);
        },
      ),
      { numRuns: 2 * RUNS },
    );
  });

  it("what is not known never allows more, nor with fewer approvals", () => {
    fc.assert(
      fc.property(anyRequest, anySurroundings, someFlows, forgetting, (ask, there, flows, forget) => {
        expect(demanded(evaluate(ask, contextOf(ask, flows, forget(there))))).toBeGreaterThanOrEqual(
          demanded(evaluate(ask, contextOf(ask, flows, there))),
        );
      }),
      { numRuns: 2 * RUNS },
    );
  });

  it("the order of flows, targets and conditions says nothing", () => {
    const inWords = (evaluation: Evaluation) =>
      evaluation.allowed
        ? { flow: evaluation.flow.name, steps: evaluation.steps.map(whoDecides), limits: evaluation.limits }
        : { code: evaluation.code, reasons: evaluation.reasons.length };
    holds((ask, context, flows, there) => {
      const other = flows.toReversed().map((flow) => ({
        ...flow,
        requestors: turned(flow.requestors),
        targets: flow.targets.toReversed(),
        approval: {
          ...flow.approval,
          ...(flow.approval.automatic === undefined ? {} : { automatic: turned(flow.approval.automatic) }),
        },
      }));
      const asked = { ...ask, targets: ask.targets.toReversed() };
      expect(inWords(evaluate(asked, contextOf(asked, other, there)))).toEqual(
        inWords(evaluate(ask, context)),
      );
    });
  });

  it("asking for more is never allowed where asking for less is not", () => {
    holds((ask, context, flows, there) => {
      const [first] = ask.targets;
      if (first === undefined || !evaluate(ask, context).allowed) return;
      const less = { ...ask, targets: [first] };
      expect(evaluate(less, contextOf(less, flows, there)).allowed).toBe(true);
    });
  });

  it("what explains it agrees with what decides: allowed is what some flow serves, and the flow that decides does", () => {
    holds((ask, context) => {
      const evaluation = evaluate(ask, context);
      const explained = explain({ obstacles: nothingInTheWay, weighed: { ask, context } }, "reader");
      const serving = explained.considered.filter(({ serves }) => serves);
      expect(explained.allowed).toBe(evaluation.allowed);
      expect(serving.length > 0).toBe(evaluation.allowed);
      expect(explained.considered).toHaveLength(context.flows.length);
      if (!evaluation.allowed) {
        expect(explained).toMatchObject({ code: evaluation.code, reasons: evaluation.reasons });
        return;
      }
      expect(serving.map(({ flow }) => flow.name)).toContain(evaluation.flow.name);
      expect(explained).toMatchObject({ flow: evaluation.flow, limits: evaluation.limits });
      expect(explained.steps).toEqual(evaluation.steps.map((step) => ({ step })));
      for (const { flow } of serving) {
        expect(demanded(evaluate(ask, { ...context, flows: [flow] }))).toBeGreaterThanOrEqual(
          demanded(evaluation),
        );
      }
    });
  });

  it("an explanation tells whoever asks of no flow that is not for them", () => {
    holds((ask, context) => {
      const told = explain({ obstacles: nothingInTheWay, weighed: { ask, context } }, "requester");
      expect(told.considered.length + told.notNamed).toBe(context.flows.length);
      for (const { conditions } of told.considered) {
        expect(conditions).toContainEqual(
          expect.objectContaining({ condition: "requestors", verdict: "met" }),
        );
      }
    });
  });

  it("a refusal names no flow that is not for whoever asks", () => {
    holds((ask, context) => {
      const evaluation = evaluate(ask, context);
      if (evaluation.allowed) return;
      for (const { flow, conditions } of consider(ask, context)) {
        const isFor = conditions.find(({ condition }) => condition === "requestors")?.verdict === "met";
        if (!isFor) expect(evaluation.reasons.join()).not.toContain(flow.name);
      }
    });
  });
});
