/** Long enough to find the place again. */
const MOST_CHARACTERS = 60;

/**
 * As much of a text as fits into a sentence: one line, cut where it goes on. Control characters are left out, since what
 * somebody took for a text file need not be one.
 */
export const excerpt = (text: string, most = MOST_CHARACTERS): string => {
  const characters = Array.from(text.replaceAll(/[\s\p{Cc}]+/gu, " ").trim());
  return characters.length <= most
    ? characters.join("")
    : `${characters.slice(0, most).join("").trimEnd()} …`;
};
