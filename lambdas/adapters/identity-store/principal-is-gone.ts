import {
  DescribeGroupCommand,
  DescribeUserCommand,
  IdentitystoreClient,
} from "@aws-sdk/client-identitystore";
import type { ClientsFor } from "../aws-clients.ts";
import { isNamed } from "../aws-errors.ts";
import type { Entitlement } from "../../core/domain/entitlement.ts";

/** Whether the directory says that the entitlement's user or group no longer exists; no clear answer is a no. */
export const principalIsGone =
  (clientsFor: ClientsFor) =>
  async ({ region, identityStoreId, principalType, principalId }: Entitlement): Promise<boolean> => {
    const client = clientsFor("organization", "revoke").client(IdentitystoreClient, { region });
    try {
      await (principalType === "USER"
        ? client.send(new DescribeUserCommand({ IdentityStoreId: identityStoreId, UserId: principalId }))
        : client.send(new DescribeGroupCommand({ IdentityStoreId: identityStoreId, GroupId: principalId })));
      return false;
    } catch (error) {
      return isNamed(error, "ResourceNotFoundException");
    }
  };
