/**
 * So many resources may be named one by one in one access flow, one bundle or one request. It is the guardrail that the
 * field knows: Apono's best practice for policy sizes stops there too, before anything is submitted, and sends people to
 * access scopes and tags (reference/sources-checklist.md, 45 to 48).
 */
export const MOST_NAMED = 100;

type What = "access flow" | "bundle" | "request";

const WITHOUT_NAMES =
  "Use an organizational unit, a tag or an access scope instead: it names them all, also those that come later.";

const instead: Readonly<Record<What, string>> = {
  "access flow": WITHOUT_NAMES,
  bundle: WITHOUT_NAMES,
  // Nothing but single accounts can be asked for.
  request:
    "Ask for what is needed now. Whoever needs them all, all the time, needs an automatic access flow, which takes an organizational unit, a tag or an access scope.",
};

/** How many may be named there, and what to use instead of more. */
export const mostNamedIn = (what: What): string => `at most ${String(MOST_NAMED)}. ${instead[what]}`;

/** Why `count` resources that are named one by one are too many there, and what to use instead; undefined when they are not. */
export const tooManyNamed = (count: number, what: What): string | undefined =>
  count <= MOST_NAMED
    ? undefined
    : `This ${what} names ${String(count)} resources one by one; expected ${mostNamedIn(what)}`;
