import * as z from "zod/mini";
import type { Deployment } from "./deployment.ts";
import { number, propertiesOf, truth } from "./parse.ts";

/** Unversioned buckets are refused: the app has none. */
const BucketSchema = z.object({
  VersioningConfiguration: z.object({ Status: z.literal("Enabled") }),
  ObjectLockEnabled: z._default(truth, false),
  ObjectLockConfiguration: z.optional(
    z.object({
      Rule: z.optional(
        z.object({
          DefaultRetention: z.object({
            Mode: z.enum(["GOVERNANCE", "COMPLIANCE"]),
            Days: z.optional(number),
            Years: z.optional(number),
          }),
        }),
      ),
    }),
  ),
});

/** How a bucket locks each object as it is written. */
export interface DefaultRetention {
  readonly mode: "GOVERNANCE" | "COMPLIANCE";
  readonly days: number;
}

/** A versioned bucket of the app. */
export interface ApplicationBucket {
  readonly name: string;
  readonly arn: string;
  readonly objectLock: boolean;
  readonly defaultRetention?: DefaultRetention;
}

/** "Years" are 365 days each (https://docs.aws.amazon.com/AmazonS3/latest/API/API_DefaultRetention.html). */
const DAYS_IN_A_YEAR = 365;

export const bucketsIn = (deployment: Deployment): readonly ApplicationBucket[] =>
  deployment.resources("AWS::S3::Bucket").map((resource) => {
    const { ObjectLockEnabled, ObjectLockConfiguration } = propertiesOf(resource, BucketSchema);
    const retention = ObjectLockConfiguration?.Rule?.DefaultRetention;
    return {
      name: resource.ref,
      arn: resource.attribute("Arn"),
      objectLock: ObjectLockEnabled,
      ...(retention !== undefined && {
        defaultRetention: {
          mode: retention.Mode,
          days: retention.Days ?? (retention.Years ?? 0) * DAYS_IN_A_YEAR,
        },
      }),
    };
  });
