import { expect, it } from "vitest";
import { IntegrationNameSchema } from "../../../lambdas/core/domain/integration.ts";
import { AccountIdSchema, timestamp } from "../../../lambdas/core/domain/ids.ts";
import {
  syncIdOf,
  type RunningSync,
  type SyncScope,
  type DoneAccount,
  type SyncedAccount,
} from "../../../lambdas/core/domain/sync.ts";
import { anAccountId } from "../../support/builders.ts";
import { aProblem } from "../../support/integrations.ts";
import { describeStores } from "./describe-stores.ts";

const organization = IntegrationNameSchema.parse("organization");
const another = IntegrationNameSchema.parse("another");

const aSync = (hour: number, integration = organization, scope: SyncScope = "identity"): RunningSync => {
  const begunAt = new Date(Date.UTC(2026, 0, 1, hour));
  return {
    id: syncIdOf(integration, scope, begunAt),
    integration,
    scope,
    version: 1,
    begunAt: timestamp(begunAt),
    updatedAt: timestamp(begunAt),
    baseline: false,
    calls: { "organizations:ListAccounts": 3 },
    throttles: 0,
    changes: { appeared: 1, changed: 2, vanished: 3 },
    counts: { account: 4 },
    method: { chosen: "by-account", why: "It needs the fewest calls." },
    problems: [],
    moreProblems: 0,
    status: "running",
    checkpoint: { phase: "accounts" },
    done: 0,
    phaseBegunAt: timestamp(begunAt),
  };
};

const anAccount = (account: number, throttles = 0): DoneAccount => ({
  status: "done",
  accountId: anAccountId(account),
  calls: { "iam:ListUsers": 5 },
  throttles,
  changes: { appeared: 0, changed: 0, vanished: 0 },
  problems: [
    {
      code: "member-role-missing",
      severity: "warning",
      message: "The role is missing.",
      fix: "Deploy it.",
      accountId: anAccountId(account),
    },
  ],
  moreProblems: 0,
});

const all = async <T>(pages: AsyncIterable<readonly T[]>): Promise<readonly T[]> => {
  const found: T[] = [];
  for await (const page of pages) found.push(...page);
  return found;
};

const at = <T>(list: readonly T[], index: number): T => {
  const item = list[index];
  if (item === undefined) throw new Error(`There is no item ${index}`);
  return item;
};

describeStores("syncs", (stores) => {
  it("gives back exactly what was written, and replaces only the version before", async () => {
    const { syncs } = stores();
    const sync = aSync(1);
    expect(await syncs.get(sync.id)).toBeUndefined();
    expect(await syncs.put(sync)).toBe("written");
    expect(await syncs.put(sync)).toBe("conflict");
    const second = { ...sync, version: 2, done: 7, total: 9 };
    expect(await syncs.put({ ...second, version: 3 })).toBe("conflict");
    expect(await syncs.put(second)).toBe("written");
    expect(await syncs.get(sync.id)).toEqual(second);
  });

  it("lists those of an integration and scope, the newest first", async () => {
    const { syncs } = stores();
    const [first, second, third] = [aSync(1), aSync(2), aSync(3)];
    for (const sync of [second, third, first, aSync(4, another), aSync(5, organization, "resources")]) {
      await syncs.put(sync);
    }
    const of = { integration: organization, scope: "identity" } as const;
    expect(await syncs.list(of, { limit: 3 })).toEqual({ items: [third, second, first], more: false });
    expect(await syncs.list(of, { limit: 2 })).toEqual({ items: [third, second], more: true });
    expect(await syncs.list(of, { limit: 2, before: second.id })).toEqual({ items: [first], more: false });
    const between = syncIdOf(organization, "identity", new Date(Date.UTC(2026, 0, 1, 2, 30)));
    expect(await syncs.list(of, { limit: 1, before: between })).toEqual({ items: [second], more: true });
    expect(await syncs.list(of, { limit: 1, before: first.id })).toEqual({ items: [], more: false });
  });

  it("keeps the accounts of a pass by their ids, and the last that was written of each", async () => {
    const { syncs } = stores();
    const [sync, other] = [aSync(1, organization, "resources"), aSync(2, organization, "resources")];
    expect(await all(syncs.accounts(sync.id))).toEqual([]);
    await syncs.putAccount(sync.id, anAccount(3));
    await syncs.putAccount(sync.id, anAccount(1));
    await syncs.putAccount(sync.id, anAccount(3, 4));
    await syncs.putAccount(other.id, anAccount(2));
    expect(await all(syncs.accounts(sync.id))).toEqual([anAccount(1), anAccount(3, 4)]);
    await syncs.put(sync);
    expect(await syncs.list({ integration: organization, scope: "resources" }, { limit: 9 })).toEqual({
      items: [sync],
      more: false,
    });
  });

  it("keeps that an account is done, whoever notes later that it was begun with", async () => {
    const { syncs } = stores();
    const { id } = aSync(1, organization, "resources");
    const begun = (attempts: number) =>
      ({ status: "begun", accountId: anAccountId(1), attempts }) satisfies SyncedAccount;
    expect(await syncs.putAccount(id, begun(1))).toBe("written");
    expect(await syncs.putAccount(id, begun(2))).toBe("written");
    expect(await all(syncs.accounts(id))).toEqual([begun(2)]);
    const unanswered = {
      status: "unanswered",
      accountId: anAccountId(1),
      calls: { "sts:AssumeRole": 2 },
      throttles: 0,
      problem: aProblem(),
    } as const satisfies SyncedAccount;
    expect(await syncs.putAccount(id, unanswered)).toBe("written");
    expect(await all(syncs.accounts(id))).toEqual([unanswered]);
    expect(await syncs.putAccount(id, anAccount(1))).toBe("written");
    expect(await syncs.putAccount(id, begun(3))).toBe("conflict");
    expect(await syncs.putAccount(id, unanswered)).toBe("conflict");
    expect(await all(syncs.accounts(id))).toEqual([anAccount(1)]);
    expect(await syncs.putAccount(id, anAccount(1, 4))).toBe("written");
    expect(await all(syncs.accounts(id))).toEqual([anAccount(1, 4)]);
  });

  it("finds the accounts of a pass within a range, both ends included, however many they are", async () => {
    const { syncs } = stores();
    const { id } = aSync(1, organization, "resources");
    const ids = Array.from({ length: 30 }, (_, index) =>
      AccountIdSchema.parse(String(300_000_000_000 + index)),
    );
    for (const accountId of ids) await syncs.putAccount(id, { ...anAccount(1), accountId });
    const range = { from: at(ids, 2), through: at(ids, 26) };
    const found = (await all(syncs.accounts(id, range))).map(({ accountId }) => accountId);
    expect(found).toEqual(ids.slice(2, 27));
  });
});
