/** Names that a finding says; it counts the others. */
const SHOWN = 3;

/** `a, b, c and 4 more accounts`. */
export const listed = (names: readonly string[], ofWhat: string): string => {
  const shown = names.slice(0, SHOWN).join(", ");
  const more = names.length - SHOWN;
  return more > 0 ? `${shown} and ${String(more)} more ${ofWhat}` : shown;
};
