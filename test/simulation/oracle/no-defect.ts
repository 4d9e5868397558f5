import type { Invariant } from "./watcher.ts";

/** Functions end with errors that their callers know, and the API never with an internal error. */
export const noDefect: Invariant = {
  number: 9,
  title: "no function ends with an error that it should not have",
  watch: ({ violated }) => ({
    defect: (where, error) => {
      violated(`${where}: ${error}`);
    },
  }),
};
