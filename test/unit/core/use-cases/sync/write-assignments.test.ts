import { describe, expect, it } from "vitest";
import { factId, ofPair, type AssignmentFact } from "../../../../../lambdas/core/domain/inventory/facts.ts";
import type { RequestId, Timestamp } from "../../../../../lambdas/core/domain/ids.ts";
import type { EntitlementWatch } from "../../../../../lambdas/core/ports/sync.ts";
import {
  differencesWithin,
  writeDifferences,
  type Changes,
} from "../../../../../lambdas/core/use-cases/sync/reconcile.ts";
import { writeAssignments } from "../../../../../lambdas/core/use-cases/sync/write-assignments.ts";
import { aRequestId } from "../../../../support/builders.ts";
import { anAssignmentFact } from "../../../../support/facts.ts";
import { FakeInventory } from "../../../../support/fakes/inventory.ts";

const ours = anAssignmentFact(2, "PowerUser", { user: "alice" });
const others = anAssignmentFact(2, "PowerUser", { user: "bob" });
const request = aRequestId("one");

type Settled = { readonly version: number; readonly heldBy: readonly RequestId[] };

/** The moments at which something else can happen while a sync looks at a pair. */
type Moment = "listed" | "first reading" | "second look" | "second reading";

/** AWS, Lockstep's records and the inventory, and a sync that looks at one pair while others go on. */
const world = () => {
  let at = Date.UTC(2026, 0, 1);
  const now = (): Timestamp => new Date((at += 1)).toISOString() as Timestamp;
  const inAws = new Set<string>();
  const records = new Map<string, "unsettled" | Settled>();
  const inventory = new FakeInventory();
  let meanwhile: Partial<Record<Moment, () => unknown>> = {};
  let looks = 0;
  const happens = async (moment: Moment) => {
    const { [moment]: event, ...rest } = meanwhile;
    meanwhile = rest;
    await event?.();
  };
  const readings = new Map<string, number>();
  const entitlements: EntitlementWatch = {
    of: async (fact) => {
      const reading = (readings.get(factId(fact)) ?? 0) + 1;
      readings.set(factId(fact), reading);
      const record = records.get(factId(fact)) ?? { version: 0, heldBy: [] };
      await happens(reading === 1 ? "first reading" : "second reading");
      return record;
    },
  };
  const listed = (): readonly AssignmentFact[] => [ours, others].filter((fact) => inAws.has(factId(fact)));
  const write = writeDifferences({ inventory });
  const look = () => ({ observedAt: now() });
  return {
    inventory,
    inAws,
    records,
    /** As an event tells, with a look of its own. */
    event: async () => {
      const observedAt = now();
      for (const fact of [ours, others]) {
        if (inAws.has(factId(fact))) await inventory.record({ fact, since: observedAt, observedAt });
        else await inventory.forget({ kind: "assignment", id: factId(fact) }, { observedAt });
      }
    },
    grant: {
      takesHold: () => records.set(factId(ours), "unsettled"),
      creates: () => inAws.add(factId(ours)),
      ends: (version = 2) => records.set(factId(ours), { version, heldBy: [request] }),
    },
    revoke: {
      takesHold: () => records.set(factId(ours), "unsettled"),
      deletes: () => inAws.delete(factId(ours)),
      ends: (version = 4) => records.set(factId(ours), { version, heldBy: [] }),
    },
    known: () => inventory.all.map(({ fact }) => factId(fact)),
    looks: () => looks,
    /** One look of a sync at the pair, with what happens at its moments. */
    sync: async (events: typeof meanwhile = {}): Promise<Changes> => {
      meanwhile = events;
      readings.clear();
      const seenAt = look();
      const found = listed();
      await happens("listed");
      const scope = { kind: "assignment", within: ofPair(ours) } as const;
      const differences = await differencesWithin(inventory, scope, found);
      const assignments = {
        assignmentsOf: async () => {
          looks += 1;
          const present = listed();
          await happens("second look");
          return present;
        },
      };
      return writeAssignments({ write, entitlements, assignments, look })(differences, seenAt);
    },
  };
};

const NOTHING = { appeared: 0, changed: 0, vanished: 0 };

describe("assignments that Lockstep never had to do with", () => {
  it("are written as they were seen, without a second look", async () => {
    const { inAws, sync, known, looks } = world();
    inAws.add(factId(others));
    expect(await sync()).toEqual({ ...NOTHING, appeared: 1 });
    inAws.clear();
    expect(await sync()).toEqual({ ...NOTHING, vanished: 1 });
    expect(known()).toEqual([]);
    expect(looks()).toBe(0);
  });

  it("are written beside those that Lockstep works on", async () => {
    const { inAws, sync, known, grant } = world();
    inAws.add(factId(others));
    grant.takesHold();
    grant.creates();
    expect(await sync()).toEqual({ ...NOTHING, appeared: 1 });
    expect(known()).toEqual([factId(others)]);
  });
});

