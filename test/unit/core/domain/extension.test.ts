import { describe, expect, it } from "vitest";
import type { AccessFlow } from "../../../../lambdas/core/domain/access-flow.ts";
import type { Extension } from "../../../../lambdas/core/domain/access-request.ts";
import { durationText } from "../../../../lambdas/core/domain/duration.ts";
import { DomainError } from "../../../../lambdas/core/domain/errors.ts";
import {
  askedExtension,
  assertWithinRules,
  atNextStep,
  extendable,
  extensionRulesOf,
  totalSeconds,
  withMoreTime,
} from "../../../../lambdas/core/domain/extension.ts";
import { secondsAfter, timestamp, type Timestamp } from "../../../../lambdas/core/domain/ids.ts";
import { aFlow, aPendingRequest, aPerson, anActiveRequest } from "../../../support/builders.ts";

const HOUR = 3600;
const expiresAt = new Date("2026-01-01T01:00:00.000Z");
const after = (milliseconds: number) => new Date(expiresAt.getTime() + milliseconds);
const flowWith = (settings: Partial<AccessFlow["settings"]>): AccessFlow =>
  aFlow({ settings: { requesterCanApproveSelf: false, ...settings } });
const asked = {
  by: aPerson("alice"),
  duration: "PT1H",
  durationSeconds: HOUR,
  justification: "not done yet",
};
const given = (durationSeconds: number): Extension => ({
  ...asked,
  durationSeconds,
  at: timestamp(after(-HOUR)),
  expiresAt: timestamp(expiresAt),
  decisions: [],
});

const codeOf = (check: () => unknown): string | undefined => {
  try {
    check();
    return undefined;
  } catch (error) {
    if (error instanceof DomainError) return error.code;
    throw error;
  }
};

describe("what a flow says of extensions", () => {
  it("is none at all where it says nothing, as flows from before extensions do", () => {
    expect(extensionRulesOf(aFlow()).maxExtensions).toBe(0);
  });

  it("is its longest duration for one, and its approval steps, unless it says otherwise", () => {
    const { steps } = aFlow().approval;
    expect(extensionRulesOf(flowWith({ maxExtensions: 1 }))).toEqual({
      maxExtensions: 1,
      longestSeconds: 8 * HOUR,
      steps,
    });
    expect(
      extensionRulesOf(flowWith({ maxExtensions: 1, extensionSeconds: 60, extensionNeedsApproval: false })),
    ).toEqual({ maxExtensions: 1, longestSeconds: 60, steps: [] });
  });
});

describe("what can be extended, by the tick", () => {
  it.each([
    ["a second before its expiry", -1000, undefined],
    ["a millisecond before its expiry", -1, undefined],
    ["at its expiry", 0, "not-active"],
    ["a millisecond after its expiry", 1, "not-active"],
    ["a second after its expiry", 1000, "not-active"],
  ])("active access %s", (_, milliseconds, code) => {
    expect(codeOf(() => extendable(anActiveRequest(), after(milliseconds)))).toBe(code);
  });

  it("is nothing that is not active, and the refusal says what it is", () => {
    expect(() => extendable(aPendingRequest(), after(-1))).toThrow(
      "This request is pending; only one that is active, before its expiry, can be extended. Ask for new access with POST /requests.",
    );
    expect(() => extendable(anActiveRequest(), after(0))).toThrow(
      `This request is past its expiry (${timestamp(expiresAt)}); only one that is active, before its expiry,`,
    );
  });

  const deadline = new Date("2026-01-01T00:30:00.000Z");
  const waiting = anActiveRequest({
    extension: {
      ...asked,
      askedAt: timestamp(after(-HOUR * 1000)),
      deadline: timestamp(deadline),
      approval: aPendingRequest().approval,
    },
  });
  it.each([
    ["a millisecond before the deadline of the extension that waits", -1, "extension-pending"],
    ["at that deadline", 0, undefined],
    ["after it", 1, undefined],
  ])("active access %s", (_, milliseconds, code) => {
    const now = new Date(deadline.getTime() + milliseconds);
    expect(codeOf(() => extendable(waiting, now))).toBe(code);
  });

  it("is nothing while an extension waits, and the refusal says until when", () => {
    expect(() => extendable(waiting, new Date(deadline.getTime() - 1))).toThrow(
      `An extension by PT1H waits for approval until ${timestamp(deadline)}; wait for its decision, or until then.`,
    );
    expect(extendable(waiting, deadline)).toBe(waiting);
  });
});

