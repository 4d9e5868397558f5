import { organization } from "../../../lambdas/adapters/organizations/organization.ts";
import {
  AccountIdSchema,
  OrganizationalUnitIdSchema,
  type AccountId,
} from "../../../lambdas/core/domain/ids.ts";
import type { Organization } from "../../../lambdas/core/ports/directory.ts";
import { organizationalUnitIdOf, rootIdOf } from "../../../local/identity/ids.ts";
import { EagerClock } from "../../support/fakes/eager-clock.ts";
import { FakeOrganization } from "../../support/fakes/directory.ts";
import { motoIdentity } from "../providers/moto-identity.ts";
import { contractOrganization } from "../providers/organization.ts";
import { simulatedIdentity } from "../providers/simulated-identity.ts";

/** An organization that holds the contract's accounts. */
export interface OrganizationWorld {
  readonly organization: Organization;
  accountId(name: string): AccountId;
}

export interface OrganizationEnvironment {
  readonly name: string;
  open(): Promise<OrganizationWorld>;
  readonly differences: Readonly<Record<string, string>>;
}

const accountId = (name: string) =>
  AccountIdSchema.parse(contractOrganization.accounts.find((account) => account.name === name)?.id);

const fake: OrganizationEnvironment = {
  name: "the fake",
  differences: {},
  open: () => {
    const rootId = rootIdOf(contractOrganization.managementAccountId);
    const fakeOrganization = new FakeOrganization(OrganizationalUnitIdSchema.parse(rootId));
    for (const { id, name, ou, state } of contractOrganization.accounts) {
      const names = ou.split("/").filter((part) => part !== "");
      for (const depth of names.keys()) {
        const path = `/${names.slice(0, depth + 1).join("/")}`;
        fakeOrganization.addOrganizationalUnit(
          path,
          OrganizationalUnitIdSchema.parse(organizationalUnitIdOf(rootId, path)),
        );
      }
      fakeOrganization.addAccount({ id: AccountIdSchema.parse(id), name, ou, state });
    }
    return Promise.resolve({ organization: fakeOrganization, accountId });
  },
};

const simulator: OrganizationEnvironment = {
  name: "the embedded AWS Organizations",
  differences: {},
  open: () => {
    const { clientsFor } = simulatedIdentity(contractOrganization, new EagerClock());
    return Promise.resolve({ organization: organization({ clientsFor }), accountId });
  },
};

const moto = (endpoint: string): OrganizationEnvironment => ({
  name: "moto",
  differences: {},
  open: async () => {
    const identity = await motoIdentity(endpoint);
    return {
      organization: organization({ clientsFor: identity.clientsFor }),
      accountId: (name) => AccountIdSchema.parse(identity.idOf("account", name)),
    };
  },
});

const motoEndpoint = process.env["MOTO_ENDPOINT"];

/** Everything that the organization's contract is run on; moto too where the environment names one. */
export const organizationEnvironments: readonly OrganizationEnvironment[] = [
  fake,
  simulator,
  ...(motoEndpoint === undefined ? [] : [moto(motoEndpoint)]),
];
