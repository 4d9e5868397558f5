import { App, type Environment } from "aws-cdk-lib";
import { AccessStack } from "../lib/access-stack.ts";
import { ChangesStack, regionsElsewhere } from "../lib/changes-stack.ts";
import { CONNECTORS_CONTEXT_KEY, connectorStacks } from "../lib/connector/connector-stacks.ts";
import { names } from "../lib/names.ts";
import { parseSettings, SETTINGS_CONTEXT_KEY, SettingsError } from "../lib/settings.ts";
import { StatefulStack } from "../lib/stateful-stack.ts";

const account = process.env["CDK_DEFAULT_ACCOUNT"];
const region = process.env["CDK_DEFAULT_REGION"];
const env: Environment = {
  ...(account === undefined ? {} : { account }),
  ...(region === undefined ? {} : { region }),
};

const lockstep = (app: App) => {
  const settings = parseSettings(app.node.tryGetContext(SETTINGS_CONTEXT_KEY), { account });
  const stateful = new StatefulStack(app, names.stacks.stateful, {
    env,
    description: "Lockstep: tables, event bus, topic, audit roots",
    settings,
  });
  // Without a region, the synthesis is only looked at: `cdk deploy` knows its credentials' region.
  const elsewhere = region === undefined ? {} : regionsElsewhere(settings, region);
  const access = new AccessStack(app, names.stacks.access, {
    env,
    description: "Lockstep: functions, workflow, HTTP API, alarms",
    settings,
    stateful,
  });
  for (const [other, name] of Object.entries(elsewhere)) {
    const changes = new ChangesStack(app, name, {
      env: { ...env, region: other },
      homeRegion: region ?? other,
    });
    changes.addStackDependency(access);
  }
};

try {
  // No resource that only reports to AWS which constructs the templates were made with.
  const app = new App({ analyticsReporting: false });
  if (app.node.tryGetContext(CONNECTORS_CONTEXT_KEY) === undefined) lockstep(app);
  else connectorStacks(app, parseSettings(app.node.tryGetContext(SETTINGS_CONTEXT_KEY)));
  app.synth();
} catch (error) {
  if (!(error instanceof SettingsError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
