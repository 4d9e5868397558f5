import { describe, expect, it } from "vitest";
import type { ResourceType } from "../../../../../lambdas/core/domain/inventory/facts.ts";
import { OrganizationalUnitIdSchema, timestamp } from "../../../../../lambdas/core/domain/ids.ts";
import type { Integration } from "../../../../../lambdas/core/domain/integration.ts";
import { leftScope } from "../../../../../lambdas/core/use-cases/sync/phases/left-scope.ts";
import type { Phase } from "../../../../../lambdas/core/use-cases/sync/phase.ts";
import { lookIntoAccount } from "../../../../../lambdas/core/use-cases/sync/look-into-account.ts";
import { writeDifferences } from "../../../../../lambdas/core/use-cases/sync/reconcile.ts";
import { FakeAccounts } from "../../../../sync/accounts-under-test.ts";
import { anAccountFact, aResourceFact } from "../../../../support/facts.ts";
import { anOrganizationIntegration } from "../../../../support/integrations.ts";
import { EagerClock } from "../../../../support/fakes/eager-clock.ts";
import { FakeInventory } from "../../../../support/fakes/inventory.ts";

const account = anAccountFact(1, {
  organizationalUnits: [OrganizationalUnitIdSchema.parse("ou-a1b2-11111111")],
});

/** More than one page of what is cleared. */
const BUCKETS = 700;

/** An inventory in which somebody may do something just before a fact is forgotten, or something is read. */
class WatchedInventory extends FakeInventory {
  onForget: () => Promise<void> = () => Promise.resolve();
  onGet: (kind: string) => Promise<void> = () => Promise.resolve();

  override async get(...asked: Parameters<FakeInventory["get"]>): Promise<never> {
    const found = await super.get(...asked);
    await this.onGet(asked[0]);
    return found as never;
  }

  override async forget(...gone: Parameters<FakeInventory["forget"]>): Promise<"written" | "outdated"> {
    await this.onForget();
    return super.forget(...gone);
  }
}

/** An account whose buckets a pass has looked at, and a pass that takes away what left the scope. */
const world = async () => {
  const clock = new EagerClock();
  const inventory = new WatchedInventory();
  const accounts = new FakeAccounts(clock);
  let integrations: readonly Integration[] = [];
  const look = () => {
    void clock.sleep(1);
    return { observedAt: timestamp(clock.now()) };
  };
  const lookedAt = (resourceTypes: readonly ResourceType[]) => {
    integrations = [anOrganizationIntegration({ memberAccounts: true, resourceTypes: [...resourceTypes] })];
  };
  const lookInto = async (): Promise<void> => {
    await lookIntoAccount({
      inventory,
      sources: accounts.connection((_name, does) => does()),
      resourceTypes: ["s3-bucket"],
      write: writeDifferences({ inventory }),
      look,
    })(account);
  };
  const phase = {
    integrations: () => Promise.resolve(integrations),
    inventory,
    progress: {
      sync: { done: 0, checkpoint: { phase: "left-scope" } },
      advance: () => Promise.resolve(),
    },
    clock,
    look,
    isOutOfTime: () => false,
  } as unknown as Phase;
  accounts.of(account.id).resources = Array.from({ length: BUCKETS }, (_, index) =>
    aResourceFact(1, "s3-bucket", `bucket-${String(index)}`),
  );
  const { observedAt } = look();
  await inventory.record({ fact: account, since: observedAt, observedAt });
  lookedAt(["s3-bucket"]);
  await lookInto();
  inventory.announced.length = 0;
  return {
    inventory,
    accounts,
    lookInto,
    lookedAt,
    leftScope: () => leftScope(phase),
    buckets: () => inventory.all.filter(({ fact }) => fact.kind === "resource").length,
    depth: async () =>
      (await inventory.page({ kind: "coverage" }, { limit: 1 })).facts[0]?.fact.subjects["s3-bucket"],
  };
};

type World = Awaited<ReturnType<typeof world>>;

/** Does something once, at the n-th time. */
const atTime = (n: number, work: () => Promise<void>): (() => Promise<void>) => {
  let times = 0;
  return async () => {
    times += 1;
    if (times === n) await work();
  };
};

const putBackAndLookedInto = (under: World) => async (): Promise<void> => {
  under.lookedAt(["s3-bucket"]);
  await under.lookInto();
};

