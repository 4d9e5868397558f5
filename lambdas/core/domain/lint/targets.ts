import { isResourceTarget, type FlowTarget, type ResourceTarget } from "../access-flow.ts";
import { tooManyNamed } from "../too-many-named.ts";
import type { LintedBundle } from "./configuration.ts";
import { error, warning, type Said } from "./finding.ts";

/** Targets of which everything is excluded again, as they say themselves. */
export const emptyTargets = (targets: readonly FlowTarget[]): readonly Said[] => {
  const empty = targets.flatMap((target, index) =>
    isResourceTarget(target) && leavesNothing(target) ? [index] : [],
  );
  if (empty.length === targets.length) {
    return [
      error(
        "targets-nothing",
        "/targets",
        "Everything that the targets take in is excluded again: nobody can be given anything. Take something out of exclude, or delete this.",
      ),
    ];
  }
  return empty.map((index) =>
    warning(
      "target-nothing",
      `/targets/${String(index)}`,
      "Everything that this target takes in is excluded again. Take something out of its exclude, or take the target out.",
    ),
  );
};

/** Whether everything that the target takes in is excluded again, as it says itself. */
export const leavesNothing = ({
  accounts,
  organizationalUnits,
  tags = [],
  permissionSets,
  exclude,
}: ResourceTarget): boolean => {
  if (exclude === undefined) return false;
  if (isWithin(permissionSets, exclude.permissionSets ?? [])) return true;
  const tagsGone = tags.every((tag) =>
    (exclude.tags ?? []).some(
      ({ key, values }) =>
        key === tag.key &&
        (values === undefined || (tag.values?.every((value) => values.includes(value)) ?? false)),
    ),
  );
  return (
    isWithin(accounts, exclude.accounts) &&
    isWithin(organizationalUnits, exclude.organizationalUnits) &&
    tagsGone
  );
};

const isWithin = (
  items: readonly { readonly id: string }[],
  others: readonly { readonly id: string }[],
): boolean => items.every(({ id }) => others.some((other) => other.id === id));

/** More resources named one by one than there may be, those of bundles included. */
export const tooManyIn = (
  what: "access flow" | "bundle",
  targets: readonly FlowTarget[],
  bundles: readonly LintedBundle[] = [],
): readonly Said[] => {
  const count = targets.reduce((total, target) => {
    const parts =
      "bundle" in target ? (bundles.find(({ name }) => name === target.bundle)?.targets ?? []) : [target];
    return total + parts.reduce((sum, part) => sum + namedIn(part), 0);
  }, 0);
  const sentence = tooManyNamed(count, what);
  return sentence === undefined ? [] : [error("too-many-named", "/targets", sentence)];
};

const namedIn = (target: FlowTarget): number =>
  isResourceTarget(target) ? target.accounts.length + (target.exclude?.accounts.length ?? 0) : 0;
