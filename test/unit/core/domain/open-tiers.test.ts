import { describe, expect, test } from "vitest";
import type { Party } from "../../../../lambdas/core/domain/access-flow.ts";
import {
  isApproved,
  type Approved,
  type RequestStep,
} from "../../../../lambdas/core/domain/approval-step.ts";
import type { GroupId } from "../../../../lambdas/core/domain/ids.ts";

const group = (name: string): Party => ({ type: "group", id: name as GroupId, name });

/** A lead and security agree, or after a while security alone. */
const step: RequestStep = {
  allOf: [group("leads"), group("security")],
  withinSeconds: 7_200,
  escalation: { afterSeconds: 600, tiers: [[group("security")], [group("leads")]] },
};

const approved = (person: string, as: "leads" | "security", tiersOpen: number): Approved => ({
  person,
  as: new Set([`group:${as}` as const]),
  tiersOpen,
});

describe("somebody whom a step names and whom its escalation names, too", () => {
  test("decides it alone once that tier is open, and before it only together with the others", () => {
    expect(isApproved(step, [approved("zoe", "security", 0)])).toBe(false);
    expect(isApproved(step, [approved("zoe", "security", 1)])).toBe(true);
    expect(isApproved(step, [approved("grace", "leads", 1)])).toBe(false);
    expect(isApproved(step, [approved("grace", "leads", 2)])).toBe(true);
    expect(isApproved(step, [approved("zoe", "security", 0), approved("grace", "leads", 0)])).toBe(true);
  });

  test("a tier that opens afterwards makes nothing of what was said before", () => {
    expect(isApproved(step, [approved("zoe", "security", 0), approved("anton", "security", 0)])).toBe(false);
    expect(isApproved(step, [approved("grace", "leads", 0), approved("hiro", "leads", 1)])).toBe(false);
  });
});
