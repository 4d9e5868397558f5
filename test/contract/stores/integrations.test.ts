import { expect, it } from "vitest";
import type { Integration } from "../../../lambdas/core/domain/integration.ts";
import { aGroupId, aUserId, anAccountId, anOrganizationalUnitId } from "../../support/builders.ts";
import {
  anAccountIntegration,
  anOrganizationIntegration,
  integrationName,
} from "../../support/integrations.ts";
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
  it("gives back exactly what was written, of both kinds, all of them by name", async () => {
    for (const one of [account, organization]) expect(await stores().integrations.put(one)).toBe("written");
    expect(await stores().integrations.list()).toEqual([organization, account]);
    expect(await stores().integrations.get(account.name)).toEqual(account);
    expect(await stores().integrations.get(organization.name)).toEqual(organization);
    expect(await stores().integrations.get(integrationName("other"))).toBeUndefined();
  });

  it("replaces and deletes only the version that the writer saw", async () => {
    const { integrations } = stores();
    await integrations.put(organization);
    expect(await integrations.put(organization)).toBe("conflict");
    const second = { ...organization, version: 2, region: "us-east-1" };
    expect(await integrations.put({ ...second, version: 3 })).toBe("conflict");
    expect(await integrations.put(second)).toBe("written");
    expect(await integrations.delete(organization)).toBe("conflict");
    expect(await integrations.get(organization.name)).toEqual(second);
    expect(await integrations.delete(second)).toBe("written");
    expect(await integrations.get(organization.name)).toBeUndefined();
    expect(await integrations.delete(second)).toBe("conflict");
  });

  it("keeps them apart from access flows of the same name", async () => {
    await stores().integrations.put(account);
    expect(await stores().flows.list()).toEqual([]);
  });
});
