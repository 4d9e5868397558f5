/** Time as a dependency: nothing in Lockstep reads the wall clock or sleeps except through this port. */
export interface Clock {
  now(): Date;
  /** Resolves after `milliseconds`, or early (never rejecting) once `signal` aborts. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}
