interface Tag {
  readonly Key?: string | undefined;
  readonly Value?: string | undefined;
}

/** AWS's list of tags as a record, in the order of the keys: the same tags make the same record. */
export const tagRecord = (tags: readonly Tag[]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    tags
      .map(({ Key = "", Value = "" }) => [Key, Value] as const)
      .toSorted(([one], [other]) => (one < other ? -1 : 1)),
  );
