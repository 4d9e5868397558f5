import { expect, it } from "vitest";
import { timestamp, type RotaName } from "../../../../../lambdas/core/domain/ids.ts";
import type { Fact } from "../../../../../lambdas/core/domain/inventory/facts.ts";
import { tellWhatDied } from "../../../../../lambdas/core/use-cases/lint/tell-what-died.ts";
import { aFlow, aPermissionSetArn, aUserId, anAccountId } from "../../../../support/builders.ts";
import { FakeEventPublisher } from "../../../../support/fakes/event-publisher.ts";
import { FakeSyncStore } from "../../../../support/fakes/sync-store.ts";
import { FakeToldFindings } from "../../../../support/fakes/told-findings.ts";
import { noGuardrails } from "../../../../support/guardrails.ts";
import { aFinishedSync } from "../../../../support/integrations.ts";
import { flowStoreWith, noPolicies } from "../../../../support/policies.ts";
import { VirtualClock } from "../../../../support/virtual-clock.ts";

const alice = { type: "user", id: aUserId("alice"), name: "alice@example.com" } as const;
const account: Fact = {
  kind: "account",
  id: anAccountId(2),
  name: "payments-prod",
  state: "ACTIVE",
  organizationalUnits: ["r-abcd" as never],
  tags: {},
};
const permissionSet: Fact = {
  kind: "permission-set",
  arn: aPermissionSetArn("PowerUser"),
  name: "PowerUser",
  sessionDuration: "PT1H",
  managedPolicies: [],
  customerManagedPolicies: [],
  tags: {},
};
const user = (enabled = true): Fact => ({ kind: "user", id: alice.id, userName: "alice", enabled });

/** A flow for alice, who is there, and a sync that has seen that. */
const world = async ({ synced = true } = {}) => {
  const policies = noPolicies();
  const dependencies = {
    ...policies,
    flows: flowStoreWith(aFlow({ requestors: alice, approval: { steps: [] } })),
    syncs: new FakeSyncStore(),
    told: new FakeToldFindings(),
    events: new FakeEventPublisher(),
    clock: new VirtualClock(),
    guardrails: noGuardrails,
    protectedAccounts: [],
    mfa: undefined,
  };
  if (synced) await dependencies.syncs.put({ ...aFinishedSync(), version: 1 });
  let second = 0;
  /** Each look is later than the one before. */
  const see = async (...facts: readonly Fact[]) => {
    second += 1;
    const at = timestamp(new Date(Date.UTC(2026, 0, 1, 0, 0, second)));
    for (const fact of facts) await policies.inventory.record({ fact, since: at, observedAt: at });
  };
  await see(account, permissionSet, user());
  return { ...dependencies, see, tell: tellWhatDied(dependencies) };
};

const toldIn = ({ events }: { readonly events: FakeEventPublisher }) =>
  events.published.map(({ type, detail }) => `${type} ${String(detail["code"])}`);

it("tells nothing where everything is there, and writes nothing", async () => {
  const all = await world();
  expect(await all.tell()).toEqual({ errors: 0, told: 0 });
  expect(all.events.published).toEqual([]);
  expect(all.told.told.version).toBe(0);
});

it("tells of what died once, by kind, name, code and place, with what to do and nobody's name", async () => {
  const all = await world();
  await all.see(user(false));
  expect(await all.tell()).toEqual({ errors: 1, told: 1 });
  expect(all.events.published).toEqual([
    {
      id: expect.stringMatching(/^l-[a-z2-7]{26}$/) as unknown,
      type: "ConfigurationDied",
      at: "2026-01-01T00:00:00.000Z",
      detail: {
        version: 1,
        kind: "access-flow",
        name: "prod-power",
        code: "requestors-nobody",
        pointer: "/requestors",
        toDo: expect.stringContaining("PUT or DELETE /access-flows/prod-power") as unknown,
      },
    },
  ]);
  expect(JSON.stringify(all.events.published)).not.toContain("alice");
  expect(await all.tell()).toEqual({ errors: 1, told: 0 });
  expect(all.events.published).toHaveLength(1);
});

it("forgets what was healed, and tells of it anew, as something else, when it dies again", async () => {
  const all = await world();
  await all.see(user(false));
  await all.tell();
  await all.see(user());
  expect(await all.tell()).toEqual({ errors: 0, told: 0 });
  expect(all.told.told.keys).toEqual([]);
  await all.see(user(false));
  await all.tell();
  const [first, second] = all.events.published;
  expect(toldIn(all)).toHaveLength(2);
  expect(first?.id).not.toBe(second?.id);
});

it("tells the same event again where it could not remember it", async () => {
  const all = await world();
  await all.see(user(false));
  all.told.failing = true;
  await expect(all.tell()).rejects.toThrow("does not answer");
  all.told.failing = false;
  await all.tell();
  const [first, second] = all.events.published;
  expect(first?.id).toBe(second?.id);
  await all.tell();
  expect(all.events.published).toHaveLength(2);
});

it("remembers nothing that the bus did not take", async () => {
  const all = await world();
  await all.see(user(false));
  all.events.refusing = true;
  await expect(all.tell()).rejects.toThrow("not accepted");
  all.events.refusing = false;
  expect(await all.tell()).toEqual({ errors: 1, told: 1 });
});

it("tells of errors alone, and of each", async () => {
  const all = await world();
  await all.flows.put(aFlow({ requestors: { type: "on-call", rota: "gone" as RotaName }, version: 2 }));
  await all.tell();
  expect(toldIn(all)).toContain("ConfigurationDied rota-missing");
  expect(toldIn(all).join()).not.toContain("no-standing-anchor");
});

it("calls nothing dead before a sync of identities was finished", async () => {
  const all = await world({ synced: false });
  await all.see(user(false));
  expect(await all.tell()).toBeUndefined();
  expect(all.events.published).toEqual([]);
});
