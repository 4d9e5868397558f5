import type { FlowStep, Party } from "../../domain/access-flow.ts";
import { namesManager, namesOwner, type ResolvedApprovers } from "../../domain/approval-step.ts";
import type { UserId } from "../../domain/ids.ts";
import type { Principal } from "../../domain/principal.ts";
import type { Target } from "../../domain/target-coverage.ts";
import type { OwnerSettings } from "../../domain/ownership.ts";
import type { Directory } from "../../ports/directory.ts";
import { ownersOf, type OwnersDependencies } from "./owners-of.ts";
import { confirmedOwners } from "./confirmed-owners.ts";

export interface ApproverDependencies extends OwnersDependencies {
  readonly directory: OwnersDependencies["directory"] & Pick<Directory, "managerOf" | "user" | "members">;
  /** The integration by which all access is given, with its owner and how its resources name theirs. */
  readonly home: () => Promise<OwnerSettings>;
  readonly secondAdministrator: boolean;
}

/** Whose access it would be. */
interface ForWhom {
  readonly requester: UserId;
  readonly principal: Principal;
  readonly targets: readonly Target[];
}

/** Who stands behind `owner` and `manager` in the flow's steps, now; looked up only where the flow names them. */
export const loadApprovers = (
  dependencies: ApproverDependencies,
  { approval }: { readonly approval: { readonly steps: readonly FlowStep[] } },
  forWhom: ForWhom,
): Promise<ResolvedApprovers> => approversLoader(dependencies, forWhom)(approval.steps);

/** The same for the steps of several flows: owners and manager are looked up once, when the first of these names them. */
export const approversLoader = (
  dependencies: ApproverDependencies,
  forWhom: ForWhom,
): ((steps: readonly FlowStep[]) => Promise<ResolvedApprovers>) => {
  let owners: Promise<ResolvedApprovers["owners"]> | undefined;
  let manager: Promise<ResolvedApprovers["manager"]> | undefined;
  return async (steps) => {
    if (namesOwner(steps)) owners ??= ownersOfTargets(dependencies, forWhom);
    if (namesManager(steps)) manager ??= managerOf(dependencies, forWhom);
    const [foundOwners, foundManager] = await Promise.all([owners ?? [], manager ?? NOT_ASKED]);
    return { owners: foundOwners, manager: foundManager };
  };
};

const NOT_ASKED = { nobody: "the flow names no manager" } as const;

/** For each target, in order, who owns it now, or why nobody does. */
const ownersOfTargets = async (
  dependencies: ApproverDependencies,
  forWhom: ForWhom,
): Promise<ResolvedApprovers["owners"]> => {
  const integration = await dependencies.home();
  const owned = forWhom.targets.map(({ accountId }) => ({ accountId, integration }));
  const ownerships = await ownersOf(dependencies)(owned);
  return confirmedOwners(dependencies, integration, forWhom, ownerships);
};

/** The manager of the user who gets the access; where a group gets it, of whoever asks. */
const managerOf = async (
  { directory }: Pick<ApproverDependencies, "directory">,
  { requester, principal }: ForWhom,
): Promise<{ readonly user: Party } | { readonly nobody: string }> => {
  const person = principal.type === "USER" ? principal.id : requester;
  const id = await directory.managerOf(person);
  const user = id === undefined ? undefined : await directory.user(id);
  if (user === undefined) {
    return {
      nobody: "the directory names no manager, or one who is not in it (there is no fallback for a manager)",
    };
  }
  return { user: { type: "user", id: user.userId, name: user.userName } };
};
