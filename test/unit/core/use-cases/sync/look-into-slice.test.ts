import { expect, it } from "vitest";
import { OrganizationalUnitIdSchema, timestamp } from "../../../../../lambdas/core/domain/ids.ts";
import type { AccountFact } from "../../../../../lambdas/core/domain/inventory/facts.ts";
import type { SyncId } from "../../../../../lambdas/core/domain/sync.ts";
import type { AccountRange } from "../../../../../lambdas/core/ports/sync.ts";
import { lookIntoSlice } from "../../../../../lambdas/core/use-cases/sync/look-into-slice.ts";
import { FakeAccounts } from "../../../../sync/accounts-under-test.ts";
import { anAccountId } from "../../../../support/builders.ts";
import { EagerClock } from "../../../../support/fakes/eager-clock.ts";
import { FakeIntegrationStore } from "../../../../support/fakes/integration-store.ts";
import { FakeInventory } from "../../../../support/fakes/inventory.ts";
import { FakeSyncStore } from "../../../../support/fakes/sync-store.ts";
import { aRunningSync, home } from "../../../../support/integrations.ts";

const [finished, left] = [anAccountId(1), anAccountId(2)];

/** Another attempt, which was thought lost, is done with an account right behind the reading of what is done. */
class StoreOfTwoAttempts extends FakeSyncStore {
  override async *accounts(id: SyncId, range?: AccountRange) {
    yield* super.accounts(id, range);
    await this.putAccount(id, {
      status: "done",
      accountId: finished,
      calls: {},
      throttles: 0,
      changes: { appeared: 1, changed: 0, vanished: 0 },
      problems: [],
      moreProblems: 0,
    });
  }
}

it("looks into no account again that another attempt is done with meanwhile, and goes on with the next", async () => {
  const clock = new EagerClock();
  const [syncs, inventory, integrations] = [
    new StoreOfTwoAttempts(),
    new FakeInventory(),
    new FakeIntegrationStore(),
  ];
  const accounts = new FakeAccounts(clock);
  const observedAt = timestamp(clock.now());
  for (const id of [finished, left]) {
    const fact: AccountFact = {
      kind: "account",
      id,
      name: `account-${id}`,
      state: "ACTIVE",
      organizationalUnits: [OrganizationalUnitIdSchema.parse("r-a1b2")],
      tags: {},
    };
    await inventory.record({ fact, since: observedAt, observedAt });
  }
  const sync = aRunningSync({ scope: "resources" });
  await syncs.put(sync);
  await integrations.put({ ...home, memberAccounts: true });

  const look = lookIntoSlice({
    integrations,
    syncs,
    inventory,
    connectTo: () => accounts.connection((_name, does) => does()),
    clock,
  });
  const slice = { through: left, accounts: 2 };
  expect(await look({ syncId: sync.id, slice, retries: 1 })).toEqual({ next: "end" });
  expect(accounts.lookedInto).toEqual([left]);
  const noted = [];
  for await (const page of syncs.accounts(sync.id)) noted.push(...page);
  expect(noted).toMatchObject([
    { accountId: finished, status: "done", changes: { appeared: 1 } },
    { accountId: left, status: "done" },
  ]);
});
