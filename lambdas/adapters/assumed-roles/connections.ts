import { STSClient } from "@aws-sdk/client-sts";
import type { AccountId } from "../../core/domain/ids.ts";
import type { Clock } from "../../core/ports/clock.ts";
import type { AwsClients, ClientPurpose, Connection, ConnectionTo } from "../aws-clients.ts";
import { assumeRole, type RemoteRole } from "./assume-role.ts";
import { roleSession } from "./role-session.ts";
import { sessionNameOf } from "./session-name.ts";
import { sessionPolicyFor } from "./session-policies.ts";

/** The roles by which other accounts are reached. */
export interface ConnectionSettings {
  /** Of the management account, for that account alone. */
  readonly connector?: { readonly roleArn: string; readonly externalId: string };
  /** Into these accounts no session grants, whatever its role allows. */
  readonly neverGrantInto?: readonly string[];
  /** Of every other account: a role of one name, with its path, which the StackSet made. */
  readonly members?: {
    readonly memberRoleName: string;
    readonly externalId: string;
    /** Absent: `aws`. */
    readonly partition?: string;
  };
}

export interface ConnectionsDependencies {
  readonly clock: Pick<Clock, "now">;
  readonly settings: ConnectionSettings;
  /** The request or sync that the calls are for, or how to learn it as they are made: it is in the sessions' names. */
  readonly onBehalfOf: string | (() => string);
}

/** Connections through roles of other accounts. AWS's STS is asked in the functions' own region, the SDK's default. */
export const connections =
  ({ clock, settings, onBehalfOf }: ConnectionsDependencies) =>
  (home: AwsClients): ConnectionTo => {
    const roleIn = remoteRoles(settings);
    const { connector, neverGrantInto = [] } = settings;
    const limits = { neverGrantInto, partition: connector?.roleArn.split(":")[1] };

    return (accountId: AccountId, purpose: ClientPurpose): Connection | undefined => {
      const role = roleIn(accountId);
      if (role === undefined || purpose === "state") return undefined;
      const sessionName = sessionNameOf(purpose, typeof onBehalfOf === "string" ? onBehalfOf : onBehalfOf());
      const policy = sessionPolicyFor(purpose, limits);
      const assume = assumeRole(home.client(STSClient), sessionName, policy);
      return {
        // Everything that makes one session another: a role's name alone may be the same in any account.
        key: JSON.stringify([accountId, role.arn, role.externalId, purpose, sessionName]),
        open: () => roleSession({ assume: () => assume(role), clock }),
      };
    };
  };

const remoteRoles = ({ connector, members }: ConnectionSettings) => {
  const connectorAccount = connector?.roleArn.split(":")[4];

  return (accountId: AccountId): RemoteRole | undefined => {
    if (connector !== undefined && accountId === connectorAccount)
      return { accountId, arn: connector.roleArn, externalId: connector.externalId, kind: "connector" };
    if (members === undefined) return undefined;
    const { memberRoleName, externalId, partition = "aws" } = members;
    return {
      accountId,
      arn: `arn:${partition}:iam::${accountId}:role/${memberRoleName}`,
      externalId,
      kind: "member",
    };
  };
};
