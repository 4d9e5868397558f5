import { describe, expect, it } from "vitest";
import type { AccessFlow } from "../../../lambdas/core/domain/access-flow.ts";
import { aFlow, anActiveRequest } from "../../support/builders.ts";
import { problemIn } from "./problems.ts";
import { alice, apiUnderTest, claimsOf, root, type CallOptions } from "./world.ts";

/*
 * More time is asked for under the flow as it is now: what that asks of a request, it asks of an extension. It is Thursday,
 * 2026-01-01, and alice has access until 01:00.
 */

const { id } = anActiveRequest();
const more = { duration: "PT1H", justification: "not done yet" };
const withSecondFactor = { claims: { ...claimsOf(alice), amr: "[pwd mfa]" } };

const extendUnder = async (
  flow: Partial<Omit<AccessFlow, "settings">>,
  settings: Partial<AccessFlow["settings"]>,
  body: unknown = more,
  options: CallOptions = {},
) => {
  const world = await apiUnderTest({ mfa: { claim: "amr", values: ["mfa"] } });
  const rules = { requesterCanApproveSelf: false, maxExtensions: 2, extensionNeedsApproval: false };
  await world.flows.put({ ...aFlow({ ...flow, settings: { ...rules, ...settings } }), version: 2 });
  await world.requests.create(anActiveRequest());
  const answer = await world.call(`POST /requests/${id}/extend`, { body, ...options });
  return { answer, written: world.requests.history.length - 1 };
};

const frame = (from: string, to: string): AccessFlow["timeframe"] => ({
  days: ["thursday"],
  from,
  to,
  timeZone: "UTC",
});
const { duration } = more;

describe("more time, under what the flow says now", () => {
  it.each<readonly [string, Partial<AccessFlow>, Partial<AccessFlow["settings"]>, unknown, string, string]>([
    [
      "outside of its timeframe",
      { timeframe: frame("02:00", "03:00") },
      {},
      more,
      "outside-timeframe",
      "on thursday from 02:00 to 03:00",
    ],
    ["that is inactive", { active: false }, {}, more, "extension-not-allowed", "takes no requests any more"],
    [
      "that is automatic by now",
      { trigger: "automatic" },
      {},
      more,
      "extension-not-allowed",
      "takes no requests any more",
    ],
    ["without the reason that it asks for", {}, {}, { duration }, "justification-required", "justification"],
    [
      "with a reason that does not match",
      {},
      { justificationPattern: "INC-[0-9]+" },
      more,
      "justification-required",
      "INC-[0-9]+",
    ],
    ["with a password alone", {}, { mfaRequired: true }, more, "mfa-required", "sign"],
    [
      "whose editor was not confirmed",
      { unconfirmedEditors: [alice.userId] },
      {},
      more,
      "flow-unconfirmed",
      "confirm",
    ],
  ])("is refused %s", async (_case, flow, settings, body, code, words) => {
    const { answer, written } = await extendUnder(flow, settings, body);
    const refused = problemIn(answer);
    expect(refused.code).toBe(code);
    expect(refused.detail).toContain(words);
    expect(written).toBe(0);
  });

  it.each<readonly [string, Partial<AccessFlow>, Partial<AccessFlow["settings"]>, unknown, CallOptions]>([
    ["within its timeframe", { timeframe: frame("00:00", "01:00") }, {}, more, {}],
    ["without a reason where it asks for none", {}, { justificationRequired: false }, { duration }, {}],
    [
      "with a reason that matches",
      {},
      { justificationPattern: "INC-[0-9]+" },
      { duration, justification: "INC-42" },
      {},
    ],
    ["with a second factor", {}, { mfaRequired: true }, more, withSecondFactor],
    ["whose editor is somebody else", { unconfirmedEditors: [root.userId] }, {}, more, {}],
  ])("is given %s", async (_case, flow, settings, body, options) => {
    const { answer } = await extendUnder(flow, settings, body, options);
    expect(answer).toMatchObject({ status: 200, body: { expiresAt: "2026-01-01T02:00:00.000Z" } });
  });
});
