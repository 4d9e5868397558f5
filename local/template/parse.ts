import * as z from "zod/mini";
import type { DeployedResource } from "./deployment.ts";
import { TemplateError } from "./intrinsics.ts";

/** A resource's properties by `schema`; what does not fit is named with its place in the template. */
export const propertiesOf = <T extends z.ZodMiniType>(resource: DeployedResource, schema: T): z.infer<T> => {
  const parsed = z.safeParse(schema, resource.properties());
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; ");
  throw new TemplateError(
    `${resource.stackName}/${resource.logicalId} (${resource.type}) cannot run here: ${issues}`,
  );
};

/** CloudFormation takes numbers and truths as text too. */
export const number = z.pipe(z.union([z.number(), z.string()]), z.transform(Number));
export const truth = z.pipe(
  z.union([z.boolean(), z.string()]),
  z.transform((value) => value === true || value === "true"),
);
