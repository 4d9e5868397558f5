import { expect, it } from "vitest";
import { markOf } from "../../../lambdas/core/domain/configuration/entry.ts";
import type { Integration } from "../../../lambdas/core/domain/integration.ts";
import { aGroupId, aUserId, anAccountId, anOrganizationalUnitId } from "../../support/builders.ts";
import {
  anAccountIntegration,
  anOrganizationIntegration,
  integrationName,
} from "../../support/integrations.ts";
import { savedEntry } from "../../support/configuration.ts";
import { describeStores } from "./describe-stores.ts";

/** With everything that an integration can have. */
const organization: Integration = anOrganizationIntegration({
  customAccessDetails: "😀".repeat(400),
  owner: {
    users: [{ id: aUserId("alice"), name: "alice@example.com" }],
    groups: [{ id: aGroupId("leads"), name: "payments-leads" }],
  },
  resourceOwner: { tagKey: "owner", attribute: "email" },
  credentialRotationDays: 30,
  userCleanupDays: 1,
  exclude: { organizationalUnits: [anOrganizationalUnitId("sandbox")], accounts: [anAccountId(4)] },
});
const account: Integration = anAccountIntegration();

describeStores("integrations", (stores) => {
  const put = async (integration: Integration) =>
    stores().integrations.put(integration, savedEntry("integration", { version: 0 }, integration));

  it("gives back exactly what was written, of both kinds, all of them by name", async () => {
    for (const one of [account, organization]) expect(await put(one)).toBe("written");
    expect(await stores().integrations.list()).toEqual([organization, account]);
    expect(await stores().integrations.get(account.name)).toEqual(account);
    expect(await stores().integrations.get(organization.name)).toEqual(organization);
    expect(await stores().integrations.get(integrationName("other"))).toBeUndefined();
  });

  it("keeps no ExternalId in what it says of the change, which names the entry that was written", async () => {
    await put(organization);
    const { change } = await stores().integrations.head(organization.name);
    expect(change).toEqual(markOf(savedEntry("integration", { version: 0 }, organization)));
    expect(JSON.stringify(change)).not.toContain(organization.externalId);
  });

  it("keeps them apart from access flows of the same name", async () => {
    await put(account);
    expect(await stores().flows.list()).toEqual([]);
  });
});
