import type { ConnectorSettings } from "../../core/contracts/environment.ts";
import { AccountIdSchema } from "../../core/domain/ids.ts";
import type { Clock } from "../../core/ports/clock.ts";
import { awsClients, type AwsClientsSettings, type ClientsFor } from "../aws-clients.ts";
import { connections } from "./connections.ts";

export interface OrganizationClientsSettings extends Pick<
  AwsClientsSettings,
  "onThrottled" | "overrides" | "waitForTurn"
> {
  readonly homeAccount: string;
  /** Absent: Lockstep lives in the management account or a delegated administrator's. */
  readonly connector: ConnectorSettings | undefined;
  readonly clock: Pick<Clock, "now">;
  /** What calls are made for, or how to learn it as they are made: it is in the names of the connector's sessions. */
  readonly onBehalfOf: string | (() => string);
  /** Into these accounts the connector's sessions grant nothing. */
  readonly neverGrantInto?: readonly string[];
}

/** Clients of a function that asks about the organization: by its own role, or through the connector where Lockstep lives elsewhere. */
export const organizationClients = ({
  connector,
  clock,
  onBehalfOf,
  neverGrantInto = [],
  ...settings
}: OrganizationClientsSettings): ClientsFor => {
  if (connector === undefined) return awsClients(settings);
  return awsClients({
    ...settings,
    organizationAccount: AccountIdSchema.parse(connector.roleArn.split(":")[4]),
    connections: connections({ clock, settings: { connector, neverGrantInto }, onBehalfOf }),
  });
};
