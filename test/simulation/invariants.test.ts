import { describe, expect, test } from "vitest";
import type { AuditEntry } from "../../lambdas/core/domain/audit.ts";
import type { ConfigurationEntry } from "../../lambdas/core/domain/configuration/entry.ts";
import { Conditions } from "./conditions.ts";
import { userId, type PersonName } from "./cast.ts";
import {
  assignmentsOf,
  Ledger,
  type Claim,
  type RequestAction,
  type SaidDecision,
  type Tracked,
} from "./ledger.ts";
import { executionArnOf } from "../../local/step-functions/arns.ts";
import { MACHINE } from "./lockstep/names.ts";
import { combine } from "./oracle/combine.ts";
import { invariants } from "./oracle/invariants.ts";
import type { Watcher } from "./oracle/watcher.ts";
import { anyOfEach, flows } from "./policy.ts";

/** A made-up trace: what the watchers of one invariant are told, and which violations they report. */
const underWatch = (number: number) => {
  const start = Date.parse("2026-03-02T08:00:00.000Z");
  const ledger = new Ledger(start);
  const conditions = new Conditions();
  const violations: string[] = [];
  let now = start;
  const invariant = invariants.find((candidate) => candidate.number === number);
  if (invariant === undefined) throw new Error(`There is no invariant ${number}`);
  const watcher: Required<Watcher> = combine([
    invariant.watch({
      history: { seed: "doctored", steps: [] },
      ledger,
      conditions,
      now: () => now,
      violated: (message) => violations.push(message),
    }),
  ]);
  const action: RequestAction = {
    do: "request",
    who: "alice",
    account: "staging",
    permissionSets: ["ReadOnly"],
    seconds: 600,
  };
  const tracked: Tracked = {
    n: 0,
    id: "r-1",
    action,
    keys: assignmentsOf(action),
    askedAt: start,
    madeAt: start,
    claims: [],
  };
  const key = tracked.keys[0] ?? "";
  ledger.track(tracked);
  ledger.flows.set("staging/1", {
    name: "staging",
    version: 1,
    by: "tara",
    terms: { steps: anyOfEach("leads"), extensionNeedsApproval: true },
    at: start,
  });
  const claim = (
    status: Claim["status"],
    type: AuditEntry["type"],
    expiresAt?: number,
    flowVersion = 1,
    actor: object = {},
  ) => {
    const version = tracked.claims.length + 1;
    const made: Claim = {
      status,
      version,
      ...(expiresAt === undefined ? {} : { expiresAt }),
      next: now,
      entry: {
        requestId: tracked.id,
        sequence: version,
        type,
        actor,
        hash: `hash-${version}`,
      } as unknown as AuditEntry,
      at: now,
      flow: { name: "staging", version: flowVersion },
    };
    tracked.claims.push(made);
    watcher.claimed(tracked, made);
    return made;
  };
  const decide = (
    who: PersonName,
    on: SaidDecision["on"] = "request",
    decision: "approve" | "reject" = "approve",
    step?: number,
  ) => {
    const named = step === undefined ? {} : { step };
    ledger.decisions.push({ of: 0, who, decision, on, ...named, from: now, to: now, taken: "yes" });
  };
  return {
    watcher,
    ledger,
    conditions,
    tracked,
    key,
    violations,
    claim,
    decide,
    start,
    giveByItself: () => {
      const { terms } = flows.automatic;
      ledger.flows.set("staging/1", { name: "automatic", version: 1, by: "tara", terms, at: start });
      ledger.leave("bruno", "oncall", start);
      Object.assign(tracked, { automatic: true });
    },
    beEmergency: () => {
      const breakGlass = { reviewWithinMinutes: 60, watchers: ["security", "oncall"] } as const;
      const terms = { steps: [], extensionNeedsApproval: true, breakGlass };
      Object.assign(action, { breakGlass: true });
      ledger.flows.set("staging/1", { name: "staging", version: 1, by: "tara", terms, at: start });
    },
    review: (who: PersonName) => {
      ledger.reviews.push({ of: 0, who, from: now, taken: "yes" });
      claim("ended", "AccessReviewed", undefined, 1, { type: "user", userId: userId(who) });
    },
    pass: (seconds: number) => {
      now += seconds * 1_000;
      return now;
    },
    assign: (present: boolean, by: "lockstep" | "hand") => {
      if (present) ledger.present.add(key);
      else ledger.present.delete(key);
      watcher.assigned({ key, present, by, at: now });
    },
  };
};

