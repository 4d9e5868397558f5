/** A display name split as the directory wants it: the last word is the family name (both parts are required there). */
export const givenAndFamilyName = (
  displayName: string,
): { readonly GivenName: string; readonly FamilyName: string } => {
  const words = displayName.trim().split(/\s+/);
  const family = words.at(-1) ?? displayName;
  return { GivenName: words.slice(0, -1).join(" ") || family, FamilyName: family };
};
