import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readApplication } from "../../../../../local/template/application.ts";
import type { Application } from "../../../../../local/template/application.ts";

export const ENVIRONMENT = { accountId: "111111111111", region: "eu-west-1", partition: "aws" };

export interface HandmadeStack {
  readonly Resources: Readonly<Record<string, unknown>>;
  readonly [section: string]: unknown;
}

/** A cloud assembly on disk: stacks by name, and the source of each function by its asset's name. */
export const writeAssembly = async (
  stacks: Readonly<Record<string, HandmadeStack>>,
  functions: Readonly<Record<string, string>> = {},
): Promise<{ readonly directory: string; readonly remove: () => Promise<void> }> => {
  const directory = await mkdtemp(join(tmpdir(), "lockstep-assembly-"));
  const artifacts: Record<string, unknown> = {
    assets: { type: "cdk:asset-manifest", properties: { file: "assets.json" } },
  };
  for (const [name, template] of Object.entries(stacks)) {
    artifacts[name] = {
      type: "aws:cloudformation:stack",
      properties: { templateFile: `${name}.template.json` },
    };
    await writeFile(join(directory, `${name}.template.json`), JSON.stringify(template));
  }
  const files: Record<string, unknown> = {};
  for (const [name, source] of Object.entries(functions)) {
    await mkdir(join(directory, `asset.${name}`));
    await writeFile(join(directory, `asset.${name}`, "index.mjs"), source);
    files[name] = {
      source: { path: `asset.${name}`, packaging: "zip" },
      destinations: { here: { objectKey: `${name}.zip` } },
    };
  }
  await writeFile(join(directory, "assets.json"), JSON.stringify({ files }));
  await writeFile(join(directory, "manifest.json"), JSON.stringify({ artifacts }));
  return { directory, remove: () => rm(directory, { recursive: true, force: true }) };
};

/** Reads stacks without functions as an application. */
export const applicationOf = async (
  stacks: Readonly<Record<string, HandmadeStack>>,
): Promise<Application> => {
  const { directory, remove } = await writeAssembly(stacks);
  try {
    return await readApplication(directory, ENVIRONMENT);
  } finally {
    await remove();
  }
};

/** A role with one inline policy. */
export const roleWith = (name: string, ...statements: readonly unknown[]) => ({
  Type: "AWS::IAM::Role",
  Properties: {
    RoleName: name,
    Policies: [
      { PolicyName: "Permissions", PolicyDocument: { Version: "2012-10-17", Statement: statements } },
    ],
  },
});

export const allow = (Action: readonly string[], Resource: unknown) => ({
  Effect: "Allow",
  Action,
  Resource,
});