/** One doctored trace for each invariant that must be reported, and the same without the defect, which must not. */
const traces: Readonly<Record<number, (trace: ReturnType<typeof underWatch>, isDoctored: boolean) => void>> =
  {
    1: (trace, isDoctored) => {
      trace.tracked.need = { from: trace.start, until: trace.start + 600_000 };
      trace.assign(true, "lockstep");
      trace.pass(isDoctored ? 3_600 : 630);
      trace.assign(false, "lockstep");
    },
    2: (trace, isDoctored) => {
      trace.assign(true, isDoctored ? "hand" : "lockstep");
      trace.assign(false, "lockstep");
    },
    3: (trace, isDoctored) => {
      trace.assign(true, "lockstep");
      trace.claim("active", "AccessGranted", trace.start + 600_000);
      trace.pass(isDoctored ? 300 : 601);
      trace.assign(false, "lockstep");
    },
    4: (trace, isDoctored) => {
      trace.decide(isDoctored ? "alice" : "grace");
      trace.claim("active", "AccessGranted", trace.start + 600_000);
    },
    5: (trace, isDoctored) => {
      const { entry } = trace.claim("pending", "RequestSubmitted");
      trace.watcher.recorded(isDoctored ? { ...entry, hash: "another" } : entry, false);
    },
    6: (trace, isDoctored) => {
      trace.claim(isDoctored ? "revoking" : "ended", isDoctored ? "RevocationStarted" : "AccessEnded");
      trace.watcher.end();
    },
    7: (trace, isDoctored) => {
      for (let call = 0; call < (isDoctored ? 21 : 20); call += 1) trace.watcher.calledSsoAdmin();
    },
    8: (trace, isDoctored) => {
      const token = Buffer.from(executionArnOf(MACHINE, "some-execution")).toString("base64");
      trace.watcher.text("the log", isDoctored ? `{"taskToken":"${token}"}` : "{}");
    },
    9: (trace, isDoctored) => {
      if (isDoctored) trace.watcher.defect("grant-access", "TypeError: undefined is not a function");
    },
    10: (trace, isDoctored) => {
      trace.claim("approved", "RequestApproved");
      trace.claim("active", "AccessGranted", trace.start + 600_000);
      trace.pass(isDoctored ? 300 : 600);
      trace.claim("revoking", "RevocationStarted");
      trace.watcher.end();
    },
    11: (trace, isDoctored) => {
      trace.assign(true, isDoctored ? "lockstep" : "hand");
      trace.watcher.inventoried({
        key: trace.key,
        change: "Appeared",
        heldBy: [],
        observedAt: trace.pass(1),
      });
    },
    12: (trace, isDoctored) => {
      trace.assign(true, "lockstep");
      trace.watcher.synced(new Set(isDoctored ? [] : [trace.key]), new Set());
    },
    16: (trace, isDoctored) => {
      trace.giveByItself();
      trace.claim("active", "AccessGranted", trace.start + 600_000);
      trace.pass(60);
      trace.ledger.leave("alice", "oncall", trace.pass(0));
      trace.pass(isDoctored ? 900 : 120);
      trace.claim("revoking", "RevocationStarted");
      trace.pass(3_600);
      trace.watcher.end();
    },
    15: (trace, isDoctored) => {
      trace.claim("ended", "AccessEnded");
      trace.beEmergency();
      trace.review(isDoctored ? "alice" : "zoe");
    },
    14: (trace, isDoctored) => {
      trace.ledger.flows.set("staging/2", {
        name: "staging",
        version: 2,
        by: isDoctored ? "alice" : "tara",
        terms: { steps: [], extensionNeedsApproval: true },
        at: trace.start,
      });
      trace.claim("approved", "RequestApproved", undefined, 2);
    },
    17: (trace, isDoctored) => {
      const terms = { steps: [], extensionNeedsApproval: true, inactive: true } as const;
      const waits = trace.claim("pending", "RequestSubmitted");
      Object.assign(waits, { next: trace.start + 7_200_000 });
      trace.pass(60);
      trace.ledger.flows.set("staging/2", {
        name: "staging",
        version: 2,
        by: "tara",
        terms,
        at: trace.pass(0),
      });
      if (!isDoctored) {
        trace.pass(300);
        trace.claim("cancelled", "RequestWithdrawn");
      }
      trace.pass(3_600);
      trace.watcher.end();
    },
    18: (trace, isDoctored) => {
      const opens = trace.start + 300_000;
      const waits = trace.claim("active", "ExtensionRequested", trace.start + 7_200_000);
      Object.assign(waits, { untold: { opens, deadline: trace.start + 7_200_000 } });
      trace.pass(isDoctored ? 700 : 600);
      trace.claim("active", "ExtensionEscalated", trace.start + 7_200_000);
      trace.watcher.end();
    },
    13: (trace, isDoctored) => {
      trace.watcher.read("sync", isDoctored ? "DeleteAccountAssignment" : "ListAccountAssignments");
    },
  };

