import type { Table } from "aws-cdk-lib/aws-dynamodb";
import type { IEventBus } from "aws-cdk-lib/aws-events";
import type { ConnectorSettings } from "../../lambdas/core/contracts/environment.ts";
import type { HandlerBundles } from "../constructs/handler-bundles.ts";
import type { names } from "../names.ts";
import type { Settings } from "../settings.ts";

/** What the functions are made from. */
export interface FunctionContext {
  readonly handlers: HandlerBundles;
  readonly settings: Settings;
  /** How the organization is reached, where Lockstep lives elsewhere. */
  readonly connector: ConnectorSettings | undefined;
  /** The account that Lockstep is deployed in; a token where the synthesis does not know it. */
  readonly homeAccount: string;
  readonly tables: Readonly<Record<keyof typeof names.tables, Table>>;
  readonly eventBus: IEventBus;
}
