import * as z from "zod/mini";
import { LONGEST_DURATION_SECONDS, parseDuration } from "../domain/duration.ts";
import type { Guardrails } from "../domain/guardrails.ts";
import { durationUpTo } from "./http/fields.ts";

/** How long any access may last at most, where the settings say it. */
export const MaxDurationSchema = durationUpTo(LONGEST_DURATION_SECONDS, "P180D");

const accounts = z.array(z.string().check(z.regex(/^\d{12}$/))).check(z.minLength(1));
const permissionSets = z.array(z.string().check(z.minLength(1))).check(z.minLength(1));

/** The deploy setting `guardrails`, as functions are told it. */
export const GuardrailsSchema = z.pipe(
  z.strictObject({
    maxDuration: z.optional(MaxDurationSchema),
    neverGrantable: z.array(
      z.union([
        z.strictObject({ accounts, permissionSets: z.optional(permissionSets) }),
        z.strictObject({ permissionSets }),
      ]),
    ),
  }),
  z.transform(({ maxDuration, neverGrantable }): Guardrails => ({
    ...(maxDuration === undefined ? {} : { maxDurationSeconds: parseDuration(maxDuration) }),
    neverGrantable,
  })),
);

/**
 * The accounts into which nothing is granted whatever the permission set: IAM can say that too. It has no way to name a
 * permission set in an account together: an action on assignments names each as a resource of its own.
 */
export const accountsNeverGrantedInto = ({
  neverGrantable,
}: {
  readonly neverGrantable: readonly {
    readonly accounts?: readonly string[] | undefined;
    readonly permissionSets?: readonly string[] | undefined;
  }[];
}): readonly string[] => [
  ...new Set(
    neverGrantable.flatMap(({ accounts: named = [], permissionSets: only }) =>
      only === undefined ? named : [],
    ),
  ),
];
