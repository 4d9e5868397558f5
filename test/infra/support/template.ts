import type { Template } from "aws-cdk-lib/assertions";
import * as z from "zod/mini";

const ResourceSchema = z.looseObject({
  Type: z.string(),
  Properties: z.optional(z.record(z.string(), z.unknown())),
  DeletionPolicy: z.optional(z.string()),
  UpdateReplacePolicy: z.optional(z.string()),
});

/** A resource as the template holds it, with its logical id. */
export interface Resource {
  readonly logicalId: string;
  readonly type: string;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly deletionPolicy: string | undefined;
  readonly updateReplacePolicy: string | undefined;
}

/** The resources of a template, all or of one type. */
export function resourcesOf(template: Template, type?: string): readonly Resource[] {
  const resources = z.record(z.string(), ResourceSchema).parse(template.toJSON()["Resources"]);
  return Object.entries(resources)
    .filter(([, resource]) => type === undefined || resource.Type === type)
    .map(([logicalId, resource]) => ({
      logicalId,
      type: resource.Type,
      properties: resource.Properties ?? {},
      deletionPolicy: resource.DeletionPolicy,
      updateReplacePolicy: resource.UpdateReplacePolicy,
    }));
}

/** The resource of that logical id. */
export function resourceAt(template: Template, logicalId: string): Resource {
  const found = resourcesOf(template).find((resource) => resource.logicalId === logicalId);
  if (found === undefined) throw new Error(`The template has no resource ${logicalId}`);
  return found;
}

const oneOrMore = <Schema extends z.ZodMiniType>(schema: Schema) =>
  z.pipe(
    z.union([z.array(schema), schema]),
    z.transform(
      (value): z.output<Schema>[] => (Array.isArray(value) ? value : [value]) as z.output<Schema>[],
    ),
  );

const StatementSchema = z.looseObject({
  Sid: z.optional(z.string()),
  Effect: z.enum(["Allow", "Deny"]),
  Action: oneOrMore(z.string()),
  Resource: oneOrMore(z.unknown()),
});

/** A statement of a policy, its actions and resources always as lists. */
export type Statement = z.infer<typeof StatementSchema>;

const RoleSchema = z.looseObject({
  Policies: z.array(
    z.looseObject({ PolicyDocument: z.looseObject({ Statement: z.array(StatementSchema) }) }),
  ),
});

/** Every statement of a role's inline policies. */
export function statementsOf(template: Template, roleLogicalId: string): readonly Statement[] {
  const role = RoleSchema.parse(resourceAt(template, roleLogicalId).properties);
  return role.Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
}

/** Every action that a role is allowed, sorted. */
export function allowedActions(template: Template, roleLogicalId: string): readonly string[] {
  return statementsOf(template, roleLogicalId)
    .filter(({ Effect }) => Effect === "Allow")
    .flatMap(({ Action }) => Action)
    .toSorted();
}
