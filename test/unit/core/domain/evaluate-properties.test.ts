import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isResourceTarget, type AccessFlow } from "../../../../lambdas/core/domain/access-flow.ts";
import { consider, evaluate, type Evaluation } from "../../../../lambdas/core/domain/evaluate.ts";
import type { Ask, EvaluationContext } from "../../../../lambdas/core/domain/flow-conditions.ts";
import type { Rule } from "../../../../lambdas/core/domain/rule.ts";
import { anyExclude, anyPersonRule, anyRequest, anySurroundings, someFlows } from "../../../support/flows.ts";

const RUNS = 1000;

const holds = (
  property: (ask: Ask, context: EvaluationContext, flows: readonly AccessFlow[]) => void,
  numRuns = RUNS,
) => {
  fc.assert(
    fc.property(anyRequest, anySurroundings, someFlows, (ask, context, flows) => {
      property(ask, { ...context, flows }, flows);
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
type Forgetting = (context: EvaluationContext) => EvaluationContext;

const without = <Key, Value>(map: ReadonlyMap<Key, Value>, place: number): ReadonlyMap<Key, Value> =>
  new Map([...map].filter((_, index) => index !== place % Math.max(1, map.size)));

const forgetting: fc.Arbitrary<Forgetting> = fc
  .tuple(fc.nat(9), fc.nat(5))
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
      default:
        return { ...context, subjects: without(context.subjects, place) };
    }
  });

/** How many people have to agree; nobody can where it is refused. */
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
        (ask, context, flows, narrow, place) => {
          const narrower = flows.map((flow, index) => (index === place % flows.length ? narrow(flow) : flow));
          const before = evaluate(ask, { ...context, flows });
          if (!before.allowed) expect(evaluate(ask, { ...context, flows: narrower }).allowed).toBe(false);
        },
      ),
      { numRuns: 2 * RUNS },
    );
  });

  it("what is not known never allows more, nor with fewer approvals", () => {
    fc.assert(
      fc.property(anyRequest, anySurroundings, someFlows, forgetting, (ask, known, flows, forget) => {
        const context = { ...known, flows };
        expect(demanded(evaluate(ask, forget(context)))).toBeGreaterThanOrEqual(
          demanded(evaluate(ask, context)),
        );
      }),
      { numRuns: 2 * RUNS },
    );
  });

  it("the order of flows, targets and conditions says nothing", () => {
    const inWords = (evaluation: Evaluation) =>
      evaluation.allowed
        ? { flow: evaluation.flow.name, steps: evaluation.steps, limits: evaluation.limits }
        : { code: evaluation.code, reasons: evaluation.reasons.length };
    holds((ask, context, flows) => {
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
      expect(inWords(evaluate(asked, { ...context, flows: other }))).toEqual(inWords(evaluate(ask, context)));
    });
  });

  it("asking for more is never allowed where asking for less is not", () => {
    holds((ask, context) => {
      const [first] = ask.targets;
      if (first === undefined || !evaluate(ask, context).allowed) return;
      expect(evaluate({ ...ask, targets: [first] }, context).allowed).toBe(true);
    });
  });

  it("what explains it agrees with what decides", () => {
    holds((ask, context) => {
      const evaluation = evaluate(ask, context);
      const serving = consider(ask, context).filter(({ serves }) => serves);
      expect(serving.length > 0).toBe(evaluation.allowed);
      if (!evaluation.allowed) return;
      expect(serving.map(({ flow }) => flow.name)).toContain(evaluation.flow.name);
      for (const { flow } of serving) {
        expect(demanded(evaluate(ask, { ...context, flows: [flow] }))).toBeGreaterThanOrEqual(
          demanded(evaluation),
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