/** The next pass finds in AWS what it did before, and nobody hears of it. */
const isFoundAgainSilently = async (under: World): Promise<void> => {
  await under.lookInto();
  expect(under.buckets()).toBe(BUCKETS);
  expect(under.inventory.announced).toEqual([]);
  expect(await under.depth()).toBe("whole");
};

describe("a type of resources that somebody takes out, and puts back while it is taken away", () => {
  it("goes, and comes back, when nobody is in between", async () => {
    const under = await world();
    under.lookedAt([]);
    await under.leftScope();
    expect(under.buckets()).toBe(0);
    under.lookedAt(["s3-bucket"]);
    await isFoundAgainSilently(under);
  });

  it("stays in the accounts that are not come to yet", async () => {
    const under = await world();
    under.lookedAt([]);
    // The account is read once the integrations are.
    let isDone = false;
    under.inventory.onGet = (kind) => {
      if (kind === "account" && !isDone) {
        isDone = true;
        under.lookedAt(["s3-bucket"]);
      }
      return Promise.resolve();
    };
    await under.leftScope();
    expect(isDone).toBe(true);
    expect(under.buckets()).toBe(BUCKETS);
    expect(await under.depth()).toBe("whole");
  });

  it("stays where it is put back just when it is noted as left", async () => {
    const under = await world();
    under.lookedAt([]);
    let isDone = false;
    const record = under.inventory.record.bind(under.inventory);
    under.inventory.record = async (observed) => {
      if (observed.fact.kind === "coverage" && !isDone) {
        isDone = true;
        under.lookedAt(["s3-bucket"]);
      }
      return record(observed);
    };
    await under.leftScope();
    expect(isDone).toBe(true);
    expect(under.buckets()).toBe(BUCKETS);
    await isFoundAgainSilently(under);
  });

  it("is cleared no further than the page that is under way, and what went is found again silently", async () => {
    const under = await world();
    under.lookedAt([]);
    under.inventory.onForget = atTime(1, putBackAndLookedInto(under));
    await under.leftScope();
    // Of the 500 of the first page, the look put back the nine that had gone before it looked.
    expect(under.buckets()).toBe(BUCKETS - 500 + 9);
    await isFoundAgainSilently(under);
  });

  it("stays when it is put back between two pages", async () => {
    const under = await world();
    under.lookedAt([]);
    const page = under.inventory.page.bind(under.inventory);
    let isDone = false;
    under.inventory.page = async (scope, from) => {
      const found = await page(scope, from);
      if (scope.kind === "resource" && from.from !== undefined && !isDone) {
        isDone = true;
        await putBackAndLookedInto(under)();
      }
      return found;
    };
    await under.leftScope();
    expect(isDone).toBe(true);
    // What the first page had is back already.
    expect(under.buckets()).toBe(BUCKETS);
    await isFoundAgainSilently(under);
  });

  it("is not said to have appeared by a look that began before it was taken out, and comes to it after", async () => {
    const under = await world();
    // The look is at IAM yet when the buckets go.
    const page = under.inventory.page.bind(under.inventory);
    under.inventory.page = async (scope, from) => {
      if (scope.kind === "iam-user") {
        under.inventory.page = page;
        under.lookedAt([]);
        await under.leftScope();
        expect(under.buckets()).toBe(0);
      }
      return page(scope, from);
    };
    await under.lookInto();
    expect(under.inventory.announced).toEqual([]);
    expect(await under.depth()).toBe("left");
    await under.leftScope();
    expect(under.buckets()).toBe(0);
  });

  it("is not known whole by a look that was under way while it was cleared", async () => {
    const under = await world();
    // The look has listed the buckets, and found nothing new, when they go.
    const page = under.inventory.page.bind(under.inventory);
    under.inventory.page = async (scope, from) => {
      const found = await page(scope, from);
      if (scope.kind === "resource" && found.next === undefined) {
        under.inventory.page = page;
        under.lookedAt([]);
        await under.leftScope();
      }
      return found;
    };
    await under.lookInto();
    expect(under.buckets()).toBe(0);
    expect(await under.depth()).toBe("left");
    under.lookedAt(["s3-bucket"]);
    await isFoundAgainSilently(under);
  });
});
