import type { ConfigDocument } from "./document-kinds.ts";
import { normalised } from "./normal.ts";
import type { Comparable } from "./plan.ts";

/** Documents with what they look like once they are saved. */
export const comparable = <Document extends ConfigDocument>(
  documents: readonly Document[],
): Promise<readonly Comparable<Document>[]> =>
  Promise.all(documents.map(async (document) => ({ document, normal: await normalised(document) })));
