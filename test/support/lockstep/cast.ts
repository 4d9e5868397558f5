import type { FlowName } from "../../../lambdas/core/domain/ids.ts";
import { aFlow, aGroupId, anAccountId, anEntitlement, aPermissionSetArn, aPerson } from "../builders.ts";
import { FakeDirectory, FakeOrganization } from "../fakes/directory.ts";

/** Alice and carol are payments engineers, bob is a payments lead; all of them ask for PowerUser in payments-prod. */
export const alice = aPerson("alice");
export const bob = aPerson("bob");
export const carol = aPerson("carol");
export const engineers = aGroupId("payments-engineers");
export const leads = aGroupId("payments-leads");
export const powerUser = anEntitlement({ principalId: alice.userId });

export const account = { id: anAccountId(2), name: "payments-prod" };

export const powerUserPermissionSet = {
  arn: aPermissionSetArn("PowerUser"),
  name: "PowerUser",
  sessionDuration: "PT1H",
  inManagementAccount: false,
};

/** The same flow without approval. */
export const automaticFlow = aFlow({ name: "automatic" as FlowName, approval: { steps: [] } });

export const directoryOfCast = (): FakeDirectory => {
  const directory = new FakeDirectory();
  for (const { userId, userName } of [alice, bob, carol]) {
    directory.addUser({ userId, userName, email: `${userName}@example.com` });
  }
  directory.addGroup({
    groupId: engineers,
    displayName: "payments-engineers",
    members: [alice.userId, carol.userId],
  });
  directory.addGroup({ groupId: leads, displayName: "payments-leads", members: [bob.userId] });
  return directory;
};

export const organizationOfCast = (): FakeOrganization => {
  const organization = new FakeOrganization();
  organization.addAccount(account);
  return organization;
};
