import { isResourceTarget, isScopeTarget, type FlowTarget } from "../access-flow.ts";
import { durationText } from "../duration.ts";
import type { LintedFlow, World } from "./configuration.ts";
import { error, warning, type Said } from "./finding.ts";
import { broughtIn, pointerOf, type Given } from "./given.ts";
import { listed } from "./listed.ts";

/** What lasts longer than it may: a permission set's sessions, or the flow's own duration. */
export const tooLong = (flow: LintedFlow, given: readonly Given[], world: World): readonly Said[] => [
  ...sessionsTooLong(flow, given, world),
  ...durationTooLong(flow, world),
];

/** What a bundle or an access scope brings it may bring for other flows: there it is a warning. */
const sessionsTooLong = (
  { settings, targets }: LintedFlow,
  given: readonly Given[],
  { permissionSets }: World,
): readonly Said[] => {
  const { maxSessionSeconds } = settings;
  if (maxSessionSeconds === undefined) return [];
  const secondsAbove = (id: Given["id"]): number | undefined => {
    const seconds = permissionSets.get(id)?.sessionSeconds;
    return seconds !== undefined && seconds > maxSessionSeconds ? seconds : undefined;
  };
  const most = `the flow allows at most ${durationText(maxSessionSeconds)} (settings.maxSessionDuration)`;
  return [
    ...targets.flatMap((target, index) =>
      permissionSetsOf(target).flatMap(({ id, name }, place): readonly Said[] => {
        const seconds = secondsAbove(id);
        return seconds === undefined
          ? []
          : [
              error(
                "session-too-long",
                pointerOf({ target: index, place }),
                `Permission set ${name} has sessions of ${durationText(seconds)}, and ${most}: nobody can be given it by this flow. Shorten the permission set's session duration in Identity Center, or allow more.`,
              ),
            ];
      }),
    ),
    ...broughtIn(given.filter(({ id }) => secondsAbove(id) !== undefined)).map(({ target, through, names }) =>
      warning(
        "session-too-long",
        pointerOf({ target }),
        `Of what the ${through} brings, sessions last too long: ${listed(names, "permission sets")}; and ${most}: nobody can be given those by this flow. Shorten the session durations in Identity Center, or allow more.`,
      ),
    ),
  ];
};

const permissionSetsOf = (
  target: FlowTarget,
): readonly { readonly id: Given["id"]; readonly name: string }[] =>
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
