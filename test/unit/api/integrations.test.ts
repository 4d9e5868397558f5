import { describe, expect, it } from "vitest";
import type { IntegrationView } from "../../../lambdas/core/contracts/http/integrations.ts";
import type { ConfigurationEntry } from "../../../lambdas/core/domain/configuration/entry.ts";
import { HOME_INTEGRATION, type Integration } from "../../../lambdas/core/domain/integration.ts";
import { ResourceTypes } from "../../../lambdas/core/domain/inventory/facts.ts";
import type { WriteOutcome } from "../../../lambdas/core/ports/stores.ts";
import { BundleNameSchema } from "../../../lambdas/core/domain/ids.ts";
import { aBundle } from "../../support/catalogue.ts";
import { anAccountFact, seen } from "../../support/facts.ts";
import {
  aGroupId,
  aUserId,
  anAccountId,
  anOrganizationalUnitId,
  identityCenter,
} from "../../support/builders.ts";
import { FakeIntegrationStore } from "../../support/fakes/integration-store.ts";
import {
  aFailedSync,
  aFinishedSync,
  anAccountIntegration,
  integrationName,
} from "../../support/integrations.ts";
import { problemIn } from "./problems.ts";
import { apiUnderTest, root, type ApiUnderTest } from "./world.ts";

const as = root;

/** The deployment's own organization, with everything that can be said of it. */
const organization = {
  kind: "aws-organization",
  managementAccountId: anAccountId(1),
  region: "eu-central-1",
  identityCenterRegion: identityCenter.region,
  accessPortalUrl: "https://acquired.awsapps.com/start",
  connector: { roleArn: `arn:aws:iam::${anAccountId(1)}:role/lockstep-connector` },
  memberAccounts: true,
  resourceTypes: ["s3-bucket", "rds-instance"],
  exclude: { organizationalUnits: ["ou-1a2b-34567890"], accounts: [anAccountId(4)] },
  customAccessDetails: "Use the VPN.",
  owner: { users: ["alice@example.com"], groups: ["payments-leads"] },
  resourceOwner: { tagKey: "owner", attribute: "email" },
  credentialRotationDays: 30,
  userCleanupDays: 7,
};

const account = { kind: "aws-account", accountId: anAccountId(8), region: "eu-west-1" };

/** The deployment's own organization, as somebody would write it. */
const ownOrganization = {
  kind: "aws-organization",
  managementAccountId: anAccountId(1),
  region: "eu-west-1",
  identityCenterRegion: identityCenter.region,
  accessPortalUrl: identityCenter.accessPortalUrl,
};

const put = async ({ call }: ApiUnderTest, name: string, body: object) => {
  const answer = await call(`PUT /integrations/${name}`, { as, body });
  expect(answer.body).toMatchObject({ name });
  return answer.body as IntegrationView;
};

