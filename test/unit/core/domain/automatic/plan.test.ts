import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  endOf,
  liveRequest,
  type LiveRequest,
} from "../../../../../lambdas/core/domain/automatic/live-request.ts";
import { rhythmOf } from "../../../../../lambdas/core/domain/automatic/period.ts";
import {
  planFlow,
  TARGETS_PER_REQUEST,
  type Plan,
  type PlannedRequest,
  type Situation,
} from "../../../../../lambdas/core/domain/automatic/plan.ts";
import type { AccessFlow } from "../../../../../lambdas/core/domain/access-flow.ts";
import type { Verdict } from "../../../../../lambdas/core/domain/rule.ts";
import {
  secondsAfter,
  timestamp,
  type AccountId,
  type Timestamp,
} from "../../../../../lambdas/core/domain/ids.ts";
import { targetKey, type Target } from "../../../../../lambdas/core/domain/target-coverage.ts";
import { isWithin, Weekdays, type Timeframe } from "../../../../../lambdas/core/domain/timeframe.ts";
import { anAutomaticFlow } from "../../../../support/automatic.ts";
import {
  aFlow,
  anActiveRequest,
  anEntitlement,
  aPermissionSetArn,
  aPerson,
  aRequestId,
  aUserId,
} from "../../../../support/builders.ts";

/** A Thursday. */
const noon = new Date("2026-01-01T12:00:00.000Z");
const after = (seconds: number, from = noon): Timestamp => secondsAfter(from, seconds);
const HOUR = 3600;

const aTarget = (number: number): Target => ({
  accountId: String(100_000_000_000 + number) as AccountId,
  permissionSetArn: aPermissionSetArn("PowerUser"),
});
const targetsTo = (count: number): readonly Target[] =>
  Array.from({ length: count }, (_, index) => aTarget(index));

/** The access of `name` to the targets until then, made an hour ago. */
const held = (
  name: string,
  targets: readonly Target[],
  until: Timestamp,
  { id = `${name} ${until}`, createdAt = after(-HOUR) }: { id?: string; createdAt?: Timestamp } = {},
): LiveRequest => {
  const person = aPerson(name);
  const [requested] = anActiveRequest().entitlements;
  if (requested === undefined) throw new Error("An active request has entitlements");
  const live = liveRequest(
    anActiveRequest({
      id: aRequestId(id),
      requester: person,
      principal: { type: "USER", id: person.userId, name },
      entitlements: targets.map((target) => ({
        ...requested,
        entitlement: anEntitlement({ ...target, principalId: person.userId }),
      })),
      createdAt,
      automatic: { until },
      expiresAt: until,
    }),
  );
  if (live === undefined) throw new Error("It is live");
  return live;
};

const situation = (overrides: Partial<Situation> = {}): Situation => ({
  flow: anAutomaticFlow(),
  guardrails: {},
  people: [aUserId("alice")],
  person: () => "met",
  isConfirmedFor: () => true,
  targets: [aTarget(1)],
  target: () => "met",
  live: [],
  now: noon,
  ...overrides,
});

const NOTHING: Plan = { make: [], end: [], handOver: [] };
/** As no version saves it: such a flow is refused. */
const withSettings = (settings: Partial<AccessFlow["settings"]>): AccessFlow =>
  anAutomaticFlow({ settings: { ...anAutomaticFlow().settings, ...settings } });
const endsOf = ({ end }: Plan) => end.map(({ id }) => id);

