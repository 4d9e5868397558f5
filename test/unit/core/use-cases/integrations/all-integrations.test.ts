import { describe, expect, it } from "vitest";
import { IntegrationSchema } from "../../../../../lambdas/core/domain/integration.ts";
import {
  allIntegrations,
  homeIntegration,
} from "../../../../../lambdas/core/use-cases/integrations/all-integrations.ts";
import { anAccountId, identityCenter } from "../../../../support/builders.ts";
import { FakeIntegrationStore } from "../../../../support/fakes/integration-store.ts";
import {
  anAccountIntegration,
  anOrganizationIntegration,
  home,
  integrationName,
} from "../../../../support/integrations.ts";

describe("all integrations", () => {
  it("are the deployment's own organization alone, before anybody writes one", async () => {
    const all = allIntegrations({ store: new FakeIntegrationStore(), home });
    expect(await all.list()).toEqual([home]);
    expect(await all.get(home.name)).toEqual(home);
    expect(await all.get(integrationName("acquired"))).toBeUndefined();
  });

  it("are by name, with the deployment's own among the others", async () => {
    const store = new FakeIntegrationStore();
    await store.put(anOrganizationIntegration());
    await store.put(anAccountIntegration());
    const all = allIntegrations({ store, home });
    expect((await all.list()).map(({ name }) => name)).toEqual(["acquired", "organization", "sandbox"]);
  });

  it("show the deployment's own as it was written, once", async () => {
    const store = new FakeIntegrationStore();
    const written = { ...home, externalId: "made", memberAccounts: true };
    await store.put(written);
    const all = allIntegrations({ store, home });
    expect(await all.list()).toEqual([written]);
    expect(await all.get(home.name)).toEqual(written);
  });

  it("reach the deployment's own through its connector where it lives elsewhere, whatever was written before", async () => {
    const connector = { roleArn: `arn:aws:iam::${anAccountId(1)}:role/lockstep-connector` };
    const connected = homeIntegration({
      identityCenter,
      managementAccount: anAccountId(1),
      connector: { ...connector, externalId: "of-the-stack" },
    });
    const store = new FakeIntegrationStore();
    const all = allIntegrations({ store, home: connected });
    expect(await all.get(home.name)).toMatchObject({ connector, externalId: "of-the-stack" });

    const other = anOrganizationIntegration();
    await store.put({ ...home, externalId: "made", memberAccounts: true });
    await store.put(other);
    const shown = { connector, externalId: "of-the-stack", memberAccounts: true };
    expect(await all.get(home.name)).toMatchObject(shown);
    expect(await all.list()).toEqual([other, expect.objectContaining(shown)]);
    expect(IntegrationSchema.parse(connected)).toEqual(connected);
  });

  it("take the deployment's own from its settings, in the shape of any other", () => {
    expect(IntegrationSchema.parse(home)).toEqual(home);
    expect(home).toMatchObject({ identityCenterRegion: "eu-west-1", managementAccountId: "111111111111" });
  });
});
