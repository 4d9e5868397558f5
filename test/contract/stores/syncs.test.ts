import { expect, it } from "vitest";
import { IntegrationNameSchema } from "../../../lambdas/core/domain/integration.ts";
import { timestamp } from "../../../lambdas/core/domain/ids.ts";
import {
  syncIdOf,
  type RunningSync,
  type SyncScope,
  type SyncSlice,
} from "../../../lambdas/core/domain/sync.ts";
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

const aSlice = (from: string, throttles = 0): SyncSlice => ({
  from,
  to: "999999999999",
  accounts: 5,
  calls: { "iam:ListUsers": 5 },
  throttles,
  changes: { appeared: 0, changed: 0, vanished: 0 },
  problems: [
    {
      code: "member-role-missing",
      severity: "warning",
      message: "The role is missing.",
      fix: "Deploy it.",
      accountId: from,
    },
  ],
  moreProblems: 0,
});

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
    expect(await syncs.list(of, { limit: 3 })).toEqual({ items: [third, second, first] });
    const page = await syncs.list(of, { limit: 2 });
    expect(page.items).toEqual([third, second]);
    expect(await syncs.list(of, { limit: 2, cursor: page.cursor ?? "" })).toEqual({ items: [first] });
    await expect(syncs.list(of, { limit: 2, cursor: "nonsense" })).rejects.toMatchObject({
      code: "invalid-cursor",
    });
  });

  it("keeps the slices of a pass by their first account, and the last that was written of each", async () => {
    const { syncs } = stores();
    const [sync, other] = [aSync(1, organization, "resources"), aSync(2, organization, "resources")];
    await syncs.putSlice(sync.id, aSlice("333333333333"));
    await syncs.putSlice(sync.id, aSlice("111111111111"));
    await syncs.putSlice(sync.id, aSlice("333333333333", 4));
    await syncs.putSlice(other.id, aSlice("222222222222"));
    expect(await syncs.slices(sync.id)).toEqual([aSlice("111111111111"), aSlice("333333333333", 4)]);
    await syncs.put(sync);
    expect(await syncs.list({ integration: organization, scope: "resources" }, { limit: 9 })).toEqual({
      items: [sync],
    });
  });
});