describe("what is made", () => {
  it("is what whom the flow is for does not have, until the flow's longest duration is over", () => {
    expect(planFlow(situation())).toEqual({
      make: [
        {
          person: aUserId("alice"),
          targets: [aTarget(1)],
          until: after(8 * HOUR),
          epoch: expect.any(Number) as number,
        },
      ],
      end: [],
      handOver: [],
    });
  });

  it.each<Verdict>(["unmet", "unknown"])("is nothing for somebody of whom the rule is %s", (verdict) => {
    expect(planFlow(situation({ person: () => verdict })).make).toEqual([]);
  });

  it.each<Verdict>(["unmet", "unknown"])("is nothing of which it is %s that the flow gives it", (verdict) => {
    expect(planFlow(situation({ target: () => verdict })).make).toEqual([]);
  });

  it("has twenty targets at most in a request", () => {
    const { make } = planFlow(situation({ targets: targetsTo(45) }));
    expect(make.map(({ targets }) => targets.length)).toEqual([20, 20, 5]);
    expect(make.flatMap(({ targets }) => targets)).toHaveLength(45);
  });

  it("ends by the end of the timeframe, and is nothing shortly before that, or outside of it", () => {
    const timeframe: Timeframe = { days: ["thursday"], from: "09:00", to: "17:00", timeZone: "UTC" };
    const flow = anAutomaticFlow({ timeframe });
    const at = (time: string) => planFlow(situation({ flow, now: new Date(`2026-01-01T${time}Z`) })).make;
    expect(at("12:00:00")).toMatchObject([{ until: "2026-01-01T17:00:00.000Z" }]);
    expect(at("16:59:30")).toEqual([]);
    expect(at("17:00:00")).toEqual([]);
    expect(at("08:59:59")).toEqual([]);
  });

  it("lasts no longer than the deployment's guardrail lets anything last", () => {
    const { make } = planFlow(situation({ guardrails: { maxDurationSeconds: HOUR } }));
    expect(make).toMatchObject([{ until: after(HOUR) }]);
  });

  it("is the next period's request when the one before ends soon, and not earlier", () => {
    const until = (seconds: number) => [held("alice", [aTarget(1)], after(seconds))];
    expect(planFlow(situation({ live: until(31 * 60) }))).toEqual(NOTHING);
    expect(planFlow(situation({ live: until(30 * 60) }))).toMatchObject({
      make: [{ until: after(8 * HOUR), goesOnFrom: after(30 * 60) }],
      end: [],
    });
  });

  it("is nothing more where what is there lasts until the timeframe ends", () => {
    const timeframe: Timeframe = { days: ["thursday"], from: "09:00", to: "12:20", timeZone: "UTC" };
    const live = [held("alice", [aTarget(1)], after(20 * 60))];
    expect(planFlow(situation({ flow: anAutomaticFlow({ timeframe }), live }))).toEqual(NOTHING);
  });

  it("goes on first from what ends first, and comes to those who have nothing yet behind them", () => {
    const { make } = planFlow(
      situation({
        people: ["alice", "bob", "carol"].map(aUserId),
        live: [held("carol", [aTarget(1)], after(5 * 60)), held("bob", [aTarget(1)], after(60))],
      }),
    );
    expect(make.map(({ person }) => person)).toEqual(["bob", "carol", "alice"].map(aUserId));
  });
});

