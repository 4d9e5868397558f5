import * as z from "zod/mini";

/** A check of a list of documents: no two have the same name. `what` they are, and where the list is. */
export const namesDiffer = (what: string) =>
  z.superRefine<readonly { readonly name?: string | undefined }[]>((documents, context) => {
    const places = new Map<string | undefined, number>();
    for (const [index, { name }] of documents.entries()) {
      const twin = places.get(name);
      if (twin === undefined) {
        places.set(name, index);
        continue;
      }
      context.addIssue({
        code: "custom",
        path: [index, "name"],
        input: name,
        message: `a name that no other ${what} has (number ${String(twin + 1)} has it too)`,
      });
    }
  });
