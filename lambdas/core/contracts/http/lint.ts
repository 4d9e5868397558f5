import * as z from "zod/mini";
import { FindingCodes, LintKinds } from "../../domain/lint/finding.ts";
import { AccessFlowFileSchema } from "../access-flow.ts";

/** The body of `POST /access-flows/lint`: flows that are laid over those that are there. */
export const LintBodySchema = z.strictObject({ flows: z.optional(AccessFlowFileSchema) });

/** What is wrong with what is configured. */
export const LintReportSchema = z.strictObject({
  findings: z.array(
    z.strictObject({
      severity: z.enum(["error", "warning"]),
      code: z.enum(FindingCodes),
      kind: z.enum(LintKinds),
      name: z.string(),
      pointer: z.string().check(z.meta({ description: "The field of the item that it is about (RFC 6901)" })),
      message: z.string().check(z.meta({ description: "What was found, and what to do" })),
    }),
  ),
});
