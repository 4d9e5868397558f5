/**
 * Patterns that people write for what others write: regular expressions that have to match the whole text. One that could
 * keep the process busy for long with a text made for it is refused when it is saved.
 */

/** The longest pattern (characters): ticket formats are a few dozen. */
export const LONGEST_PATTERN = 200;

/** The longest text that is matched (contracts/http/requests.ts): a repetition without bounds may end at so many places. */
const LONGEST_TEXT = 1000;

/**
 * The most ways in which a usable pattern may be tried against a text. Three repetitions without bounds, of which each begins
 * where the one before ends, are a sixth of 10⁹ ways, which take 0.15 s; two alternatives may be before them.
 */
const MOST_WAYS = 7e8;

/** What alternatives and repetitions with bounds multiply to, at most: a way of theirs takes some 50 ns. */
const MOST_BOUNDED_WAYS = 1e5;

/** Whether it is a regular expression that no text of a thousand characters makes slow. */
export const isUsablePattern = (pattern: string): boolean => {
  if (pattern.length > LONGEST_PATTERN) return false;
  try {
    whole(pattern);
  } catch {
    return false;
  }
  return waysOf(pattern) <= MOST_WAYS;
};

/** Whether the pattern matches all of the text. */
export const matchesWhole = (pattern: string, text: string): boolean => whole(pattern).test(text);

const whole = (pattern: string): RegExp => new RegExp(`^(?:${pattern})$`, "u");

/** Escapes and classes: each is one character, whatever is in it. */
const ONE_CHARACTER = /\\(?:[pPu]\{[^}]*\}|k<[^>]*>|.)|\[(?:\\.|[^\]\\])*\]/gsu;

/** What a group begins with. */
const GROUP = /\((?:\?(?:<[^>=!]+>|<?[=!]|[a-z-]*:))?/gu;

const REPETITION = /(\)?)(?:([*+?])|\{(\d+)(?:(,)(\d*))?\})\??/gu;

/** In how many ways a text can be tried at most; a repeated group may make them double with each character. */
const waysOf = (pattern: string): number => {
  const bare = pattern.replace(ONE_CHARACTER, "x").replace(GROUP, "(");
  let bounded = 2 ** (bare.split("|").length - 1);
  let unbounded = 1;
  let places = 0;
  for (const [, group, sign, least, comma, most] of bare.matchAll(REPETITION)) {
    if (sign === "?") bounded *= 2;
    else if (group === ")") return Infinity;
    else if (sign !== undefined || most === "") {
      places += 1;
      // Of so many places in a row none is before the one before it.
      unbounded *= LONGEST_TEXT / places;
    } else if (comma !== undefined) bounded *= Number(most) - Number(least) + 1;
  }
  return bounded > MOST_BOUNDED_WAYS ? Infinity : bounded * unbounded;
};