describe("what ends", () => {
  const live = [held("alice", [aTarget(1)], after(4 * HOUR)), held("bob", [aTarget(1)], after(4 * HOUR))];

  it("is the access of whom the flow is not for any more, and of nobody else", () => {
    const plan = planFlow(
      situation({
        people: [aUserId("bob")],
        person: (id) => (id === aUserId("alice") ? "unmet" : "met"),
        live,
      }),
    );
    expect(endsOf(plan)).toEqual([live[0]?.id]);
    expect(plan.make).toEqual([]);
  });

  it("is nothing where it is not known whom the flow is for, or what it gives", () => {
    expect(planFlow(situation({ people: [], person: () => "unknown", live }))).toEqual(NOTHING);
    expect(planFlow(situation({ targets: [], target: () => "unknown", live }))).toEqual(NOTHING);
  });

  it.each<[string, AccessFlow | undefined]>([
    ["is deleted", undefined],
    ["is deactivated", anAutomaticFlow({ active: false })],
    ["takes requests instead", { ...anAutomaticFlow(), trigger: undefined }],
    [
      "is outside of its timeframe",
      anAutomaticFlow({ timeframe: { days: ["friday"], from: "09:00", to: "17:00", timeZone: "UTC" } }),
    ],
    ["asks for MFA, which nobody here has shown", withSettings({ mfaRequired: true })],
    ["asks for a ticket", withSettings({ ticketPattern: "OPS-\\d+" })],
    ["asks for a justification of some form", withSettings({ justificationPattern: ".*" })],
    ["asks its approvers for a reason", withSettings({ approverReasonRequired: true })],
    ["has approvers", anAutomaticFlow({ approval: aFlow().approval })],
  ])("is all of it when the flow %s, whatever is known of people and targets", (_case, flow) => {
    const plan = planFlow(situation({ flow, live, person: () => "unknown", target: () => "unknown" }));
    expect(endsOf(plan)).toEqual(live.map(({ id }) => id));
    expect(plan.make).toEqual([]);
  });

  describe("of a request some of whose targets the flow does not give any more", () => {
    const [given, lost] = [aTarget(1), aTarget(2)];
    const target = (one: Target): Verdict => (targetKey(one) === targetKey(lost) ? "unmet" : "met");
    const both = held("alice", [given, lost], after(4 * HOUR));
    const about = (overrides: Partial<Situation>) =>
      planFlow(situation({ targets: [given], target, live: [both], ...overrides }));

    it("waits until another one has the rest", () => {
      const first = about({});
      expect(first).toMatchObject({ make: [{ targets: [given] }], end: [] });
      expect(first.handOver).toMatchObject([{ id: both.id, to: first.make }]);
      const taker = held("alice", [given], after(8 * HOUR));
      expect(about({ live: [both, taker] })).toMatchObject({ make: [], end: [{ id: both.id }] });
    });

    it("waits for a quarter of an hour at most", () => {
      const approved = (seconds: number) =>
        ({
          ...held("alice", [given], after(8 * HOUR), { createdAt: after(seconds) }),
          status: "approved",
        }) as never;
      expect(about({ live: [both, approved(-14 * 60)] }).end).toEqual([]);
      expect(endsOf(about({ live: [both, approved(-15 * 60)] }))).toEqual([both.id]);
    });

    it("waits for no longer than somebody takes over, however often the one who did has vanished", () => {
      const taker = held("alice", [given], after(8 * HOUR), { createdAt: after(-60) });
      const isBeingMade = { ...taker, status: "approved" } as never;
      // While it is there, nothing else is made; as soon as it is not, the next one is, or else it ends.
      expect(about({ live: [both, isBeingMade] })).toEqual(NOTHING);
      const vanished = about({ live: [both] });
      expect(vanished.end).toEqual([]);
      expect(vanished.handOver).toMatchObject([{ id: both.id, to: vanished.make }]);
      expect(vanished.make).toHaveLength(1);
    });

    it("is at once where nobody can take over any more: the timeframe is about to end", () => {
      const timeframe: Timeframe = { days: ["thursday"], from: "09:00", to: "12:01", timeZone: "UTC" };
      const now = new Date("2026-01-01T12:00:30.000Z");
      const plan = about({ flow: anAutomaticFlow({ timeframe }), now });
      expect(plan).toMatchObject({ make: [], end: [{ id: both.id }], handOver: [] });
    });

    it("makes first what takes over", () => {
      const soon = held("bob", [given], after(60));
      const plan = about({ people: ["alice", "bob"].map(aUserId), live: [both, soon] });
      expect(plan.make.map(({ person }) => person)).toEqual(["alice", "bob"].map(aUserId));
    });

    it("is at once where there is no rest", () => {
      expect(endsOf(about({ target: () => "unmet" }))).toEqual([both.id]);
    });

    type Fate = "ends" | "is handed over" | "stays";
    /** Of the person, of the one other target, of the second one. */
    it.each<[Verdict, Verdict, Verdict, Fate, Fate]>([
      ["met", "met", "met", "is handed over", "ends"],
      ["met", "met", "unmet", "is handed over", "ends"],
      ["met", "met", "unknown", "stays", "ends"],
      ["met", "unknown", "unknown", "stays", "ends"],
      ["met", "unknown", "unmet", "stays", "ends"],
      ["met", "unmet", "unmet", "ends", "ends"],
      ["unknown", "met", "met", "stays", "ends"],
      ["unknown", "met", "unmet", "stays", "ends"],
      ["unknown", "met", "unknown", "stays", "ends"],
      ["unknown", "unknown", "unknown", "stays", "ends"],
      ["unknown", "unknown", "unmet", "stays", "ends"],
      ["unknown", "unmet", "unmet", "ends", "ends"],
      ["unmet", "met", "met", "ends", "ends"],
      ["unmet", "met", "unmet", "ends", "ends"],
      ["unmet", "met", "unknown", "ends", "ends"],
      ["unmet", "unknown", "unknown", "ends", "ends"],
      ["unmet", "unknown", "unmet", "ends", "ends"],
      ["unmet", "unmet", "unmet", "ends", "ends"],
    ])(
      "of somebody of whom the rule is %s, with others that are %s and %s, %s; of who changed the flow themselves %s",
      (person, first, second, fate, fateOfWhoChangedIt) => {
        const verdicts = new Map([
          [targetKey(aTarget(1)), first],
          [targetKey(aTarget(2)), "unmet" as const],
          [targetKey(aTarget(3)), second],
        ]);
        const fateWhere = (isConfirmed: boolean): Fate => {
          const { end, handOver } = planFlow(
            situation({
              person: () => person,
              isConfirmedFor: () => isConfirmed,
              targets: [aTarget(1), aTarget(2), aTarget(3)],
              target: (one) => verdicts.get(targetKey(one)) ?? "unknown",
              live: [held("alice", [aTarget(1), aTarget(2), aTarget(3)], after(4 * HOUR))],
            }),
          );
          if (end.length > 0) return "ends";
          return handOver.length > 0 ? "is handed over" : "stays";
        };
        expect(fateWhere(true)).toBe(fate);
        expect(fateWhere(false)).toBe(fateOfWhoChangedIt);
      },
    );

    it("waits while something is unknown, and is caught up with by the run that knows it", () => {
      const others = [aTarget(1), aTarget(3)];
      const three = held("alice", [...others, lost], after(4 * HOUR));
      const whileItIs = (third: Verdict, live: readonly LiveRequest[]) =>
        planFlow(
          situation({
            targets: others,
            target: (one) => (targetKey(one) === targetKey(aTarget(3)) ? third : target(one)),
            live,
          }),
        );
      // What is known goes over at once, what is not stays.
      const first = whileItIs("unknown", [three]);
      expect(first).toMatchObject({ make: [{ targets: [aTarget(1)] }], end: [], handOver: [] });
      const taker = held("alice", [aTarget(1)], after(8 * HOUR));
      expect(whileItIs("unknown", [three, taker])).toEqual(NOTHING);
      const known = whileItIs("met", [three, taker]);
      expect(known).toMatchObject({ make: [{ targets: [aTarget(3)] }], end: [] });
      expect(known.handOver).toMatchObject([{ id: three.id, to: known.make }]);
      expect(whileItIs("unmet", [three, taker])).toMatchObject({ make: [], end: [{ id: three.id }] });
    });
  });
});

