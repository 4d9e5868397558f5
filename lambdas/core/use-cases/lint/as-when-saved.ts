import type { Configuration, GroupInWorld, LintedItem, World } from "../../domain/lint/configuration.ts";
import type { FindingCode, LintFinding } from "../../domain/lint/finding.ts";
import { lintItem } from "../../domain/lint/lint-configuration.ts";
import { groupsAmong, partiesIn, usersAmong } from "./load-world.ts";

/** Whatever is saved had its names looked up a moment ago: the inventory may only not have seen it yet. */
const LOOKED_UP: ReadonlySet<FindingCode> = new Set([
  "user-gone",
  "group-gone",
  "account-gone",
  "organizational-unit-gone",
  "permission-set-gone",
]);

/**
 * What lint finds in an item that is saved, or would be: its errors refuse that. The inventory may be minutes behind, so that
 * it takes part with two doubts: what it has not seen is there, and a group that looks empty to it may have been filled
 * since. What would be an error but for the second is a warning.
 */
export const lintAsWhenSaved = (
  linted: LintedItem,
  configuration: Configuration,
  world: World,
): readonly LintFinding[] => {
  const seen = havingWhatWasLookedUp(world, linted);
  const findings = lintItem(linted, configuration, seen).filter(({ code }) => !LOOKED_UP.has(code));
  if (findings.every(({ severity }) => severity === "warning")) return findings;
  const certain = lintItem(linted, configuration, havingFilledGroups(seen));
  const isCertain = (finding: LintFinding): boolean =>
    certain.some(({ code, pointer }) => code === finding.code && pointer === finding.pointer);
  return findings.map((finding) => (isCertain(finding) ? finding : { ...finding, severity: "warning" }));
};

const MEMBERS_UNKNOWN: GroupInWorld = { members: new Set(), more: true };

const havingWhatWasLookedUp = (world: World, linted: LintedItem): World => {
  const parties = partiesIn({
    flows: linted.kind === "access-flow" ? [linted.item] : [],
    rotas: linted.kind === "rota" ? [linted.item] : [],
  });
  return {
    ...world,
    users: new Map([...usersAmong(parties).map((id) => [id, { enabled: true }] as const), ...world.users]),
    groups: new Map([...groupsAmong(parties).map((id) => [id, MEMBERS_UNKNOWN] as const), ...world.groups]),
  };
};

const havingFilledGroups = (world: World): World => ({
  ...world,
  groups: new Map(
    [...world.groups].map(([id, group]) => [id, group.members.size === 0 ? MEMBERS_UNKNOWN : group]),
  ),
});
