import { describe, expect, it } from "vitest";
import { matchesPattern } from "../../../../local/events/pattern.ts";

const event = {
  source: "lockstep",
  "detail-type": "ApprovalNeeded",
  detail: { count: 3, name: "Prod-EU", tags: ["a", "b"], empty: null, nested: { flag: true } },
};

describe("event patterns", () => {
  it.each([
    [{ source: ["lockstep"] }],
    [{ source: ["other", "lockstep"] }],
    [{ detail: { nested: { flag: [true] } } }],
    [{ detail: { tags: ["b"] } }],
    [{ detail: { empty: [null] } }],
    [{ source: [{ prefix: "lock" }] }],
    [{ source: [{ suffix: "step" }] }],
    [{ detail: { name: [{ prefix: { "equals-ignore-case": "prod" } }] } }],
    [{ detail: { name: [{ "equals-ignore-case": "prod-eu" }] } }],
    [{ detail: { name: [{ wildcard: "Prod-*" }] } }],
    [{ source: [{ "anything-but": ["aws.states"] }] }],
    [{ source: [{ "anything-but": { prefix: "aws." } }] }],
    [{ detail: { count: [{ numeric: [">", 2, "<=", 3] }] } }],
    [{ detail: { missing: [{ exists: false }] } }],
    [{ detail: { count: [{ exists: true }] } }],
    [{ detail: { missing: [{ exists: false }, "x"] } }],
    [{ $or: [{ source: ["other"] }, { detail: { count: [3] } }] }],
  ])("match: %j", (pattern) => {
    expect(matchesPattern(pattern, event)).toBe(true);
  });

  it.each([
    [{ source: ["Lockstep"] }],
    [{ source: ["lockstep"], "detail-type": ["AccessGranted"] }],
    [{ detail: { count: ["3"] } }],
    [{ detail: { count: [{ numeric: ["<", 3] }] } }],
    [{ detail: { missing: ["x"] } }],
    [{ detail: { missing: [{ "anything-but": ["x"] }] } }],
    [{ detail: { count: [{ exists: false }] } }],
    [{ detail: { name: { deeper: ["x"] } } }],
    [{ source: [{ "anything-but": { prefix: "lock" } }] }],
    [{ $or: [{ source: ["other"] }, { detail: { count: [4] } }] }],
  ])("do not match: %j", (pattern) => {
    expect(matchesPattern(pattern, event)).toBe(false);
  });

  it("refuse operators that are not known, instead of matching everything or nothing", () => {
    expect(() => matchesPattern({ source: [{ cidr: "10.0.0.0/8" }] }, event)).toThrow("cidr is not known");
  });
});
