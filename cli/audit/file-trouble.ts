const IN_WORDS: Readonly<Record<string, string>> = {
  EACCES: "no permission",
  EISDIR: "a directory",
  ENOENT: "nothing there",
  ENOTDIR: "a file where a directory should be",
};

/** What the file system finds wrong, in a few words; undefined for an error that is not the file system's. */
export const troubleOf = (error: unknown): string | undefined => {
  if (!(error instanceof Error) || !("code" in error) || !("syscall" in error)) return undefined;
  return IN_WORDS[String(error.code)] ?? error.message;
};
