/** Which claim of a token tells of a second factor, and the values of it that do. */
export interface MfaSettings {
  readonly claim: string;
  readonly values: readonly string[];
}

/**
 * Whether a verified token says that its person signed in with a second factor: its claim is one of the accepted values,
 * or a list with one of them. Without the setting, without the claim, and with anything else in it: no.
 */
export const showsMfa = (
  settings: MfaSettings | undefined,
  claims: Readonly<Record<string, unknown>>,
): boolean =>
  settings !== undefined && valuesOf(claims[settings.claim]).some((value) => settings.values.includes(value));

/**
 * API Gateway hands a list such as `amr` (RFC 8176) over as text, in brackets and separated by spaces: `[pwd mfa]`. AWS
 * documents that nowhere; it was measured (local/gateway/claims.ts). Accepted values have neither brackets nor blanks, so
 * that no text but the value itself is one.
 */
const valuesOf = (claim: unknown): readonly string[] => {
  if (Array.isArray(claim)) return claim.filter((value) => typeof value === "string");
  if (typeof claim !== "string") return [];
  return claim.startsWith("[") && claim.endsWith("]") ? claim.slice(1, -1).split(" ") : [claim];
};