describe("by a flow that gives too much, or may be for too many", () => {
  const [kept, lost] = [aTarget(1), aTarget(2)];
  const target = (one: Target): Verdict => (targetKey(one) === targetKey(lost) ? "unmet" : "met");
  const both = held("alice", [kept, lost], after(4 * HOUR));
  const aboutTooMuch = (overrides: Partial<Situation> = {}) =>
    planFlow(
      situation({ people: ["alice", "bob"].map(aUserId), targets: [], target, live: [both], ...overrides }),
    );

  it("nobody gets anything but what goes on from a request that loses something, for no longer than that", () => {
    const plan = aboutTooMuch();
    expect(plan.make).toMatchObject([{ person: aUserId("alice"), targets: [kept], until: after(4 * HOUR) }]);
    expect(plan).toMatchObject({ end: [], handOver: [{ id: both.id, to: plan.make }] });
    const taker = held("alice", [kept], after(4 * HOUR), { id: "taker" });
    expect(aboutTooMuch({ live: [both, taker] })).toMatchObject({ make: [], end: [{ id: both.id }] });
  });

  it("nobody has to be among the people who are looked at, to keep what they have", () => {
    const plan = planFlow(situation({ people: [], targets: [kept, aTarget(3)], target, live: [both] }));
    expect(plan.make).toMatchObject([{ person: aUserId("alice"), targets: [kept], until: after(4 * HOUR) }]);
    expect(plan).toMatchObject({ end: [], handOver: [{ id: both.id, to: plan.make }] });
  });

  it("what goes on lasts as long as what it goes on from, each by itself", () => {
    const another = held("alice", [aTarget(3), lost], after(2 * HOUR));
    const earlier = held("alice", [kept, lost], after(HOUR));
    const { make, handOver } = aboutTooMuch({ live: [earlier, both, another] });
    expect(make).toMatchObject([
      { targets: [aTarget(3)], until: after(2 * HOUR) },
      { targets: [kept], until: after(4 * HOUR) },
    ]);
    expect(handOver.map(({ id }) => id)).toEqual([earlier.id, both.id, another.id]);
  });

  it("nothing is made for longer than the flow gives by now, or for less than a minute", () => {
    const flow = anAutomaticFlow({ duration: { max: "PT1H", maxSeconds: HOUR } });
    expect(aboutTooMuch({ flow }).make).toMatchObject([{ until: after(HOUR) }]);
    const ending = held("alice", [kept, lost], after(59));
    expect(aboutTooMuch({ live: [ending] })).toMatchObject({ make: [], end: [{ id: ending.id }] });
  });

  it.each<Verdict>(["unmet", "unknown"])("nothing goes on of whom the rule is %s", (verdict) => {
    expect(aboutTooMuch({ person: () => verdict }).make).toEqual([]);
  });
});

