/** Names that a finding says; it counts the others. */
const SHOWN = 3;

/** `a and b`; `a, b, c and 4 more accounts`. */
export const listed = (names: readonly string[], ofWhat: string): string => {
  const more = names.length - SHOWN;
  const parts = more > 0 ? [...names.slice(0, SHOWN), `${String(more)} more ${ofWhat}`] : names;
  const [last = ""] = parts.slice(-1);
  return parts.length < 2 ? last : `${parts.slice(0, -1).join(", ")} and ${last}`;
};
