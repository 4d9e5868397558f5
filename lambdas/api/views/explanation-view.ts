import type { ExplanationView } from "../../core/contracts/http/explanations.ts";
import { durationText } from "../../core/domain/duration.ts";
import type { RequestExplained, StaffedStep } from "../../core/use-cases/evaluation/explain-request.ts";
import { stepView } from "./request-view.ts";

/** An explanation as whoever asked for it sees it. */
export const explanationView = (explained: RequestExplained): ExplanationView => {
  const { allowed, code, reasons, requester, principal, circumstances, flow, steps } = explained;
  const { automatically, limits, considered, inEmergency, notNamed } = explained;
  return {
    allowed,
    ...(code === undefined ? {} : { code }),
    reasons: [...reasons],
    requester,
    ...(principal === undefined ? {} : { principal }),
    circumstances: [...circumstances],
    ...(flow === undefined ? {} : { flow: flow.name }),
    steps: steps.map(explainedStepView),
    ...(automatically === undefined ? {} : { automatically }),
    ...(limits === undefined ? {} : { limits: limitsView(limits) }),
    ...(inEmergency === undefined ? {} : { inEmergency }),
    considered: considered.map(({ flow: { name, version }, serves, conditions, steps: under }) => ({
      flow: name,
      version,
      serves,
      conditions: conditions.map(({ parts, ...condition }) => ({
        ...condition,
        ...(parts === undefined ? {} : { parts: parts.map((part) => ({ ...part })) }),
      })),
      ...(under === undefined ? {} : { steps: under.map(explainedStepView) }),
    })),
    notNamed,
  };
};

const limitsView = (
  limits: NonNullable<RequestExplained["limits"]>,
): NonNullable<ExplanationView["limits"]> => ({
  duration: durationText(limits.durationSeconds),
  maxDuration: durationText(limits.maxSeconds),
  maxExtensions: limits.maxExtensions,
  longestExtension: durationText(limits.longestExtensionSeconds),
});

const explainedStepView = (explained: StaffedStep): ExplanationView["steps"][number] => ({
  ...("step" in explained
    ? stepView(explained.step)
    : { within: durationText(explained.withinSeconds), nobody: explained.nobody }),
  people: explained.people.map(({ because, ...person }) => ({ ...person, because: [...because] })),
  morePeople: explained.morePeople,
});
