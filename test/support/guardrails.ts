import type { Guardrails } from "../../lambdas/core/domain/guardrails.ts";

/** As shipped. */
export const noGuardrails: Guardrails = { neverGrantable: [] };
