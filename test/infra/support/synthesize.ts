import { readFileSync } from "node:fs";
import { App, Validations, type IPolicyValidationPlugin } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import * as z from "zod/mini";
import { AccessStack } from "../../../lib/access-stack.ts";
import { names } from "../../../lib/names.ts";
import { parseSettings, SETTINGS_CONTEXT_KEY } from "../../../lib/settings.ts";
import { StatefulStack } from "../../../lib/stateful-stack.ts";

const CdkJsonSchema = z.looseObject({ context: z.record(z.string(), z.unknown()) });

/** The context of the shipped cdk.json. */
export const shippedContext: Readonly<Record<string, unknown>> = CdkJsonSchema.parse(
  JSON.parse(readFileSync(new URL("../../../cdk.json", import.meta.url), "utf8")),
).context;

/** The settings of the shipped cdk.json, as written. */
export const shippedSettings = z.record(z.string(), z.unknown()).parse(shippedContext[SETTINGS_CONTEXT_KEY]);

export interface SynthesisOptions {
  /** Settings that replace the shipped ones of the same name. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Absent: the synthesis does not know its account, as without credentials. */
  readonly account?: string;
  readonly validations?: (app: App) => readonly IPolicyValidationPlugin[];
}

export interface Synthesis {
  readonly app: App;
  readonly stateful: Template;
  readonly access: Template;
}

/** An issuer to synthesize without a user pool. */
export const oidc = { issuer: "https://login.example.com/", audience: ["lockstep"] };

/** Synthesizes the app as bin/lockstep.ts does, without bundling the functions. */
export function synthesize({ settings = {}, account, validations }: SynthesisOptions = {}): Synthesis {
  const app = new App({
    context: { ...shippedContext, "aws:cdk:bundling-stacks": [] },
    analyticsReporting: false,
  });
  if (validations !== undefined) Validations.of(app).addPlugins(...validations(app));
  const parsed = parseSettings({ ...shippedSettings, ...settings }, { account });
  const env = account === undefined ? {} : { account, region: "eu-west-1" };
  const stateful = new StatefulStack(app, names.stacks.stateful, { env, settings: parsed });
  const access = new AccessStack(app, names.stacks.access, { env, settings: parsed, stateful });
  return { app, stateful: Template.fromStack(stateful), access: Template.fromStack(access) };
}