describe("PUT /integrations/{name}", () => {
  it("shows what was written, with an ExternalId of Lockstep's and names as they are", async () => {
    const world = await apiUnderTest();
    const { owner, resourceTypes: _types, ...rest } = organization;
    const shown = await put(world, "organization", organization);
    expect(shown).toEqual({
      ...rest,
      name: "organization",
      origin: "api",
      version: 1,
      updatedAt: "2026-01-01T00:00:00.000Z",
      externalId: "external-id-1",
      resourceTypes: ["s3-bucket", "rds-instance"],
      owner: {
        users: [{ id: aUserId("alice"), name: owner.users[0] }],
        groups: [{ id: aGroupId("payments-leads"), name: owner.groups[0] }],
      },
      unconfirmedEditors: [root.userId],
      status: "initializing",
      reasons: [expect.objectContaining({ severity: "note" })],
      moreReasons: 0,
      lastSyncs: {},
    });
    expect((await world.call("GET /integrations/organization", { as })).body).toEqual(shown);
  });

  it("fills in what was left out: all resource types, nothing excluded, no look into accounts", async () => {
    const world = await apiUnderTest();
    const { kind, managementAccountId, region, identityCenterRegion, accessPortalUrl } = organization;
    const short = { kind, managementAccountId, region, identityCenterRegion, accessPortalUrl };
    expect(await put(world, "organization", short)).toMatchObject({
      resourceTypes: ResourceTypes,
      exclude: { organizationalUnits: [], accounts: [] },
      memberAccounts: false,
    });
    expect(await put(world, "sandbox", account)).toMatchObject({ resourceTypes: ResourceTypes });
  });

  it("makes the ExternalId once, and keeps it through every later change", async () => {
    const world = await apiUnderTest();
    const { externalId } = await put(world, "organization", organization);
    const changed = await put(world, "organization", { ...organization, region: "us-east-1" });
    expect(changed).toMatchObject({ version: 2, region: "us-east-1", externalId });
    await world.call("DELETE /integrations/organization", { as });
    expect((await put(world, "organization", organization)).externalId).not.toBe(externalId);
  });

  it("warns that no sync was finished for too long, and says what to do", async () => {
    const { call, clock, syncs } = await apiUnderTest();
    await syncs.put(aFinishedSync({ begunAt: clock.now() }));
    const shown = async () => (await call("GET /integrations/organization", { as })).body;
    await clock.advanceBy(6 * 3_600_000 + 60_000);
    expect(await shown()).toMatchObject({ status: "active", reasons: [] });
    await clock.advanceBy(1);
    expect(await shown()).toMatchObject({
      status: "warning",
      reasons: [
        {
          severity: "warning",
          scope: "identity",
          message:
            "No identity sync has been finished since 2026-01-01T00:01:00.000Z; one is due every PT1H.",
          fix: expect.stringContaining("lockstep-sync-behind") as string,
        },
      ],
      lastSyncedAt: "2026-01-01T00:01:00.000Z",
    });
  });

  it("takes an empty list of resource types for none, and each of a list once", async () => {
    const world = await apiUnderTest();
    expect(await put(world, "sandbox", { ...account, resourceTypes: [] })).toMatchObject({
      resourceTypes: [],
    });
    const resourceTypes = ["sqs-queue", "s3-bucket", "sqs-queue"];
    expect(await put(world, "sandbox", { ...account, resourceTypes })).toMatchObject({
      resourceTypes: ["s3-bucket", "sqs-queue"],
    });
  });

  it("writes nothing when nothing changes, in whatever order resource types are named", async () => {
    const world = await apiUnderTest();
    const first = await put(world, "organization", organization);
    await world.clock.advanceBy(1000);
    const resourceTypes = ["rds-instance", "s3-bucket", "s3-bucket"];
    expect(
      await put(world, "organization", { ...organization, name: "organization", resourceTypes }),
    ).toEqual(first);
  });

  it("tells of every owner that the directory does not know, and writes nothing", async () => {
    const { call, directory, integrations } = await apiUnderTest();
    directory.addUser({ userId: aUserId("other"), userName: "alice@example.com" });
    const owner = { users: ["bob@example.com", "casper", "alice@example.com"], groups: ["ghosts"] };
    const answer = await call("PUT /integrations/organization", { as, body: { ...organization, owner } });
    const problem = problemIn(answer);
    expect(problem).toMatchObject({ status: 400, code: "unknown-name" });
    expect(problem.errors?.map(({ pointer }) => pointer)).toEqual([
      "/owner/users/1",
      "/owner/users/2",
      "/owner/groups/0",
    ]);
    expect(await integrations.list()).toEqual([]);
    const ambiguous = { users: ["alice@example.com"] };
    expect(
      problemIn(
        await call("PUT /integrations/organization", { as, body: { ...organization, owner: ambiguous } }),
      ),
    ).toMatchObject({ status: 400, code: "ambiguous-name" });
  });

  it("does not let an integration become one of something else", async () => {
    const world = await apiUnderTest();
    await put(world, "organization", organization);
    await put(world, "sandbox", account);
    for (const [name, body, pointer] of [
      ["organization", account, "/kind"],
      [
        "organization",
        { ...organization, managementAccountId: anAccountId(6), connector: undefined },
        "/managementAccountId",
      ],
      ["sandbox", { ...account, accountId: anAccountId(6) }, "/accountId"],
    ] as const) {
      const problem = problemIn(await world.call(`PUT /integrations/${name}`, { as, body }));
      expect(problem).toMatchObject({ status: 400, code: "invalid-integration", errors: [{ pointer }] });
    }
  });
});

