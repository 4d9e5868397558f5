import type { Fact } from "../../domain/inventory/facts.ts";
import type { Look as EventLook } from "../../domain/inventory/looks/look.ts";
import type { Look } from "../../ports/sync.ts";
import type { Phase } from "./phase.ts";
import { sumOf, type Changes, type Difference } from "./reconcile.ts";

type Writes = Pick<Phase, "write" | "writeAssignments">;

/**
 * Writes that say of what an event tells of who did it and when, and say neither of what is only found beside it: of one
 * pair a look shows everybody's assignments, and an event tells of one of them.
 */
export const withDoer = (writes: Writes, event: EventLook): Writes => {
  const divided = async <D extends Difference>(
    differences: readonly D[],
    seenAt: Look,
    write: (some: readonly D[], look: Look) => Promise<Changes>,
  ): Promise<Changes> => {
    const done = differences.filter((difference) => isDoingOf(event, difference));
    const others = differences.filter((difference) => !isDoingOf(event, difference));
    const { at, by } = event;
    // A clock of AWS's that is ahead of ours makes nothing older than the look that saw it.
    const since = at < seenAt.observedAt ? at : seenAt.observedAt;
    return sumOf(await write(done, { ...seenAt, since, by }), await write(others, seenAt));
  };
  return {
    write: (differences, seenAt) => divided(differences, seenAt, writes.write),
    writeAssignments: (differences, seenAt) => divided(differences, seenAt, writes.writeAssignments),
  };
};

/** Whether the call is why this is other than before. Of looks at everything of a kind, nobody can tell. */
const isDoingOf = (event: EventLook, { change, fact }: Difference): boolean => {
  switch (event.look) {
    case "pair":
      return (
        fact.kind === "assignment" &&
        fact.principalType === event.principal?.principalType &&
        fact.principalId === event.principal.principalId &&
        (change === "vanished") === (event.operation?.kind === "deletion")
      );
    case "members":
      return fact.kind === "membership" && (event.userId === undefined || fact.userId === event.userId);
    case "membership":
      return fact.kind === "membership" && fact.membershipId === event.id;
    case "permission-set":
      return isAbout(fact, event.arn);
    case "user":
    case "group":
    case "account":
    case "organizational-unit":
      return isAbout(fact, event.id);
    case "iam-user":
    case "iam-group":
    case "iam-role":
      return fact.kind === event.look;
    case "permission-sets":
    case "directory":
    case "accounts":
    case "iam":
      return false;
  }
};

/** What goes with something that is gone (its assignments, its memberships) has its id in it. */
const isAbout = (fact: Fact, id: string): boolean => Object.values(fact).includes(id);
