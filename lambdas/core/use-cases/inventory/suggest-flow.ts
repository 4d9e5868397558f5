import type { AccessFlowBody } from "../../contracts/configuration/access-flow.ts";
import { shortHashOf } from "../../domain/hash.ts";
import { FlowNameSchema, type FlowName } from "../../domain/ids.ts";
import { factId, type AssignmentFact } from "../../domain/inventory/facts.ts";
import type { PowerLevel } from "../../domain/inventory/power.ts";
import type { NamedPermissionSet, NamedPrincipal } from "./names.ts";

/** An access flow that nobody has made yet, as `PUT /access-flows/{name}` takes it. */
export interface SuggestedFlow {
  readonly name: FlowName;
  readonly flow: AccessFlowBody;
}

/** The longest access that is suggested: a working day, and less of what can do more harm. */
const LONGEST: Readonly<Record<PowerLevel, string>> = {
  administrator: "PT1H",
  "power-user": "PT4H",
  "writes-iam": "PT1H",
  writes: "PT8H",
  "read-only": "PT8H",
};

/** Reading needs no approval; for the rest an administrators' group is asked, until somebody names who knows better. */
export const needsApproval = (level: PowerLevel): boolean => level !== "read-only";

/** A flow by which those who hold an assignment could ask for the same instead. */
export const suggestFlow = (
  held: {
    readonly assignment: AssignmentFact;
    readonly permissionSet: Required<NamedPermissionSet>;
    readonly principal: NamedPrincipal;
  },
  /** The display name of the group that approves; absent where none has to. */
  approver: string | undefined,
): SuggestedFlow => {
  const { assignment, permissionSet, principal } = held;
  const { level } = permissionSet.power;
  const steps = approver === undefined ? [] : [{ anyOf: [{ group: approver }], within: "PT24H" }];
  return {
    name: nameFor(assignment, `${permissionSet.name}-${principal.name}`),
    flow: {
      trigger: "self-serve",
      active: true,
      requestors: {
        anyOf: [principal.type === "GROUP" ? { group: principal.name } : { user: principal.name }],
      },
      targets: [{ accounts: [assignment.accountId], permissionSets: [permissionSet.name] }],
      duration: { max: LONGEST[level] },
      approval: { steps },
      settings: { requesterCanApproveSelf: false, maxExtensions: 0, extensionNeedsApproval: true },
    },
  };
};

/** A name of at most 64 characters that no other assignment's flow has: what people know of it, and a hash of the rest. */
const nameFor = (assignment: AssignmentFact, words: string): FlowName => {
  const plain = words.replaceAll(/[^A-Za-z0-9]+/g, "-").replaceAll(/^-+|-+$/g, "");
  return FlowNameSchema.parse(`standing-${plain.slice(0, 46)}-${shortHashOf({ id: factId(assignment) }, 8)}`);
};
