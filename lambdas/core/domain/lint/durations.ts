import { isResourceTarget, isScopeTarget, type FlowTarget } from "../access-flow.ts";
import { durationText } from "../duration.ts";
import type { LintedFlow, World } from "./configuration.ts";
import { error, warning, type Said } from "./finding.ts";

/** What lasts longer than it may: a permission set's sessions, or the flow's own duration. */
export const tooLong = (flow: LintedFlow, world: World | undefined): readonly Said[] =>
  world === undefined ? [] : [...sessionsTooLong(flow, world), ...durationTooLong(flow, world)];

const sessionsTooLong = ({ settings, targets }: LintedFlow, { permissionSets }: World): readonly Said[] => {
  const { maxSessionSeconds } = settings;
  if (maxSessionSeconds === undefined) return [];
  return targets.flatMap((target, index) =>
    permissionSetsOf(target).flatMap(({ id, name }, place): readonly Said[] => {
      const seconds = permissionSets.get(id)?.sessionSeconds;
      return seconds === undefined || seconds <= maxSessionSeconds
        ? []
        : [
            error(
              "session-too-long",
              `/targets/${String(index)}/permissionSets/${String(place)}`,
              `Permission set ${name} has sessions of ${durationText(seconds)}, and the flow allows at most ${durationText(maxSessionSeconds)} (settings.maxSessionDuration): nobody can be given it by this flow. Shorten the permission set's session duration in Identity Center, or allow more.`,
            ),
          ];
    }),
  );
};

const permissionSetsOf = (
  target: FlowTarget,
): readonly { readonly id: Parameters<World["permissionSets"]["get"]>[0]; readonly name: string }[] =>
  isResourceTarget(target) || isScopeTarget(target) ? (target.permissionSets ?? []) : [];

const durationTooLong = ({ duration }: LintedFlow, { guardrails }: World): readonly Said[] => {
  const { maxDurationSeconds } = guardrails;
  if (maxDurationSeconds === undefined || duration.maxSeconds <= maxDurationSeconds) return [];
  return [
    warning(
      "duration-above-maximum",
      "/duration/max",
      `The flow allows ${duration.max}, and nothing lasts longer than ${durationText(maxDurationSeconds)} (deploy setting guardrails.maxDuration): whoever asks for more is refused. Lower it to that.`,
    ),
  ];
};
