import type { Approver, FlowStep } from "../access-flow.ts";
import type { LintedFlow, World } from "./configuration.ts";
import { warning, type Said } from "./finding.ts";
import type { Given } from "./given.ts";
import { listed } from "./listed.ts";
import { isRuledOut } from "./never-granted.ts";

/**
 * Steps that wait for an owner, where the flow covers accounts that have none: requests for those are refused. Whom an
 * escalation adds does not count, as when a request is made.
 */
export const withoutOwner = (
  { approval }: LintedFlow,
  given: readonly Given[],
  world: World,
): readonly Said[] => {
  const steps = approval.steps.flatMap((step, index) => (waitsForOwner(step) ? [index] : []));
  const accounts = steps.length === 0 ? [] : ownerlessAmong(given, world);
  if (accounts.length === 0) return [];
  const requests = approval.automatic === undefined ? "" : " that approval.automatic does not take";
  return steps.map((step) =>
    warning(
      "owner-nobody",
      `/approval/steps/${String(step)}`,
      `This step needs the owner of what is asked for, and nobody owns ${listed(accounts, "accounts")}: no tag of theirs or of the units above them names an owner (resourceOwner of the integration), and the integration has no owner who stands in. Every request for them${requests} would be refused. Set the tag, give the integration an owner (PUT /integrations/{name}), or name somebody beside the owner in anyOf.`,
    ),
  );
};

/** Who the manager is nobody knows here: they may be somebody. */
const waitsForOwner = (step: FlowStep): boolean => {
  const isOwner = ({ type }: Approver) => type === "owner";
  return "anyOf" in step ? step.anyOf.every(isOwner) : step.allOf.some(isOwner);
};

const ownerlessAmong = (given: readonly Given[], world: World): readonly string[] => [
  ...new Set(
    given.flatMap((one) =>
      one.accounts.filter(
        (accountId) => world.ownerless.has(accountId) && !isRuledOut({ ...one, accountId }, world),
      ),
    ),
  ),
];
