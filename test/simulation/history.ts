import type { Account, Group, PermissionSet, PersonName } from "./cast.ts";
import type { FunctionName } from "./lockstep/names.ts";
import type { ServiceName } from "./aws/clients.ts";
import type { NamedContent, NamedKey } from "./named.ts";
import type { FlowKey, FlowTerms } from "./policy.ts";

/** A moment in the life of a request that something else can be timed by. */
export type Landmark = "made" | "granting" | "active" | "extended" | "expiry" | "removing" | "over";

/** When a step happens, in milliseconds: after the history's begin, or before or after a request's landmark. */
export type When =
  { readonly at: number } | { readonly after: Landmark; readonly of: number; readonly by: number };

export interface EntitlementReference {
  readonly account: Account;
  readonly permissionSet: PermissionSet;
  readonly principal: { readonly user: PersonName } | { readonly group: Group };
}

/** What people do. `of` is the number of the step that made the request. */
export type Action =
  | {
      readonly do: "request";
      readonly who: PersonName;
      readonly account: Account;
      /** The same there, in the same request. */
      readonly alsoIn?: Account;
      readonly permissionSets: readonly PermissionSet[];
      readonly group?: Group;
      /** Somebody else who is to have it. */
      readonly forWhom?: PersonName;
      readonly seconds: number;
      readonly startInSeconds?: number;
      /** In an emergency. */
      readonly breakGlass?: true;
    }
  | {
      readonly do: "decide";
      readonly of: number;
      readonly who: PersonName;
      readonly decision: "approve" | "reject";
      /** Says of no step that it is meant: whichever waits. */
      readonly anyStep?: true;
      /** How long they think about what they have looked at (seconds). */
      readonly thinksFor?: number;
    }
  | { readonly do: "extend"; readonly of: number; readonly who: PersonName; readonly seconds: number }
  /** Somebody looks at what was done in an emergency. */
  | { readonly do: "review"; readonly of: number; readonly who: PersonName }
  | { readonly do: "revoke" | "cancel"; readonly of: number; readonly who: PersonName }
  | { readonly do: "add-by-hand" | "remove-by-hand"; readonly entitlement: EntitlementReference }
  | {
      readonly do: "change-flow";
      readonly who: PersonName;
      readonly flow: FlowKey;
      readonly terms: FlowTerms;
    }
  /** Another administrator vouches for the flow as it is then. */
  | { readonly do: "confirm-flow"; readonly who: PersonName; readonly flow: FlowKey }
  /** What flows name says something else from then on. */
  | { readonly do: "change-named"; readonly who: PersonName; readonly content: NamedContent }
  | { readonly do: "confirm-named"; readonly who: PersonName; readonly what: NamedKey }
  /** The integration has another owner from then on. */
  | { readonly do: "change-owner"; readonly who: PersonName; readonly owner: Group }
  | { readonly do: "look-for-names" }
  /** A pass over the whole organization, asked for by an administrator. With one, the inventory is kept all the time. */
  | { readonly do: "sync"; readonly who: PersonName }
  | { readonly do: "sweep"; readonly who: PersonName }
  | { readonly do: "join-group"; readonly who: PersonName; readonly group: Group }
  | { readonly do: "leave-group"; readonly who: PersonName; readonly group: Group }
  | { readonly do: "change-manager"; readonly who: PersonName; readonly manager: PersonName };

/** A call of an AWS client: the `call`-th (from 0) of the `invocation`-th invocation of a function for a step. */
export interface CallPoint {
  readonly function: FunctionName;
  /** The step that made the request; for the API, the step that called it. */
  readonly of: number;
  readonly invocation: number;
  readonly call: number;
}

type InvocationPoint = Omit<CallPoint, "call">;

/** Whose clocks are off: of every function's containers, of one function's, or of every other container of each. */
export type ClockPlace = "everywhere" | "every-other" | FunctionName;

/** What goes wrong. */
export type Fault =
  | { readonly fault: "crash"; readonly point: CallPoint; readonly side: "before" | "after" }
  | { readonly fault: "lost-answer"; readonly point: CallPoint }
  /** The call never arrives, or long after its caller has given it up. */
  | { readonly fault: "no-answer"; readonly point: CallPoint; readonly arrivesAfterSeconds?: number }
  | { readonly fault: "runs-on"; readonly point: CallPoint; readonly seconds: number }
  | { readonly fault: "duplicate-invocation"; readonly point: InvocationPoint; readonly seconds: number }
  | { readonly fault: "unreachable-function"; readonly point: InvocationPoint }
  | {
      readonly fault: "duplicate-record" | "late-record";
      readonly of: number;
      readonly version: number;
      readonly seconds: number;
    }
  | { readonly fault: "lost-record"; readonly of: number; readonly version: number }
  | {
      readonly fault: "throttling";
      readonly service: ServiceName;
      readonly seconds: number;
      readonly share: number;
    }
  | { readonly fault: "conflicts"; readonly seconds: number; readonly share: number }
  | { readonly fault: "failing-operations"; readonly seconds: number; readonly share: number }
  | { readonly fault: "slow-operations"; readonly seconds: number; readonly takesSeconds: number }
  | {
      readonly fault: "clock-off";
      readonly seconds: number;
      readonly bySeconds: number;
      readonly where: ClockPlace;
    }
  | { readonly fault: "late-indexes"; readonly seconds: number; readonly bySeconds: number }
  | { readonly fault: "aborted-execution" | "vanished-execution"; readonly of: number }
  | { readonly fault: "lost-wake-up" | "lost-start"; readonly of: number }
  | { readonly fault: "suspended-account"; readonly account: Account; readonly seconds: number }
  | { readonly fault: "deleted-user"; readonly who: PersonName }
  | { readonly fault: "deleted-group"; readonly group: Group }
  | { readonly fault: "redeploy" };

export type FaultName = Fault["fault"];

/** One element of a history. Its number stays the same when others are left out. */
export interface Step {
  readonly n: number;
  readonly when: When;
  readonly what: Action | Fault;
}

/** What is about no step: what the schedule and the sweep itself have run. */
export const NO_STEP = -1;

/** All that a run depends on. */
export interface History {
  readonly seed: string;
  readonly steps: readonly Step[];
}

/** Whether the inventory is kept in it: syncs run, and CloudTrail's events are looked into. In all others nobody looks. */
export const isSynced = ({ steps }: History): boolean =>
  steps.some(({ what }) => "do" in what && what.do === "sync");

/** Whether a flow gives access by itself in it: those run all the time then. */
export const hasAutomaticFlow = ({ steps }: History): boolean =>
  steps.some(({ what }) => "do" in what && what.do === "change-flow" && what.terms.givenTo !== undefined);

export const isFault = (what: Step["what"]): what is Fault => "fault" in what;
