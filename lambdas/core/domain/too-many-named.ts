/**
 * So many resources may be named one by one in one access flow, one bundle or one request. It is the guardrail that the
 * field knows: Apono's best practice for policy sizes stops there too, before anything is submitted, and sends people to
 * access scopes and tags (reference/sources-checklist.md, 45 to 48).
 */
export const MOST_NAMED = 100;

/** Why `count` resources that are named one by one are too many there, and what to use instead; undefined when they are not. */
export const tooManyNamed = (
  count: number,
  what: "access flow" | "bundle" | "request",
): string | undefined =>
  count <= MOST_NAMED
    ? undefined
    : `This ${what} names ${String(count)} resources one by one; expected at most ${String(MOST_NAMED)}. Use an organizational unit, a tag or an access scope instead: it names them all, also those that come later.`;
