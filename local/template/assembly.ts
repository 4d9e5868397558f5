import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod/mini";

const ManifestSchema = z.looseObject({
  artifacts: z.record(
    z.string(),
    z.looseObject({
      type: z.string(),
      /** `aws://<account>/<region>`, each with a name that says so where the synthesis does not know it. */
      environment: z.optional(z.string()),
      properties: z.optional(
        z.looseObject({ templateFile: z.optional(z.string()), stackName: z.optional(z.string()) }),
      ),
      dependencies: z.optional(z.array(z.string())),
    }),
  ),
});

const ResourceSchema = z.looseObject({
  Type: z.string(),
  Properties: z._default(z.record(z.string(), z.unknown()), {}),
  Condition: z.optional(z.string()),
});

const TemplateSchema = z.looseObject({
  Resources: z._default(z.record(z.string(), ResourceSchema), {}),
  Outputs: z._default(
    z.record(
      z.string(),
      z.looseObject({ Value: z.unknown(), Export: z.optional(z.looseObject({ Name: z.unknown() })) }),
    ),
    {},
  ),
  Conditions: z._default(z.record(z.string(), z.unknown()), {}),
  Mappings: z._default(z.record(z.string(), z.unknown()), {}),
  Parameters: z._default(
    z.record(z.string(), z.looseObject({ Type: z.string(), Default: z.optional(z.unknown()) })),
    {},
  ),
});

const AssetManifestSchema = z.looseObject({
  files: z._default(
    z.record(
      z.string(),
      z.looseObject({
        source: z.looseObject({ path: z.optional(z.string()) }),
        destinations: z.record(z.string(), z.looseObject({ objectKey: z.string() })),
      }),
    ),
    {},
  ),
});

/** A CloudFormation template, as far as the embedded AWS reads it. */
export type Template = z.infer<typeof TemplateSchema>;
/** One stack of the assembly. */
export interface AssemblyStack {
  readonly name: string;
  /** Where it is deployed; undefined where it is deployed wherever the others are. */
  readonly region?: string;
  readonly template: Template;
}

/** A synthesized CDK app: its stacks, and where each file asset lies by the object key that the templates name it with. */
export interface Assembly {
  readonly stacks: readonly AssemblyStack[];
  readonly assetPaths: ReadonlyMap<string, string>;
}

const readJson = async (path: string): Promise<unknown> => JSON.parse(await readFile(path, "utf8"));

const readAssets = async (directory: string, file: string): Promise<[string, string][]> => {
  const { files } = AssetManifestSchema.parse(await readJson(join(directory, file)));
  return Object.values(files).flatMap(({ source, destinations }) => {
    const { path } = source;
    if (path === undefined) return [];
    return Object.values(destinations).map(({ objectKey }): [string, string] => [
      objectKey,
      join(directory, path),
    ]);
  });
};

const regionIn = (environment: string | undefined): string | undefined => {
  const region = environment?.split("/").at(-1);
  return region === "unknown-region" ? undefined : region;
};

/** Reads a cloud assembly: https://github.com/aws/aws-cdk-cli/tree/main/packages/%40aws-cdk/cloud-assembly-schema. */
export const readAssembly = async (directory: string): Promise<Assembly> => {
  const { artifacts } = ManifestSchema.parse(await readJson(join(directory, "manifest.json")));
  const stacks: AssemblyStack[] = [];
  const assetPaths = new Map<string, string>();
  for (const [id, { type, environment, properties = {} }] of Object.entries(artifacts)) {
    if (type === "cdk:cloud-assembly") {
      throw new Error(`The assembly nests another one (${id}): stages cannot run in the embedded AWS`);
    }
    if (type === "aws:cloudformation:stack" && properties.templateFile !== undefined) {
      const template = TemplateSchema.parse(await readJson(join(directory, properties.templateFile)));
      const region = regionIn(environment);
      stacks.push({ name: properties.stackName ?? id, template, ...(region !== undefined && { region }) });
    }
    const assetFile = type === "cdk:asset-manifest" ? properties["file"] : undefined;
    if (typeof assetFile === "string") {
      for (const [key, path] of await readAssets(directory, assetFile)) assetPaths.set(key, path);
    }
  }
  if (stacks.length === 0) throw new Error(`The cloud assembly in ${directory} has no stacks`);
  return { stacks, assetPaths };
};
