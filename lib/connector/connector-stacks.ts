import type { App } from "aws-cdk-lib";
import type { Settings } from "../settings.ts";
import { ConnectorStack } from "./connector-stack.ts";
import { ForwardChangesStack } from "./forward-changes-stack.ts";
import { MemberStack } from "./member-stack.ts";
import { connectorNames } from "./names.ts";

/**
 * With `-c connectors=true` the app is what other accounts deploy, with credentials of theirs, and not Lockstep itself: so
 * that `cdk deploy --all` never takes one for the other (docs/connectors.md).
 */
export const CONNECTORS_CONTEXT_KEY = "connectors";

/** What is deployed in other accounts than Lockstep's. */
export const connectorStacks = (app: App, settings: Pick<Settings, "identityCenter">) => {
  const { stacks } = connectorNames;
  return {
    connector: new ConnectorStack(app, stacks.connector, settings),
    forwardChanges: new ForwardChangesStack(app, stacks.forwardChanges),
    member: new MemberStack(app, stacks.member),
  };
};
