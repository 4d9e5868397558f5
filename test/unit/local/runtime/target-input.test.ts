import { describe, expect, it } from "vitest";
import type { BusEvent } from "../../../../local/events/event.ts";
import { targetInput } from "../../../../local/events/target-input.ts";

const RULE = "arn:aws:events:eu-west-1:111111111111:rule/lockstep/approval-needed";
const event: BusEvent = {
  version: "0",
  id: "1",
  "detail-type": "ApprovalNeeded",
  source: "lockstep",
  account: "111111111111",
  time: "2026-01-01T00:00:00.000Z",
  region: "eu-west-1",
  resources: [],
  detail: { requestId: "req-1", reason: 'said "yes"', entitlements: [{ account: "222222222222" }] },
};
const target = { Id: "T", Arn: "arn:aws:sns:eu-west-1:111111111111:topic" };

const transformed = (InputTemplate: string, InputPathsMap: Readonly<Record<string, string>>) =>
  targetInput({ ...target, InputTransformer: { InputTemplate, InputPathsMap } }, event, RULE);

describe("what a rule's target gets", () => {
  it("is the event by default", () => {
    expect(targetInput(target, event, RULE)).toEqual(event);
  });

  it("is a constant, or a part of the event", () => {
    expect(targetInput({ ...target, Input: '{"a":1}' }, event, RULE)).toEqual({ a: 1 });
    expect(targetInput({ ...target, InputPath: "$.detail.entitlements[0].account" }, event, RULE)).toBe(
      "222222222222",
    );
  });

  it("is a text with variables", () => {
    expect(
      transformed('"Request <id> waits: <why> <none>"', {
        id: "$.detail.requestId",
        why: "$.detail.reason",
        none: "$.detail.x",
      }),
    ).toBe('Request req-1 waits: said "yes" ');
  });

  it("is JSON with variables as values", () => {
    expect(
      transformed('{"id": <id>, "list": <list>, "rule": <aws.events.rule-name>}', {
        id: "$.detail.requestId",
        list: "$.detail.entitlements",
      }),
    ).toEqual({
      id: "req-1",
      list: [{ account: "222222222222" }],
      rule: "approval-needed",
    });
  });
});
