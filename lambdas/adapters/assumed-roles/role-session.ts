import type { Clock } from "../../core/ports/clock.ts";

/** Keys that AWS issued for a while. */
export interface TemporaryCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiration: Date;
}

/** Keys of a session that is not about to end. */
export type CurrentCredentials = () => Promise<TemporaryCredentials>;

/** As early as the SDK itself renews what it obtained (@smithy/core, EXPIRATION_MS): longer than any call takes. */
const RENEWED_EARLY_MILLISECONDS = 5 * 60_000;

/**
 * How long keys that are still good are used before they are tried to be renewed again: the SDK asks for them twice a call,
 * and each try may take as long as STS takes to answer nothing. Thirty tries are left in the five minutes.
 */
const TRIED_AGAIN_AFTER_MILLISECONDS = 10_000;

/**
 * Begins a session with the first call and renews it five minutes before it ends, once however many ask at the same time.
 * Where that fails while the old keys are good, they stay, and the next call after ten seconds tries again: the error is
 * thrown by the first call that has no keys left.
 */
export const roleSession = ({
  assume,
  clock,
}: {
  readonly assume: () => Promise<TemporaryCredentials>;
  readonly clock: Pick<Clock, "now">;
}): CurrentCredentials => {
  let current: TemporaryCredentials | undefined;
  let renewal: Promise<TemporaryCredentials> | undefined;
  let notBefore = 0;

  const isGoodFor = (
    credentials: TemporaryCredentials | undefined,
    milliseconds: number,
  ): credentials is TemporaryCredentials =>
    credentials !== undefined && credentials.expiration.getTime() - clock.now().getTime() > milliseconds;

  const renew = async (): Promise<TemporaryCredentials> => {
    try {
      current = await assume();
      return current;
    } finally {
      renewal = undefined;
    }
  };

  return async () => {
    if (isGoodFor(current, RENEWED_EARLY_MILLISECONDS)) return current;
    if (isGoodFor(current, 0) && clock.now().getTime() < notBefore) return current;
    try {
      renewal ??= renew();
      return await renewal;
    } catch (error) {
      notBefore = clock.now().getTime() + TRIED_AGAIN_AFTER_MILLISECONDS;
      if (isGoodFor(current, 0)) return current;
      throw error;
    }
  };
};
