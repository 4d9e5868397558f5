/** Whether one of the texts contains what is looked for, whatever its case. */
export const contains = (texts: readonly (string | undefined)[], q: string | undefined): boolean => {
  if (q === undefined) return true;
  const wanted = q.toLowerCase();
  return texts.some((text) => text?.toLowerCase().includes(wanted) === true);
};

/** Tags, as far as they are known: what is not known has no tag that somebody searches for. */
type Tags = Readonly<Record<string, string>> | undefined;

/** Whether there is such a tag: `key`, or `key:value`. Keys and values may have colons in them. */
export const hasTag = (tags: Tags, tag: string | undefined): boolean =>
  tag === undefined ||
  Object.entries(tags ?? {}).some(([key, value]) => key === tag || `${key}:${value}` === tag);

/** The texts of tags that a search looks at. */
export const textsOf = (tags: Tags): readonly string[] => Object.entries(tags ?? {}).flat();

/** Whether a filter that was asked for is met; one that was not asked for always is. */
export const is = <Value>(value: Value, wanted: Value | undefined): boolean =>
  wanted === undefined || value === wanted;

/** Whether a query asks for anything but a page of everything. */
export const isNarrowed = (query: Readonly<Record<string, unknown>>, ...scoped: readonly string[]): boolean =>
  Object.entries(query).some(
    ([name, value]) => value !== undefined && !["limit", "cursor", ...scoped].includes(name),
  );
