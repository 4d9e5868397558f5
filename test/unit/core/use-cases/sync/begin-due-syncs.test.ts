import { describe, expect, it } from "vitest";
import { RetryableError } from "../../../../../lambdas/core/domain/errors.ts";
import type { Integration } from "../../../../../lambdas/core/domain/integration.ts";
import { beginDueSyncs } from "../../../../../lambdas/core/use-cases/sync/begin-due-syncs.ts";
import { anAccountId } from "../../../../support/builders.ts";
import { FakeSyncStarter } from "../../../../support/fakes/sync-starter.ts";
import { FakeSyncStore } from "../../../../support/fakes/sync-store.ts";
import {
  aFinishedSync,
  anAccountIntegration,
  anOrganizationIntegration,
  deployment,
  home,
  integrationName,
} from "../../../../support/integrations.ts";
import { VirtualClock } from "../../../../support/virtual-clock.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const FIRST = "20260101T000000Z";

const underTest = ({
  integrations,
  syncs = new FakeSyncStore(),
}: {
  readonly integrations: readonly Integration[];
  readonly syncs?: FakeSyncStore;
}) => {
  const clock = new VirtualClock();
  const starter = new FakeSyncStarter();
  const begin = beginDueSyncs({
    integrations: { list: () => Promise.resolve(integrations) },
    syncs,
    starter,
    deployment,
    clock,
  });
  return { clock, syncs, starter, begin };
};

const withoutConnector = ({ connector: _connector, ...rest }: ReturnType<typeof anOrganizationIntegration>) =>
  rest;

describe("beginning the syncs that are due", () => {
  it("begins every scope of every integration, on the schedule's behalf", async () => {
    const { begin, syncs, starter } = underTest({
      integrations: [anOrganizationIntegration({ memberAccounts: true }), home, anAccountIntegration()],
    });
    expect(await begin()).toEqual([
      `acquired.identity.${FIRST}`,
      `acquired.resources.${FIRST}`,
      `organization.identity.${FIRST}`,
      `sandbox.resources.${FIRST}`,
    ]);
    expect(starter.started).toHaveLength(4);
    expect(new Set(syncs.all.map(({ occasion }) => occasion))).toEqual(new Set(["schedule"]));
  });

  it("begins nothing that is under way or was done within its hour", async () => {
    const { begin, clock, syncs } = underTest({ integrations: [home] });
    await begin();
    expect(await begin()).toEqual([]);
    await syncs.put({ ...aFinishedSync({ begunAt: clock.now() }), version: 2 });
    await clock.advanceBy(HOUR - 1);
    expect(await begin()).toEqual([]);
    await clock.advanceBy(1);
    expect(await begin()).toEqual(["organization.identity.20260101T010000Z"]);
  });

  it("takes a pass up again that nobody works on any more", async () => {
    const { begin, clock, starter } = underTest({ integrations: [home] });
    await begin();
    await clock.advanceBy(30 * MINUTE);
    expect(await begin()).toEqual([`organization.identity.${FIRST}`]);
    expect(starter.started).toEqual([`organization.identity.${FIRST}.1`, `organization.identity.${FIRST}.2`]);
  });

  it("starts in its next round what it has begun or taken up without an execution", async () => {
    const { begin, clock, starter, syncs } = underTest({ integrations: [home] });
    starter.unavailable = true;
    await expect(begin()).rejects.toMatchObject({ name: "WorkflowUnavailable" });
    starter.unavailable = false;
    await clock.advanceBy(5 * MINUTE);
    expect(await begin()).toEqual([]);
    expect(starter.started).toEqual([`organization.identity.${FIRST}.1`]);
    expect(syncs.all).toMatchObject([{ version: 1 }]);
    await clock.advanceBy(30 * MINUTE);
    starter.unavailable = true;
    await expect(begin()).rejects.toMatchObject({ name: "WorkflowUnavailable" });
    starter.unavailable = false;
    await clock.advanceBy(5 * MINUTE);
    expect(await begin()).toEqual([]);
    expect(starter.started).toEqual([`organization.identity.${FIRST}.1`, `organization.identity.${FIRST}.2`]);
  });

  it("begins one when two schedules look at once", async () => {
    const { begin, starter } = underTest({ integrations: [home] });
    const begun = await Promise.all([begin(), begin()]);
    expect(begun.flat()).toEqual([`organization.identity.${FIRST}`]);
    expect(starter.started).toEqual([`organization.identity.${FIRST}.1`]);
  });

  it("lets none that cannot be begun keep another one from it, and throws at the end", async () => {
    class PartlyUnavailable extends FakeSyncStore {
      override list(...query: Parameters<FakeSyncStore["list"]>): ReturnType<FakeSyncStore["list"]> {
        return query[0].integration === "acquired" && query[0].scope === "identity"
          ? Promise.reject(new RetryableError("StoreUnavailable", "Inventory is throttled"))
          : super.list(...query);
      }
    }
    const syncs = new PartlyUnavailable();
    const integrations = [anOrganizationIntegration({ memberAccounts: true }), home, anAccountIntegration()];
    const { begin, starter } = underTest({ integrations, syncs });
    await expect(begin()).rejects.toMatchObject({
      name: "StoreUnavailable",
      message: "Inventory is throttled",
    });
    expect(starter.started).toEqual([
      `acquired.resources.${FIRST}.1`,
      `organization.identity.${FIRST}.1`,
      `sandbox.resources.${FIRST}.1`,
    ]);
  });

  it.each([
    ["a foreign organization", withoutConnector(anOrganizationIntegration())],
    [
      "a foreign account",
      anAccountIntegration({ name: integrationName("aFirst"), accountId: anAccountId(5) }),
    ],
  ])("leaves %s alone that it has no way into, and begins the others", async (_what, integration) => {
    const { begin, syncs } = underTest({ integrations: [integration, home] });
    expect(await begin()).toEqual([`organization.identity.${FIRST}`]);
    expect(syncs.all).toHaveLength(1);
  });
});
