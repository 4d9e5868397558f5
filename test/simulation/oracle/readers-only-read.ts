import type { Invariant } from "./watcher.ts";

const READS = /^(?:Describe|Get|Is|List)/;

/** A sync, and what looks at events, has nothing to change in AWS. */
export const readersOnlyRead: Invariant = {
  number: 13,
  title: "what keeps the inventory changes nothing in AWS",
  watch: ({ violated }) => ({
    read: (where, operation) => {
      if (!READS.test(operation)) violated(`${where} calls ${operation}`);
    },
  }),
};