describe("a sync that races a revoke", () => {
  const held = () => {
    const made = world();
    made.grant.creates();
    made.grant.ends();
    return made;
  };

  it("does not bring back what it listed before the revoke deleted it", async () => {
    const { sync, known, revoke, event } = held();
    const revoked = async () => {
      revoke.deletes();
      revoke.ends();
      await event();
    };
    expect(await sync({ listed: revoked })).toEqual(NOTHING);
    expect(known()).toEqual([]);
  });

  it("does not bring it back when no event told of the revoke either", async () => {
    const { sync, known, revoke } = held();
    const revoked = () => {
      revoke.deletes();
      revoke.ends();
    };
    expect(await sync({ listed: revoked })).toEqual(NOTHING);
    expect(known()).toEqual([]);
  });

  it("leaves to the next look what is being removed when the record is read", async () => {
    const { sync, known, revoke, looks } = held();
    expect(await sync({ listed: revoke.takesHold })).toEqual(NOTHING);
    expect(looks()).toBe(0);
    revoke.deletes();
    revoke.ends();
    expect(await sync()).toEqual(NOTHING);
    expect(known()).toEqual([]);
  });

  it("writes nothing when the revoke begins between the two readings and the second look still sees it", async () => {
    const { sync, known, revoke } = held();
    const whole = () => {
      revoke.deletes();
      revoke.ends();
    };
    expect(await sync({ "second look": whole })).toEqual(NOTHING);
    expect(known()).toEqual([]);
  });

  it("writes nothing when the revoke takes hold after the second look", async () => {
    const { sync, revoke } = held();
    expect(await sync({ "second look": revoke.takesHold })).toEqual(NOTHING);
  });

  it("takes away what was revoked in between, once its record is settled: nobody holds it", async () => {
    const { sync, known, revoke, inventory } = held();
    expect(await sync()).toEqual({ ...NOTHING, appeared: 1 });
    expect(inventory.all[0]?.heldBy).toEqual([request]);
    revoke.deletes();
    revoke.ends();
    expect(await sync()).toEqual({ ...NOTHING, vanished: 1 });
    expect(known()).toEqual([]);
  });

  it("sees a revoke and a new grant in one pass as no change", async () => {
    const { sync, known, revoke, grant } = held();
    await sync();
    const both = () => {
      revoke.deletes();
      revoke.ends(4);
      grant.creates();
      grant.ends(6);
    };
    expect(await sync({ listed: both })).toEqual(NOTHING);
    expect(known()).toEqual([factId(ours)]);
  });
});

describe("a sync that races a grant", () => {
  it("does not take away what it did not list before the grant created it, and an event brought in", async () => {
    const { sync, known, grant, event } = world();
    const granted = async () => {
      grant.takesHold();
      grant.creates();
      grant.ends();
      await event();
    };
    expect(await sync({ listed: granted })).toEqual(NOTHING);
    expect(known()).toEqual([factId(ours)]);
  });

  it("leaves to the next look what is being granted, and tells then which request holds it", async () => {
    const { sync, grant, inventory } = world();
    grant.takesHold();
    grant.creates();
    expect(await sync()).toEqual(NOTHING);
    grant.ends();
    expect(await sync()).toEqual({ ...NOTHING, appeared: 1 });
    expect(inventory.all[0]?.heldBy).toEqual([request]);
  });

  it("takes nothing away when the grant begins after the first reading, and was through before the second look", async () => {
    const { sync, known, grant, event, revoke } = world();
    // It is in the inventory from before, and AWS lost it: the record says that nobody holds it.
    grant.creates();
    await event();
    revoke.deletes();
    revoke.ends(4);
    const granted = async () => {
      grant.creates();
      grant.ends(6);
      await event();
    };
    expect(await sync({ "first reading": granted })).toEqual(NOTHING);
    expect(known()).toEqual([factId(ours)]);
  });

  it("takes nothing away when the grant comes between the second look and the second reading", async () => {
    const { sync, known, grant, event, revoke } = world();
    grant.creates();
    await event();
    revoke.deletes();
    revoke.ends(4);
    const granted = async () => {
      grant.creates();
      grant.ends(6);
      await event();
    };
    expect(await sync({ "second look": granted })).toEqual(NOTHING);
    expect(known()).toEqual([factId(ours)]);
  });

  it("writes no older look over what an event brought in after the second reading", async () => {
    const { sync, known, grant, event, revoke } = world();
    grant.creates();
    await event();
    revoke.deletes();
    revoke.ends(4);
    const granted = async () => {
      grant.creates();
      await event();
    };
    expect(await sync({ "second reading": granted })).toEqual(NOTHING);
    expect(known()).toEqual([factId(ours)]);
  });

  it("tells of an assignment that somebody else made where Lockstep's own had ended", async () => {
    const { sync, known, grant, revoke, inventory } = world();
    revoke.ends(4);
    grant.creates();
    expect(await sync()).toEqual({ ...NOTHING, appeared: 1 });
    expect(known()).toEqual([factId(ours)]);
    expect(inventory.all[0]?.heldBy).toEqual([]);
  });

  it("tells of an assignment that somebody else deleted while a request held it", async () => {
    const { sync, known, grant, revoke, event } = world();
    grant.creates();
    grant.ends();
    await event();
    revoke.deletes();
    expect(await sync()).toEqual({ ...NOTHING, vanished: 1 });
    expect(known()).toEqual([]);
  });
});
