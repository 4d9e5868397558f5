import type { Party } from "./access-flow.ts";
import type { ResolvedApprovers } from "./approval-step.ts";
import type { UserId } from "./ids.ts";

/** Who there is to decide the steps of one flow for one request, as the directory is now. */
export interface Staffing {
  /** Which of the parties' people may decide: neither the requester nor a beneficiary, whether enabled or not. */
  readonly eligible: (parties: readonly Party[]) => readonly UserId[];
  /** The first step, by its place, that enabled people of its own cannot decide, if there is one. */
  readonly unstaffed: number | undefined;
}

/** Who stands behind a flow's steps for one request, as far as somebody has looked. */
export interface KnownApprovers {
  readonly resolved: ResolvedApprovers;
  /** Absent: a step names nobody, so that there is no staff to look for, or more would have to be looked up than is. */
  readonly staffing?: Staffing;
}