describe("whatever the situation", () => {
  const names = ["alice", "bob", "carol", "dave"] as const;
  const verdict = fc.constantFrom<Verdict>("met", "unmet", "unknown");
  const timeframe = fc.record({
    days: fc.subarray([...Weekdays], { minLength: 1 }),
    from: fc.constantFrom("00:00", "09:00", "22:00"),
    to: fc.constantFrom("06:00", "12:30", "17:00"),
    timeZone: fc.constantFrom("UTC", "Europe/Berlin", "America/St_Johns"),
  });
  const people = fc.record({ alice: verdict, bob: verdict, carol: verdict, dave: verdict });
  const targets = fc.array(verdict, { minLength: 1, maxLength: 25 });
  const requests = fc.array(
    fc.record({
      name: fc.constantFrom(...names),
      targets: fc.uniqueArray(fc.integer({ min: 0, max: 24 }), { minLength: 1, maxLength: 20 }),
      endsIn: fc.integer({ min: 1, max: 10 * HOUR }),
    }),
    { maxLength: 5 },
  );
  const minutes = fc.integer({ min: 0, max: 60 * 24 * 14 });
  const maxSeconds = fc.integer({ min: 120, max: 36 * HOUR });

  const situations = fc
    .record({
      timeframe: fc.option(timeframe, { nil: undefined }),
      people,
      isConfirmed: fc.boolean(),
      givesTooMuch: fc.boolean(),
      isForTooMany: fc.boolean(),
      targets,
      requests,
      minutes,
      maxSeconds,
    })
    .map((drawn): Situation => {
      const now = new Date(noon.getTime() + drawn.minutes * 60_000);
      const verdicts = new Map(drawn.targets.map((one, index) => [targetKey(aTarget(index)), one]));
      const peopleOf = new Map(names.map((name) => [aUserId(name), drawn.people[name]]));
      return {
        flow: anAutomaticFlow({
          duration: { max: "any", maxSeconds: drawn.maxSeconds },
          ...(drawn.timeframe === undefined ? {} : { timeframe: drawn.timeframe }),
        }),
        guardrails: {},
        people: drawn.isForTooMany ? [] : [...peopleOf.keys()],
        person: (id) => peopleOf.get(id) ?? "unknown",
        isConfirmedFor: (id) => drawn.isConfirmed || id !== aUserId("dave"),
        targets: drawn.givesTooMuch ? [] : drawn.targets.map((_, index) => aTarget(index)),
        target: (target) => verdicts.get(targetKey(target)) ?? "unmet",
        live: drawn.requests.map(({ name, targets: which, endsIn }, index) =>
          held(name, which.map(aTarget), after(endsIn, now), {
            id: String(index),
            createdAt: after(-60, now),
          }),
        ),
        now,
      };
    });

  const nameOf = (id: string) => names.find((name) => aUserId(name) === id) ?? "";
  const applied = (before: Situation, { make, end }: Plan): Situation => {
    const ended = new Set(end.map(({ id }) => id));
    const made = make.map(({ person, targets: which, until }: PlannedRequest, index) =>
      held(nameOf(person), which, until, {
        id: `made ${timestamp(before.now)} ${String(index)} ${String(before.live.length)}`,
        createdAt: timestamp(before.now),
      }),
    );
    return { ...before, live: [...before.live.filter(({ id }) => !ended.has(id)), ...made] };
  };

  it("is planned once: what was made is not made again, and two runs on there is nothing left to do", () => {
    fc.assert(
      fc.property(situations, (first) => {
        const second = applied(first, planFlow(first));
        expect(planFlow(second).make).toEqual([]);
        expect(planFlow(applied(second, planFlow(second)))).toEqual(NOTHING);
      }),
    );
  });

  it("plans nothing past the longest duration or outside of the timeframe", () => {
    fc.assert(
      fc.property(situations, (one) => {
        const { flow, now } = one;
        if (flow === undefined) throw new Error("There is a flow");
        for (const { until, targets: which } of planFlow(one).make) {
          expect(which.length).toBeLessThanOrEqual(TARGETS_PER_REQUEST);
          expect(until <= secondsAfter(now, flow.duration.maxSeconds)).toBe(true);
          const lastMoment = new Date(new Date(until).getTime() - 1);
          if (flow.timeframe !== undefined)
            for (const moment of [now, lastMoment]) expect(isWithin(flow.timeframe, moment)).toBe(true);
        }
      }),
    );
  });

  it("gives nothing new where it gives too much or is for too many, and nothing for longer than it was", () => {
    fc.assert(
      fc.property(situations, (one) => {
        if (one.people.length > 0 && one.targets.length > 0) return;
        for (const { person, targets: which, until } of planFlow(one).make)
          for (const target of which) {
            const before = one.live.filter(
              ({ requester, entitlements }) =>
                requester.userId === person &&
                entitlements.some(({ entitlement }) => targetKey(entitlement) === targetKey(target)),
            );
            expect(before.some((request) => endOf(request) >= until)).toBe(true);
          }
      }),
    );
  });

  it("gives nothing that is not known to be given, to nobody who is not known to be meant", () => {
    fc.assert(
      fc.property(situations, (one) => {
        for (const { person, targets: which } of planFlow(one).make) {
          expect(one.person(person)).toBe("met");
          expect(one.isConfirmedFor(person)).toBe(true);
          for (const target of which) expect(one.target(target)).toBe("met");
        }
      }),
    );
  });

  it("gives whom the flow is for all that it gives, for longer than it takes until the next run", () => {
    fc.assert(
      fc.property(situations, (one) => {
        const { flow, now } = one;
        if (flow === undefined || (flow.timeframe !== undefined && !isWithin(flow.timeframe, now))) return;
        const then = applied(one, planFlow(one));
        const { leadSeconds } = rhythmOf(flow, {});
        const soon = secondsAfter(now, Math.min(leadSeconds, 60));
        for (const id of one.people.filter(
          (person) => one.person(person) === "met" && one.isConfirmedFor(person),
        ))
          for (const target of one.targets.filter((given) => one.target(given) === "met")) {
            const ends = then.live
              .filter(
                ({ requester, entitlements }) =>
                  requester.userId === id &&
                  entitlements.some(({ entitlement }) => targetKey(entitlement) === targetKey(target)),
              )
              .map(endOf);
            const lasts = ends.some((end) => end >= soon);
            const isAboutToClose =
              flow.timeframe !== undefined && !isWithin(flow.timeframe, new Date(now.getTime() + 60_000));
            expect(lasts || isAboutToClose).toBe(true);
          }
      }),
    );
  });

  it("ends exactly the access of whoever leaves", () => {
    fc.assert(
      fc.property(situations, fc.constantFrom(...names), (one, name) => {
        const settled = applied(one, planFlow(one));
        const calm = applied(settled, planFlow(settled));
        const left = {
          ...calm,
          person: (id: ReturnType<typeof aUserId>) =>
            id === aUserId(name) ? ("unmet" as const) : calm.person(id),
        };
        expect([...endsOf(planFlow(left))].toSorted()).toEqual(
          calm.live
            .filter(({ requester }) => requester.userId === aUserId(name))
            .map(({ id }) => id)
            .toSorted(),
        );
      }),
    );
  });

  it("does not depend on the order in which anything was found", () => {
    fc.assert(
      fc.property(situations, (one) => {
        const reversed = {
          ...one,
          people: one.people.toReversed(),
          targets: one.targets.toReversed(),
          live: one.live.toReversed(),
        };
        const plan = planFlow(reversed);
        const expected = planFlow(one);
        expect(plan.make).toEqual(expected.make);
        expect([...endsOf(plan)].toSorted()).toEqual([...endsOf(expected)].toSorted());
      }),
    );
  });
});
