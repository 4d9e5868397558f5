import type { Clock } from "../core/ports/clock.ts";
import type { Admission } from "../core/ports/provider.ts";
import { pacedAdmission, type Share } from "./admission.ts";

interface Dependencies {
  /** The pace of all processes together while nobody needs the room. */
  readonly usual: Admission;
  /** What this process alone makes at most, also of calls whose turn has come while they waited for something else. */
  readonly alone: Share;
  /** What is left while somebody does. */
  readonly meanwhile: Share;
  /** Whether somebody needs the room now. */
  readonly mustYield: () => Promise<boolean>;
  readonly clock: Clock;
}

/**
 * Admission of calls that can wait: at a pace of their own, and at a slower one from the very call on before which
 * somebody else began to need the room. Asked before each call, so that no second has both at their full pace. Calls that
 * were set apart at the usual pace and waited meanwhile do not come all at once afterwards.
 */
export const yieldingAdmission = ({ usual, alone, meanwhile, mustYield, clock }: Dependencies): Admission => {
  const slow = pacedAdmission({ clock, share: meanwhile });
  const steady = pacedAdmission({ clock, share: alone });
  return {
    admit: async (purpose) => {
      await usual.admit(purpose);
      if (await mustYield()) await slow.admit(purpose);
      await steady.admit(purpose);
    },
  };
};
