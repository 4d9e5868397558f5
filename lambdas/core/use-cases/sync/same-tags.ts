type Tags = Readonly<Record<string, string>>;

/** Whether both have the same values under the same keys. */
export const sameTags = (a: Tags, b: Tags): boolean =>
  Object.keys(a).length === Object.keys(b).length &&
  Object.entries(a).every(([key, value]) => b[key] === value);
