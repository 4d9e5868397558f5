import isSafe from "safe-regex2";

/**
 * Patterns that people write for what others write: regular expressions that have to match the whole text. One that could
 * keep the process busy for long with a text made for it (star height above 1, or too many repetitions) is refused when
 * it is saved.
 */

/** The longest pattern (characters): ticket formats are a few dozen. */
export const LONGEST_PATTERN = 200;

/** Whether it is a regular expression that no text of a thousand characters makes slow. */
export const isUsablePattern = (pattern: string): boolean => {
  if (pattern.length > LONGEST_PATTERN) return false;
  try {
    return isSafe(whole(pattern));
  } catch {
    return false;
  }
};

/** Whether the pattern matches all of the text. */
export const matchesWhole = (pattern: string, text: string): boolean => whole(pattern).test(text);

const whole = (pattern: string): RegExp => new RegExp(`^(?:${pattern})$`, "u");
