import type { LintedFlow, World } from "./configuration.ts";
import { warning, type Said } from "./finding.ts";

/** A second factor that the flow asks for and no token can tell of. */
export const secondFactorNeverShown = (
  { settings }: LintedFlow,
  { tellsSecondFactor }: World,
): readonly Said[] =>
  settings.mfaRequired === true && !tellsSecondFactor
    ? [
        warning(
          "mfa-never-shown",
          "/settings/mfaRequired",
          "The flow asks for a second factor (settings.mfaRequired), and this deployment takes no token for one that tells of it: its deploy setting mfa is absent, so that every request is refused. Set mfa (docs/settings.md), or take mfaRequired out.",
        ),
      ]
    : [];
