import * as z from "zod/mini";
import { ResourceTypes } from "../../lambdas/core/domain/inventory/facts.ts";
import { mapping, type FileProblem } from "../yaml-file.ts";
import { resourceArn } from "./arns.ts";

const text = z.string({ error: "text" }).check(z.minLength(1, "text that is not empty"));

const DATABASES: ReadonlySet<string> = new Set(["rds-instance", "rds-cluster", "redshift-cluster"]);

const resource = mapping({
  type: z.enum(ResourceTypes, { error: `one of ${ResourceTypes.join(", ")}` }),
  name: text,
  /** Identity Center's region unless it says another. */
  region: z.optional(text),
  tags: z._default(z.record(z.string(), z.string({ error: "text" }), { error: "a mapping of tags" }), {}),
  /** Buckets only: the key that they are encrypted with. */
  kmsKey: z.optional(
    z
      .string({ error: "the ARN, id or alias of a KMS key" })
      .check(
        z.regex(/^(?:arn:aws[a-z-]*:kms:\S+|alias\/\S+|[0-9a-f-]{36})$/, "the ARN, id or alias of a KMS key"),
      ),
  ),
  /** Instances only: what Systems Manager hears of them; `none`: it does not know them. */
  ssm: z.optional(z.enum(["Online", "ConnectionLost", "Inactive", "none"])),
  /** Databases only. */
  engine: z.optional(text),
  iamAuthentication: z.optional(z.boolean({ error: "true or false" })),
}).check(
  z.refine(({ type, kmsKey }) => kmsKey === undefined || type === "s3-bucket", {
    path: ["kmsKey"],
    error: "a key on buckets only",
  }),
  z.refine(({ type, ssm }) => ssm === undefined || type === "ec2-instance", {
    path: ["ssm"],
    error: "Systems Manager on instances only",
  }),
  z.refine(
    ({ type, engine, iamAuthentication }) =>
      (engine === undefined && iamAuthentication === undefined) || DATABASES.has(type),
    { path: ["engine"], error: "an engine and IAM authentication on databases only" },
  ),
);

export const accountResources = z.array(resource);
export type AccountResources = z.output<typeof accountResources>;

/**
 * What Resource Explorer has in an account: an aggregator index in Identity Center's region, as the setup for a whole
 * organization makes it; only a local one there; or nothing at all.
 */
export const accountResourceExplorer = z.enum(["aggregator", "local", "none"]);
export type AccountResourceExplorer = z.output<typeof accountResourceExplorer>;

/** Every resource that stands twice in an account. */
export const resourceProblems = (
  accounts: readonly { readonly id: string; readonly resources?: AccountResources | undefined }[],
): FileProblem[] =>
  accounts.flatMap(({ id, resources = [] }, index) => {
    const seen = new Set<string>();
    return resources.flatMap((item, at) => {
      const arn = resourceArn({ ...item, accountId: id, region: item.region ?? "" });
      const repeated = seen.has(arn);
      seen.add(arn);
      return repeated
        ? [
            {
              path: ["accounts", index, "resources", at, "name"],
              found: `the ${item.type} "${item.name}" a second time`,
              expected: "every resource once in its region",
            },
          ]
        : [];
    });
  });
