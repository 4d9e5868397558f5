import * as z from "zod/mini";

/** Every error that Lockstep answers: `application/problem+json` (RFC 9457) with a stable `code`. */
export const ProblemSchema = z.strictObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.string(),
  detail: z.string(),
  errors: z.optional(
    z.array(
      z.strictObject({
        pointer: z
          .string()
          .check(z.meta({ description: "JSON pointer (RFC 6901) into the body or the query" })),
        detail: z.string(),
      }),
    ),
  ),
});
export type Problem = z.infer<typeof ProblemSchema>;