describe("a flow's limits", () => {
  const refusal = (
    settings: Partial<AccessFlow["settings"]>,
    seconds: number,
    extensions?: readonly Extension[],
  ): string | undefined =>
    codeOf(() => {
      assertWithinRules(
        anActiveRequest(extensions === undefined ? {} : { extensions: [...extensions] }),
        flowWith(settings),
        { duration: durationText(seconds), seconds },
      );
    });

  it("count the extensions that were given", () => {
    expect(refusal({}, 60)).toBe("extension-not-allowed");
    expect(refusal({ maxExtensions: 2 }, 60, [given(60)])).toBeUndefined();
    expect(refusal({ maxExtensions: 2 }, 60, [given(60), given(60)])).toBe("too-many-extensions");
  });

  it.each([
    [HOUR - 1, undefined],
    [HOUR, undefined],
    [HOUR + 1, "duration-above-maximum"],
  ])("let one extension be %i of 3600 seconds", (seconds, code) => {
    expect(refusal({ maxExtensions: 1, extensionSeconds: HOUR }, seconds)).toBe(code);
  });

  it.each([
    ["reached exactly", 7 * HOUR, [], undefined],
    ["passed by a second", 7 * HOUR + 1, [], "duration-above-maximum"],
    ["reached with what was given before", 5 * HOUR, [given(2 * HOUR)], undefined],
    ["passed with what was given before", 5 * HOUR + 1, [given(2 * HOUR)], "duration-above-maximum"],
    ["used up", 1, [given(7 * HOUR)], "duration-above-maximum"],
  ] as const)("cap all of it by the flow's longest duration: %s", (_, seconds, extensions, code) => {
    expect(refusal({ maxExtensions: 10 }, seconds, extensions)).toBe(code);
  });

  /** The whole refusal: what was found, what is allowed, and what to do. */
  const said = (
    settings: Partial<AccessFlow["settings"]>,
    seconds: number,
    extensions: readonly Extension[] = [],
  ): readonly unknown[] => {
    try {
      const request = anActiveRequest({ extensions: [...extensions] });
      assertWithinRules(request, flowWith(settings), { duration: durationText(seconds), seconds });
    } catch (error) {
      if (error instanceof DomainError) return [error.message, error.fields];
      throw error;
    }
    throw new Error("It was allowed");
  };

  it.each([
    [
      "a flow without extensions",
      {},
      60,
      [],
      "Access flow prod-power allows no extensions. Ask for new access when this one ends.",
    ],
    [
      "one extension too many",
      { maxExtensions: 1 },
      60,
      [given(60)],
      "This access was extended once; access flow prod-power allows that once. Ask for new access when it ends.",
    ],
    [
      "the third of two",
      { maxExtensions: 2 },
      60,
      [given(60), given(60)],
      "This access was extended 2 times; access flow prod-power allows that 2 times. Ask for new access when it ends.",
    ],
  ] as const)("are told in full: %s", (_, settings, seconds, extensions, sentence) => {
    expect(said(settings, seconds, extensions)).toEqual([sentence, []]);
  });

  it.each([
    [
      "one that is too long",
      { maxExtensions: 1, extensionSeconds: 60 },
      120,
      [],
      "asked for PT2M more; access flow prod-power allows at most PT1M at a time",
    ],
    [
      "one when nothing is left",
      { maxExtensions: 10 },
      60,
      [given(7 * HOUR)],
      "with PT1M more the access would last PT8H1M in all; access flow prod-power allows PT8H, so that nothing is left of that",
    ],
  ] as const)("name the field, for the form that asks: %s", (_, settings, seconds, extensions, detail) => {
    expect(said(settings, seconds, extensions)).toEqual([
      `The extension is too long: ${detail}.`,
      [{ pointer: "/duration", detail }],
    ]);
  });

  it("say what was found, what is allowed, and what can still be had", () => {
    const check = () => {
      assertWithinRules(anActiveRequest(), flowWith({ maxExtensions: 1 }), {
        duration: "PT7H30M",
        seconds: 7.5 * HOUR,
      });
    };
    expect(check).toThrow(
      "with PT7H30M more the access would last PT8H30M in all; access flow prod-power allows PT8H, so that at most PT7H more can be asked for",
    );
  });
});

describe("more time", () => {
  it("moves the expiry from where it is, whenever it is given", () => {
    const request = anActiveRequest();
    for (const milliseconds of [-HOUR * 1000, -1]) {
      const more = withMoreTime(request, asked, [], after(milliseconds));
      expect(more.expiresAt).toBe("2026-01-01T02:00:00.000Z");
      expect(more.extensions).toEqual([
        { ...asked, at: timestamp(after(milliseconds)), expiresAt: more.expiresAt, decisions: [] },
      ]);
    }
  });

  it("adds to what was given before", () => {
    const request = anActiveRequest({ extensions: [given(60)] });
    const { extensions } = withMoreTime(request, asked, [], after(-1));
    expect(extensions).toHaveLength(2);
    expect(totalSeconds({ ...request, extensions })).toBe(HOUR + 60 + HOUR);
  });

  it("can be approved until the step's time is over, and never after the expiry", () => {
    const { approval } = aPendingRequest();
    const step = (withinSeconds: number) => ({ anyOf: [], withinSeconds });
    const deadlineWithin = (seconds: number, now: Date): Timestamp =>
      askedExtension(anActiveRequest(), asked, { approval, version: 1 }, step(seconds), now).deadline;
    expect(deadlineWithin(60, after(-120_000))).toBe(secondsAfter(after(-120_000), 60));
    expect(deadlineWithin(120, after(-120_000))).toBe(timestamp(expiresAt));
    expect(deadlineWithin(121, after(-120_000))).toBe(timestamp(expiresAt));
    const waiting = askedExtension(
      anActiveRequest(),
      asked,
      { approval, version: 1 },
      step(60),
      after(-120_000),
    );
    expect(atNextStep(anActiveRequest(), waiting, approval, step(HOUR), after(-60_000)).deadline).toBe(
      timestamp(expiresAt),
    );
  });
});
