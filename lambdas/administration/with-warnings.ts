import type { Warnings } from "../core/contracts/http/lint.ts";
import type { LintedItem } from "../core/domain/lint/configuration.ts";
import type { Soundness } from "../core/use-cases/lint/soundness.ts";

/** Saves what is sound, and answers with what lint warns of beside what was saved. */
export const withWarnings = async <View extends object>(
  soundness: Soundness,
  save: (check: (item: LintedItem) => Promise<void>) => Promise<View>,
): Promise<View & { readonly warnings?: Warnings }> => {
  let warnings: Warnings = [];
  const saved = await save(async (item) => {
    const findings = await soundness(item);
    warnings = findings.map(({ code, pointer, message }) => ({ code, pointer, message }));
  });
  return { ...saved, ...(warnings.length === 0 ? {} : { warnings }) };
};
