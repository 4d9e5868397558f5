import * as z from "zod/mini";
import type { ToldFindingsStore } from "../../core/ports/told-findings.ts";
import { follows } from "./conditions.ts";
import { TOLD_FINDINGS_KEY } from "./keys.ts";
import { table, type TableDeps } from "./table.ts";

const ToldSchema = z.object({ version: z.int().check(z.positive()), keys: z.array(z.string()) });

/** One item of the Config table: a key is some 30 bytes, so that it holds more than ten thousand. */
export const toldFindingsStore = (deps: TableDeps): ToldFindingsStore => {
  const config = table(deps);
  return {
    get: async () => {
      const item = await config.get(TOLD_FINDINGS_KEY);
      return item === undefined ? { version: 0, keys: [] } : ToldSchema.parse(item);
    },
    put: (next) => config.put({ ...TOLD_FINDINGS_KEY, ...next }, follows(next.version)),
  };
};