describe("a second integration", () => {
  it.each([
    ["of a name that only case tells apart", "Organization", organization, "/name"],
    ["of the same organization", "again", organization, "/managementAccountId"],
  ])("%s is refused, naming the first", async (_what, name, body, pointer) => {
    const world = await apiUnderTest();
    await put(world, "organization", organization);
    const { connector: _connector, ...without } = body;
    const problem = problemIn(await world.call(`PUT /integrations/${name}`, { as, body: without }));
    expect(problem).toMatchObject({ status: 409, code: "integration-exists", errors: [{ pointer }] });
    expect(problem.detail).toContain("organization");
  });

  it("of the same account is refused, naming the first", async () => {
    const world = await apiUnderTest();
    await put(world, "sandbox", account);
    const problem = problemIn(await world.call("PUT /integrations/again", { as, body: account }));
    expect(problem).toMatchObject({ status: 409, code: "integration-exists" });
    expect(problem.detail).toContain("sandbox");
  });

  it("of the deployment's own organization is refused, whether anybody wrote that or not", async () => {
    const world = await apiUnderTest();
    const refused = async (name: string) => {
      const problem = problemIn(await world.call(`PUT /integrations/${name}`, { as, body: ownOrganization }));
      expect(problem).toMatchObject({ status: 409, code: "integration-exists" });
      expect(problem.detail).toContain(HOME_INTEGRATION);
    };
    await refused("again");
    await refused("Organization");
    await put(world, "organization", ownOrganization);
    await refused("again");
  });

  it("that is written at the same moment is taken back, when each sees the other only then", async () => {
    const twin = anAccountIntegration({ name: integrationName("twin"), accountId: anAccountId(8) });
    const integrations = new (class extends FakeIntegrationStore {
      override async put(next: Integration, change?: ConfigurationEntry): Promise<WriteOutcome> {
        await super.put(twin);
        return super.put(next, change);
      }
    })();
    const { call } = await apiUnderTest({ integrations });
    const problem = problemIn(await call("PUT /integrations/sandbox", { as, body: account }));
    expect(problem).toMatchObject({ status: 409, code: "integration-exists" });
    expect(await integrations.list()).toEqual([twin]);
  });
});

describe("the deployment's own organization", () => {
  it("is there before anybody writes it, as the settings say, without an ExternalId", async () => {
    const { call } = await apiUnderTest();
    const { body } = await call("GET /integrations", { as });
    expect(body).toMatchObject({
      items: [{ ...ownOrganization, name: "organization", origin: "settings", status: "initializing" }],
    });
    expect((body as { items: object[] }).items[0]).not.toHaveProperty("externalId");
    expect((body as { items: object[] }).items[0]).not.toHaveProperty("version");
    expect((await call("GET /integrations/organization", { as })).status).toBe(200);
  });

  it("can be written, and goes back to what the settings say when that is deleted", async () => {
    const world = await apiUnderTest();
    const before = (await world.call("GET /integrations/organization", { as })).body;
    const written = await put(world, "organization", { ...ownOrganization, memberAccounts: true });
    expect(written).toMatchObject({ origin: "api", version: 1, memberAccounts: true });
    expect(written.externalId).toBeTruthy();
    expect((await world.call("DELETE /integrations/organization", { as })).status).toBe(204);
    expect((await world.call("GET /integrations/organization", { as })).body).toEqual(before);
  });

  it.each([
    [
      "another organization",
      { ...ownOrganization, managementAccountId: anAccountId(7) },
      "/managementAccountId",
    ],
    ["an account", { kind: "aws-account", accountId: anAccountId(1), region: "eu-west-1" }, "/kind"],
  ])("cannot become %s", async (_what, body, pointer) => {
    const { call } = await apiUnderTest();
    const problem = problemIn(await call("PUT /integrations/organization", { as, body }));
    expect(problem).toMatchObject({ status: 400, code: "invalid-integration", errors: [{ pointer }] });
    expect(problem.detail).toContain(body.kind === "aws-account" ? "aws-organization" : anAccountId(1));
  });

  it("is the only organization: another one has another Identity Center", async () => {
    const { call } = await apiUnderTest();
    const body = { ...ownOrganization, managementAccountId: anAccountId(7) };
    const problem = problemIn(await call("PUT /integrations/acquired", { as, body }));
    expect(problem).toMatchObject({
      status: 400,
      code: "invalid-integration",
      errors: [{ pointer: "/managementAccountId" }],
    });
    expect(problem.detail).toMatch(/another Identity Center.*deployment of its own/);
  });

  it("cannot be deleted", async () => {
    const { call } = await apiUnderTest();
    const problem = problemIn(await call("DELETE /integrations/organization", { as }));
    expect(problem).toMatchObject({ status: 409, code: "integration-built-in" });
    expect(problem.detail).toContain("settings");
  });
});

