import {
  App,
  CloudFormationValidatePlugin,
  Stack,
  Validations,
  type IPolicyValidationPlugin,
} from "aws-cdk-lib";
import { Bucket } from "aws-cdk-lib/aws-s3";
import { AwsSolutionsChecks } from "cdk-nag";
import { describe, expect, it } from "vitest";
import { oidc, synthesize, type SynthesisOptions } from "./support/synthesize.ts";

const validations = (app: App) => [new AwsSolutionsChecks(app)];

describe("CloudFormation's own rules", () => {
  it("find nothing", () => {
    const rules = new CloudFormationValidatePlugin() as IPolicyValidationPlugin;
    expect(() => synthesize({ validations: () => [rules] })).not.toThrow();
  });
});

describe("cdk-nag, AwsSolutions", () => {
  it.each<[string, SynthesisOptions]>([
    ["as shipped", {}],
    ["in a known account, with an OIDC issuer", { settings: { oidc }, account: "222222222222" }],
    [
      "with everything allowed in the management account",
      { settings: { allowManagementAccount: true, allowOwnAccount: true }, account: "111111111111" },
    ],
    [
      "reaching its organization through the connector",
      {
        settings: { oidc, organization: { managementAccountId: "111111111111", connector: true } },
        account: "222222222222",
      },
    ],
  ])("has no finding that is not acknowledged: %s", (_case, options) => {
    expect(() => synthesize({ ...options, validations })).not.toThrow();
  });

  it("does stop a synthesis that has one", () => {
    const app = new App();
    Validations.of(app).addPlugins(...validations(app));
    new Bucket(new Stack(app, "Careless"), "Bucket");
    expect(() => app.synth()).toThrow();
  });
});
