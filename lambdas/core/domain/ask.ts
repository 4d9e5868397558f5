import type { AccessFlow, Beneficiary } from "./access-flow.ts";
import type { Confirmable } from "./configuration/confirmation.ts";
import type { PersonFacts } from "./person-rule.ts";
import type { PermissionSetSession } from "./sessions.ts";
import type { Around } from "./stretch.ts";
import type { CoverageContext, Target } from "./target-coverage.ts";

/** What is asked for, by ids. */
export interface Ask {
  /** By whom: what is known of them is in the context. */
  readonly requester: PersonFacts["id"];
  /** By which name somebody else is told of them; absent: they are told themselves. */
  readonly toldAs?: string;
  /** Who the access is for, as the requester sees them. */
  readonly requestFor: Beneficiary;
  /** The user who would get the access; absent: the requester, or a group. */
  readonly beneficiary?: PersonFacts["id"];
  /** Whether a group would get it: then everybody in the group would. */
  readonly forGroup?: boolean;
  readonly targets: readonly Target[];
  /** Absent: what the flow gives to whoever says nothing. */
  readonly durationSeconds?: number;
  /** How long a flow may give it to whoever says nothing, by the guardrails; absent: as long as the flow says. */
  readonly longestSeconds?: number;
  /** When the access is to begin. */
  readonly start: Date;
  /** That is later than it is asked for. */
  readonly isAhead?: boolean;
  /** When the access began that this is more of; absent: it is not there yet. */
  readonly since?: Date;
  /** When else whoever would get it has any of the same access; absent: never. */
  readonly around?: Around;
  /** The targets' permission sets, with how long their sessions last. */
  readonly sessions: readonly PermissionSetSession[];
  readonly justification?: string;
  readonly ticket?: string;
  /** Nobody has written the justification and the ticket yet, and is to be told what they have to be. */
  readonly textsToCome?: boolean;
  /** Whether the token says that the requester signed in with more than a password. */
  readonly mfa: boolean;
  /** Whether it is an emergency: only then a flow for those serves, and no other does. */
  readonly breakGlass: boolean;
}

/** Everything that a decision depends on, loaded beforehand. */
export interface EvaluationContext extends CoverageContext {
  readonly flows: readonly AccessFlow[];
  readonly requester: PersonFacts;
  /** Whether what one administrator changed serves them only after another one has confirmed it. */
  readonly secondAdministrator: boolean;
  /**
   * Where a group would get the access: whether those who have changed what somebody has to confirm belong to it. Of whom it
   * does not say it is not known.
   */
  readonly editorsInGroup?: ReadonlyMap<PersonFacts["id"], boolean>;
  /** What a flow's sense depends on besides itself: its bundles, access scopes and rotas. */
  readonly dependenciesOf: (flow: AccessFlow) => readonly Confirmable[];
}
