import type { Integration } from "../../core/domain/integration.ts";
import type { ConnectionSettings } from "../assumed-roles/connections.ts";
import { MEMBER_ROLE } from "../../core/contracts/connector-roles.ts";

/** The roles by which an integration's accounts are reached. */
export const connectionSettingsOf = (integration: Integration): ConnectionSettings => {
  const { externalId, connector } = integration;
  const partition = connector?.roleArn.split(":")[1];
  const members = {
    memberRoleName: MEMBER_ROLE,
    externalId,
    ...(partition === undefined ? {} : { partition }),
  };
  return {
    ...(connector === undefined ? {} : { connector: { roleArn: connector.roleArn, externalId } }),
    ...(integration.kind === "aws-organization" && integration.memberAccounts ? { members } : {}),
  };
};