describe("the deployment's own organization, where Lockstep lives elsewhere", () => {
  const roleArn = `arn:aws:iam::${anAccountId(1)}:role/lockstep-connector`;
  const elsewhere = () => apiUnderTest({ connector: { roleArn, externalId: "of-the-stack" } });

  it("shows its connector and its ExternalId before anybody writes it", async () => {
    const { call } = await elsewhere();
    const { body } = await call("GET /integrations/organization", { as });
    expect(body).toMatchObject({
      origin: "settings",
      connector: { roleArn },
      externalId: "of-the-stack",
      status: "initializing",
    });
    expect(body).not.toHaveProperty("version");
  });

  it("keeps both when it is written, with the connector or without", async () => {
    const world = await elsewhere();
    const written = { origin: "api", version: 1, connector: { roleArn }, externalId: "of-the-stack" };
    expect(await put(world, "organization", ownOrganization)).toMatchObject(written);
    expect(await put(world, "organization", { ...ownOrganization, connector: { roleArn } })).toMatchObject(
      written,
    );
  });

  it("has no other connector than the deployment's", async () => {
    const { call, integrations } = await elsewhere();
    const other = `arn:aws:iam::${anAccountId(1)}:role/access/LockstepConnector`;
    const body = { ...ownOrganization, connector: { roleArn: other } };
    const problem = problemIn(await call("PUT /integrations/organization", { as, body }));
    expect(problem).toMatchObject({
      status: 400,
      code: "invalid-integration",
      errors: [{ pointer: "/connector/roleArn" }],
    });
    expect(problem.detail).toContain(roleArn);
    expect(await integrations.list()).toEqual([]);
  });
});

describe("the deployment's own organization, where Lockstep lives in its management account", () => {
  it("has no connector: nothing would use it", async () => {
    const { call, integrations } = await apiUnderTest({
      deployment: { homeAccount: anAccountId(1), managementAccount: anAccountId(1) },
    });
    const problem = problemIn(await call("PUT /integrations/organization", { as, body: organization }));
    expect(problem).toMatchObject({
      status: 400,
      code: "invalid-integration",
      errors: [{ pointer: "/connector/roleArn" }],
    });
    expect(problem.detail).toMatch(/expected no connector: .*management account 111111111111 itself/);
    expect(await integrations.list()).toEqual([]);
  });
});

describe("what is excluded", () => {
  const unit = anOrganizationalUnitId("known");
  const strange = { organizationalUnits: ["ou-zzzz-12345678", unit], accounts: ["999999999999"] };
  const excluding = (exclude: object) => ({ ...ownOrganization, exclude });

  const afterASync = async () => {
    const world = await apiUnderTest();
    await world.syncs.put(aFinishedSync({ begunAt: world.clock.now() }));
    const fact = { kind: "organizational-unit", id: unit, name: "known", path: "/known" } as const;
    await world.inventory.record(seen(fact));
    await world.inventory.record(seen(anAccountFact(2)));
    await world.inventory.record(seen({ kind: "excluded-account", accountId: anAccountId(3), name: "out" }));
    return world;
  };

  it("has to be there, as the last sync saw it; each is named that is not", async () => {
    const { call, integrations } = await afterASync();
    const problem = problemIn(await call("PUT /integrations/organization", { as, body: excluding(strange) }));
    expect(problem).toMatchObject({ status: 400, code: "unknown-name" });
    expect(problem.errors?.map(({ pointer }) => pointer)).toEqual([
      "/exclude/organizationalUnits/0",
      "/exclude/accounts/0",
    ]);
    expect(problem.detail).toContain("There is no organizational unit ou-zzzz-12345678");
    expect(await integrations.list()).toEqual([]);
  });

  it("may be what is known, or was excluded before, whether it is there or not", async () => {
    const world = await afterASync();
    const known = { organizationalUnits: [unit], accounts: [anAccountId(2), anAccountId(3)] };
    expect((await put(world, "organization", excluding(known))).status).toBe("initializing");
    const current = await world.integrations.get(HOME_INTEGRATION);
    if (current?.kind !== "aws-organization") throw new Error("There is none");
    const gone = { organizationalUnits: [], accounts: [anAccountId(9)] };
    await world.integrations.put({ ...current, version: 2, exclude: gone });
    await put(world, "organization", excluding({ accounts: [anAccountId(9), anAccountId(2)] }));
  });

  it("may be anything before the first sync is through: nobody knows better", async () => {
    const world = await apiUnderTest();
    await put(world, "organization", excluding(strange));
  });
});

