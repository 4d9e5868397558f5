import * as z from "zod/mini";

/** What access flows, bundles, access scopes and rotas may be called, in words. */
const EXPECTED = "1 to 64 letters, digits, - and _, starting with a letter or digit";

/** The name in a document of its own: as `name` has it, and said in words where it is not. */
export const itemName = (name: z.ZodMiniType) =>
  z.string().check(
    z.refine((text) => name.safeParse(text).success, { error: EXPECTED }),
    z.meta({ pattern: "^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$", description: EXPECTED }),
  );
