import type { RotaName, UserId } from "../domain/ids.ts";

/** Who is on call, as a rota says, wherever that is kept. Throws RetryableError `StoreUnavailable`. */
export interface OnCall {
  /** Nobody where the rota has a gap; undefined: there is no such rota. */
  onCall(rota: RotaName, at: Date): Promise<readonly UserId[] | undefined>;
}
