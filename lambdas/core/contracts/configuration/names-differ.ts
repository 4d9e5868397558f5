import * as z from "zod/mini";

/** A check of a list of documents: no two have the same name. `what` they are, and where the list is. */
export const namesDiffer = (what: string) =>
  z.superRefine<readonly { readonly name?: string | undefined }[]>((documents, context) => {
    for (const [index, { name }] of documents.entries()) {
      const twin = documents.findIndex((other) => other.name === name);
      if (twin === index) continue;
      context.addIssue({
        code: "custom",
        path: [index, "name"],
        input: name,
        message: `a name that no other ${what} has (number ${String(twin + 1)} has it too)`,
      });
    }
  });