describe("every invariant", () => {
  test.each(invariants.map(({ number, title }) => ({ number, title })))("$number: $title", ({ number }) => {
    const run = (isDoctored: boolean) => {
      const trace = underWatch(number);
      traces[number]?.(trace, isDoctored);
      return trace.violations;
    };
    expect(run(false)).toEqual([]);
    expect(run(true)).not.toEqual([]);
  });

  test("an expiry that moves without having been asked for is reported", () => {
    const trace = underWatch(1);
    trace.claim("active", "AccessGranted", trace.start + 600_000);
    trace.claim("active", "AccessExtended", trace.start + 1_200_000);
    expect(trace.violations).toEqual([expect.stringContaining("moved")]);
  });

  describe("about drift", () => {
    const told = (about: (trace: ReturnType<typeof underWatch>) => void) => {
      const trace = underWatch(11);
      about(trace);
      return trace.violations;
    };
    const write = (
      trace: ReturnType<typeof underWatch>,
      change: "Appeared" | "Vanished",
      heldBy: string[],
    ) => {
      trace.watcher.inventoried({ key: trace.key, change, heldBy, observedAt: trace.pass(1) });
    };

    test("reports what AWS did not have when it is said to have appeared", () => {
      expect(
        told((trace) => {
          write(trace, "Appeared", []);
        }),
      ).toContainEqual(expect.stringContaining("AWS did not have it"));
    });

    test("reports what AWS had all the time when it is said to have vanished", () => {
      expect(
        told((trace) => {
          trace.assign(true, "hand");
          trace.pass(60);
          write(trace, "Vanished", []);
        }),
      ).toEqual([expect.stringContaining("AWS had it")]);
    });

    test("reports an active request's access that is said to be somebody else's", () => {
      const held = (heldBy: string[]) =>
        told((trace) => {
          trace.assign(true, "lockstep");
          trace.claim("active", "AccessGranted", trace.start + 600_000);
          trace.pass(10);
          write(trace, "Appeared", heldBy);
        });
      expect(held(["r-1"])).toEqual([]);
      expect(held([]).length).toBeGreaterThan(0);
      expect(held(["r-2"])).toContainEqual(expect.stringContaining("never asked"));
    });

    test("reports a removal of Lockstep's that is said to be somebody else's", () => {
      const removed = (by: "lockstep" | "hand", heldBy: string[]) =>
        told((trace) => {
          trace.assign(true, "lockstep");
          trace.pass(10);
          trace.assign(false, by);
          write(trace, "Vanished", heldBy);
        });
      expect(removed("lockstep", [])).toEqual([]);
      expect(removed("hand", ["r-1"])).toEqual([]);
      expect(removed("lockstep", ["r-1"])).toEqual([expect.stringContaining("nobody else ever took it")]);
    });

    test("reports an older look that replaces a later one", () => {
      const { watcher, key, violations, start } = underWatch(11);
      watcher.inventoried({ key, heldBy: [], observedAt: start, before: start });
      expect(violations).toEqual([]);
      watcher.inventoried({ key, heldBy: [], observedAt: start, before: start + 1 });
      expect(violations).toHaveLength(1);
    });

    test("allows for clocks that are off, as far as any was", () => {
      const seenAfterwards = (furthestClockOff: number) => {
        const { watcher, key, violations, pass, assign, start, conditions } = underWatch(11);
        conditions.furthestClockOff = furthestClockOff;
        assign(true, "hand");
        pass(30);
        assign(false, "hand");
        pass(30);
        watcher.inventoried({ key, change: "Appeared", heldBy: [], observedAt: start + 50_000 });
        return violations;
      };
      expect(seenAfterwards(0)).toHaveLength(1);
      expect(seenAfterwards(40_000)).toEqual([]);
    });
  });

  test("an emergency that nobody reviewed is told of in time, not before, and stays on the list", () => {
    const told = (minutes: number) => {
      const trace = underWatch(15);
      trace.beEmergency();
      trace.claim("ended", "AccessEnded");
      trace.pass(minutes * 60);
      trace.watcher.toldOverdue(trace.tracked.id);
      return trace.violations;
    };
    expect(told(60)).toEqual([]);
    expect(told(50)).toEqual([expect.stringContaining("is not")]);
    const never = underWatch(15);
    never.beEmergency();
    never.claim("ended", "AccessEnded");
    never.watcher.listedUnreviewed(new Set([never.tracked.id]));
    expect(never.violations).toEqual([]);
    never.watcher.listedUnreviewed(new Set());
    never.pass(6 * 3_600);
    never.watcher.end();
    expect(never.violations).toEqual([
      expect.stringContaining("not on the list"),
      expect.stringContaining("nobody was told"),
    ]);
  });

  test("what Lockstep is not through with may be in the inventory or not", () => {
    const { watcher, key, violations, assign } = underWatch(12);
    assign(true, "lockstep");
    watcher.synced(new Set(), new Set([key]));
    assign(false, "lockstep");
    watcher.synced(new Set([key]), new Set([key]));
    expect(violations).toEqual([]);
    watcher.synced(new Set([key]), new Set());
    expect(violations).toEqual([expect.stringContaining("still has")]);
  });

  test("a tier of more time that is told of before it opens, or that there is not, is reported", () => {
    const told = (untold: object) => {
      const trace = underWatch(18);
      const until = trace.start + 7_200_000;
      Object.assign(trace.claim("active", "ExtensionRequested", until), untold);
      trace.pass(300);
      trace.claim("active", "ExtensionEscalated", until);
      return trace.violations;
    };
    const opening = (afterSeconds: number, start = Date.parse("2026-03-02T08:00:00.000Z")) => ({
      untold: { opens: start + afterSeconds * 1_000, deadline: start + 7_200_000 },
    });
    expect(told(opening(300))).toEqual([]);
    expect(told(opening(301))).toEqual([expect.stringContaining("not open")]);
    expect(told({})).toEqual([expect.stringContaining("not open")]);
  });

  test("a request that is withdrawn while its flow serves people is reported", () => {
    const trace = underWatch(17);
    trace.claim("pending", "RequestSubmitted");
    trace.claim("cancelled", "RequestWithdrawn");
    expect(trace.violations).toEqual([expect.stringContaining("serves people")]);
  });

  test("a chain of configuration that breaks, or is written over, is reported", () => {
    const recorded = (previousHash: string, replaced = false) => {
      const trace = underWatch(5);
      const subject = { kind: "bundle", name: "prod" };
      const entry = (sequence: number, link: object) =>
        ({ subject, sequence, hash: `hash-${sequence}`, ...link }) as unknown as ConfigurationEntry;
      trace.watcher.recordedConfiguration(entry(1, { previousHash: "none" }), false);
      trace.watcher.recordedConfiguration(entry(2, { previousHash }), replaced);
      return trace.violations;
    };
    expect(recorded("hash-1")).toEqual([]);
    expect(recorded("another")).toEqual([expect.stringContaining("breaks")]);
    expect(recorded("hash-1", true)).toEqual([expect.stringContaining("written over")]);
  });

  test("what somebody said of one step does not decide another", () => {
    const active = (step: number) => {
      const trace = underWatch(4);
      trace.decide("grace", "request", "approve", step);
      trace.claim("active", "AccessGranted", trace.start + 600_000);
      return trace.violations;
    };
    expect(active(1)).toEqual([]);
    expect(active(2)).toEqual([expect.stringContaining("without its approvals")]);
  });

  test("more time without the approvals that it needs is reported", () => {
    const more = (who: "grace" | "alice") => {
      const trace = underWatch(4);
      trace.decide("grace");
      trace.claim("granting", "GrantStarted", trace.start + 600_000);
      trace.claim("active", "AccessGranted", trace.start + 600_000);
      const from = trace.pass(60);
      const asked = { of: 0, who: "alice", seconds: 600, from, to: from, taken: "yes" } as const;
      trace.ledger.extensions.push(asked);
      trace.claim("active", "ExtensionRequested", trace.start + 600_000);
      trace.pass(1);
      trace.decide(who, "extension");
      trace.claim("active", "AccessExtended", trace.start + 1_200_000);
      return trace.violations;
    };
    expect(more("grace")).toEqual([]);
    expect(more("alice")).toEqual([expect.stringContaining("longer without its approvals")]);
  });
});
