import { App, type Environment } from "aws-cdk-lib";
import { AccessStack } from "../lib/access-stack.ts";
import { names } from "../lib/names.ts";
import { parseSettings, SETTINGS_CONTEXT_KEY, SettingsError } from "../lib/settings.ts";
import { StatefulStack } from "../lib/stateful-stack.ts";

const account = process.env["CDK_DEFAULT_ACCOUNT"];
const region = process.env["CDK_DEFAULT_REGION"];
const env: Environment = {
  ...(account === undefined ? {} : { account }),
  ...(region === undefined ? {} : { region }),
};

try {
  // No resource that only reports to AWS which constructs the templates were made with.
  const app = new App({ analyticsReporting: false });
  const settings = parseSettings(app.node.tryGetContext(SETTINGS_CONTEXT_KEY), { account });
  const stateful = new StatefulStack(app, names.stacks.stateful, {
    env,
    description: "Lockstep: tables, event bus, topic, audit roots",
    settings,
  });
  new AccessStack(app, names.stacks.access, {
    env,
    description: "Lockstep: functions, workflow, HTTP API, alarms",
    settings,
    stateful,
  });
  app.synth();
} catch (error) {
  if (!(error instanceof SettingsError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
