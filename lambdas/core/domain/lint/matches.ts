import {
  isResourceTarget,
  type AutomaticApprovalCondition,
  type FlowTarget,
  type ResourceTarget,
  type TagMatch,
} from "../access-flow.ts";
import { leavesOf } from "../rule.ts";
import { hasTag } from "../target-coverage.ts";
import type { LintedFlow, World } from "./configuration.ts";
import { warning, type Said } from "./finding.ts";
import { pointerOf, type Given } from "./given.ts";
import { leavesNothing } from "./targets.ts";

/*
 * What is there and fits nothing, as things are: most often a tag that is written otherwise. Nothing is said of what may fit
 * because not everything about the accounts is known, and nothing at all while no account is: an organization has one at least.
 */

/** Targets that no account fits, and tags in them that none has: also of what is excluded, where a slip gives too much. */
export const unmatched = (
  targets: readonly FlowTarget[],
  given: readonly Given[],
  world: World,
): readonly Said[] =>
  targets.flatMap((target, index) => {
    if (!isResourceTarget(target) || world.accounts.size === 0) return [];
    const at = pointerOf({ target: index });
    const taken = tagsOfNobody(target.tags, `${at}/tags`, TAKES_NOTHING, world);
    const own = given.filter((one) => one.target === index);
    const fits = own.some(({ accounts, maybeMore }) => accounts.length > 0 || maybeMore);
    const nothing =
      fits || taken.length > 0 || leavesNothing(target) || namesWhatIsNotThere(target, world)
        ? []
        : [
            warning(
              "target-matches-nothing",
              at,
              "No account of the organization fits this target now: nobody can be given anything by it. Compare the organizational units, the tags and what is excluded.",
            ),
          ];
    return [
      ...nothing,
      ...taken,
      ...tagsOfNobody(target.exclude?.tags, `${at}/exclude/tags`, EXCLUDES_NOTHING, world),
    ];
  });

/** Tags in the rule of automatic approval that no account has. */
export const unmatchedInApproval = ({ approval }: LintedFlow, world: World): readonly Said[] =>
  approval.automatic === undefined
    ? []
    : leavesOf<AutomaticApprovalCondition>(approval.automatic).flatMap((condition) =>
        condition.type === "target-tag" && isOfNobody(condition, world)
          ? [tagOfNobody(condition, "/approval/automatic", "no request meets that")]
          : [],
      );

const TAKES_NOTHING = "it takes nothing in";
const EXCLUDES_NOTHING = "it excludes nothing";

const tagsOfNobody = (
  tags: readonly TagMatch[] | undefined,
  at: string,
  whatFollows: string,
  world: World,
): readonly Said[] =>
  (tags ?? []).flatMap((tag, index) =>
    isOfNobody(tag, world) ? [tagOfNobody(tag, `${at}/${String(index)}`, whatFollows)] : [],
  );

const isOfNobody = (tag: TagMatch, { accounts }: World): boolean =>
  accounts.size > 0 && [...accounts.values()].every(({ tags }) => hasTag(tag, tags) === "unmet");

const tagOfNobody = ({ key, values }: TagMatch, at: string, whatFollows: string): Said => {
  const wanted = values === undefined ? "" : ` with the value ${values.join(" or ")}`;
  return warning(
    "tag-of-no-account",
    at,
    `No account of the organization has the tag ${key}${wanted} now: ${whatFollows}. Compare its key and its values: upper and lower case count.`,
  );
};

/** That is told by itself. */
const namesWhatIsNotThere = (
  { accounts, organizationalUnits, permissionSets }: ResourceTarget,
  world: World,
): boolean =>
  accounts.some(({ id }) => !world.accounts.has(id)) ||
  organizationalUnits.some(({ id }) => !world.organizationalUnits.has(id)) ||
  permissionSets.every(({ id }) => !world.permissionSets.has(id));
