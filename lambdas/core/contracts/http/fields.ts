import * as z from "zod/mini";
import { charactersIn } from "../../domain/characters.ts";
import { LONGEST_DURATION_SECONDS, parseDuration } from "../../domain/duration.ts";
import type { DomainErrorCode } from "../../domain/errors.ts";

/**
 * Kinds of fields that several bodies have. A custom check's message is the phrase after "expected", and its
 * `params.code` the problem's code where that is not the body's own (contracts/invalid-input.ts reads both).
 */

const withoutControlCharacters = /^[^\u0000-\u001f\u007f]*$/;

/** Text of 1 to `max` characters that people wrote: any characters, and not only blanks. */
export const prose = (max: number) =>
  z.string().check(
    z.refine((value) => charactersIn(value) <= max && /\S/.test(value), {
      error: `a text of 1 to ${max} characters`,
    }),
    z.meta({ minLength: 1, maxLength: max, pattern: "\\S" }),
  );

/** A name or an id: 1 to `max` characters on one line. */
export const nameOrId = (max: number, description?: string) =>
  z.string().check(
    z.refine((value) => value !== "" && charactersIn(value) <= max && withoutControlCharacters.test(value), {
      error: `1 to ${max} characters without control characters`,
    }),
    z.meta({ minLength: 1, maxLength: max, ...(description === undefined ? {} : { description }) }),
  );

/** An ISO 8601 duration in whole seconds, 1 second to `longestSeconds` (`longest` in words). */
export const durationUpTo = (longestSeconds: number, longest: string, outOfBounds?: DomainErrorCode) =>
  z.string().check(
    z.superRefine((value, context) => {
      const seconds = parseDuration(value);
      if (seconds === undefined) {
        context.addIssue({
          code: "custom",
          message: "an ISO 8601 duration in whole weeks, days, hours, minutes and seconds, such as PT1H30M",
        });
      } else if (seconds < 1 || seconds > longestSeconds) {
        context.addIssue({
          code: "custom",
          message: `1 second to ${longest}`,
          ...(outOfBounds === undefined ? {} : { params: { code: outOfBounds } }),
        });
      }
    }),
    z.meta({
      format: "duration",
      description: `ISO 8601, whole seconds, in W, D, H, M and S: 1 second to ${longest}`,
      examples: ["PT1H"],
    }),
  );

/** How long access is asked for. */
export const GrantDurationSchema = durationUpTo(LONGEST_DURATION_SECONDS, "P180D", "duration-out-of-bounds");

/** A moment, with its offset from UTC (RFC 3339). */
export const MomentSchema = z.iso
  .datetime({ offset: true, error: "an RFC 3339 time with its offset, such as 2030-01-31T08:00:00Z" })
  .check(z.meta({ pattern: undefined }));

/** Any name that Identity Center allows for a user or group: its display names have up to 1,024 characters. */
export const LONGEST_DIRECTORY_NAME = 1024;

/** Account names have up to 50 characters (https://docs.aws.amazon.com/organizations/latest/APIReference/API_Account.html). */
export const LONGEST_ACCOUNT = 50;

/** Permission-set names have up to 32 characters, and their ARNs some 75 (https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_PermissionSet.html). */
export const LONGEST_PERMISSION_SET = 100;

/** Up to 128 characters a unit, up to five levels (https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html). */
export const LONGEST_UNIT_PATH = 5 * 129;