describe("the other calls", () => {
  it("list by name, page by page, the deployment's own in its place", async () => {
    const world = await apiUnderTest();
    for (const [digit, name] of [
      [3, "zebra"],
      [4, "ant"],
      [5, "otter"],
    ] as const) {
      await put(world, name, { ...account, accountId: anAccountId(digit) });
    }
    const names: string[] = [];
    let cursor = "";
    do {
      const { body } = await world.call(`GET /integrations?limit=2${cursor}`, { as });
      const page = body as { readonly items: readonly IntegrationView[]; readonly cursor?: string };
      names.push(...page.items.map(({ name }) => name));
      cursor = page.cursor === undefined ? "" : `&cursor=${page.cursor}`;
    } while (cursor !== "");
    expect(names).toEqual(["ant", "organization", "otter", "zebra"]);
    expect(problemIn(await world.call("GET /integrations?cursor=e30", { as }))).toMatchObject({
      code: "invalid-cursor",
    });
  });

  it("are not deleted while an access flow or a bundle names them, but for the deployment's own", async () => {
    const world = await apiUnderTest();
    await put(world, "lab", account);
    await put(world, "organization", ownOrganization);
    const bundle = (integration: string) =>
      world.call("PUT /bundles/lab-basics", {
        as,
        body: {
          targets: [{ integration, tags: [{ key: "env", values: ["lab"] }], permissionSets: ["PowerUser"] }],
        },
      });
    expect(problemIn(await bundle("nowhere"))).toMatchObject({ status: 400, code: "unknown-name" });
    const useless = problemIn(await bundle("lab"));
    expect(useless).toMatchObject({ status: 400, code: "configuration-unsound" });
    expect(useless.errors).toMatchObject([{ pointer: "/targets/0/integration" }]);
    // As an earlier version took it.
    const [target] = aBundle().targets;
    const inLab = { ...target, integration: integrationName("lab") } as NonNullable<typeof target>;
    await world.bundles.put(aBundle({ name: BundleNameSchema.parse("lab-basics"), targets: [inLab] }));
    const refused = problemIn(await world.call("DELETE /integrations/lab", { as }));
    expect(refused).toMatchObject({ status: 409, code: "still-named" });
    expect(refused.detail).toContain("the bundle lab-basics");
    expect((await world.call("GET /integrations/lab", { as })).status).toBe(200);
    expect((await world.call("DELETE /integrations/organization", { as })).status).toBe(204);
    await bundle("organization");
    expect((await world.call("DELETE /integrations/lab", { as })).status).toBe(204);
  });

  it("find nothing of a name that nobody wrote", async () => {
    const { call } = await apiUnderTest();
    for (const line of ["GET /integrations/nobody", "DELETE /integrations/nobody", "GET /integrations/a-b"]) {
      expect(problemIn(await call(line, { as }))).toMatchObject({ status: 404, code: "not-found" });
    }
    expect(problemIn(await call("POST /integrations/nobody/refresh", { as }))).toMatchObject({ status: 404 });
  });

  it("tell how it is: the passes' reasons, and when it was seen last", async () => {
    const { call, syncs } = await apiUnderTest();
    const finished = aFinishedSync({ begunAt: new Date("2025-12-31T22:00:00.000Z") });
    await syncs.put(finished);
    expect((await call("GET /integrations/organization", { as })).body).toMatchObject({
      status: "active",
      reasons: [],
      lastSyncedAt: "2025-12-31T22:01:00.000Z",
      lastSyncs: { identity: finished.id },
    });
    const failed = aFailedSync({ begunAt: new Date("2025-12-31T23:00:00.000Z") });
    await syncs.put(failed);
    expect((await call("GET /integrations/organization", { as })).body).toMatchObject({
      status: "error",
      reasons: [{ severity: "error", scope: "identity", code: "access-denied" }],
      lastSyncedAt: "2025-12-31T22:01:00.000Z",
      lastSyncs: { identity: failed.id },
    });
  });
});

describe("custom access details", () => {
  it("are in the instructions of access that is there, and follow what is written", async () => {
    const world = await apiUnderTest();
    const { call, requests, submit } = world;
    const id = await submit();
    const pending = await requests.get(id as never);
    if (pending?.status !== "pending") throw new Error("expected a pending request");
    const { deadline: _deadline, ...common } = pending;
    const at = common.createdAt;
    const entitlements = common.entitlements.map((one) => ({ ...one, status: "granted" as const }));
    const active = {
      ...common,
      entitlements,
      version: 2,
      status: "active" as const,
      activeAt: at,
      expiresAt: at,
    };
    await requests.replace(active, ["pending"]);
    const instructions = async () => {
      const one = (await call(`GET /requests/${id}`)).body as { readonly instructions: readonly object[] };
      const list = (await call("GET /requests")).body as { readonly items: readonly (typeof one)[] };
      expect(list.items[0]?.instructions).toEqual(one.instructions);
      return one.instructions[0];
    };
    expect(await instructions()).not.toHaveProperty("customAccessDetails");
    await put(world, "organization", { ...ownOrganization, customAccessDetails: "Use the VPN first. 😀" });
    expect(await instructions()).toMatchObject({ customAccessDetails: "Use the VPN first. 😀" });
  });
});
