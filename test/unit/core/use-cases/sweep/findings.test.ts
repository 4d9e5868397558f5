import { describe, expect, it } from "vitest";
import {
  auditGap,
  deadHolder,
  drifted,
  orphan,
  overdue,
  waitingRemovals,
} from "../../../../../lambdas/core/use-cases/sweep/findings.ts";
import { anActiveRequest, anEntitlement, aRequestId } from "../../../../support/builders.ts";

/* What an administrator reads in the answer of POST /sweep: ids, and one sentence that says what was found and done. */

const entitlement = anEntitlement();
const { accountId, permissionSetArn, principalType, principalId } = entitlement;
const access = { accountId, permissionSetArn, principalType, principalId };
const requestId = aRequestId("one");

describe("a finding about a request", () => {
  it.each([
    ["restarted", "Nobody got on with this request, which is active: a new execution does."],
    [
      "left-for-later",
      "Nobody got on with this request, which is active, and no execution could be started: the next sweep tries again.",
    ],
  ] as const)("that is overdue and was %s", (outcome, sentence) => {
    const request = anActiveRequest();
    expect(overdue(request, outcome)).toEqual({
      kind: "overdue-request",
      outcome,
      requestId: request.id,
      sentence,
    });
  });

  it.each([
    [[2], "healed", "The audit trail lacked entry 2, which the request's own item still had: put back."],
    [
      [2, 3, 5],
      "healed",
      "The audit trail lacked entries 2, 3, 5, which the request's own item still had: put back.",
    ],
    [[1], "reported", "The audit trail lacks entry 1, older than what the request's own item keeps: lost."],
    [
      [1, 4],
      "reported",
      "The audit trail lacks entries 1, 4, older than what the request's own item keeps: lost.",
    ],
  ] as const)("whose trail lacks %j, which is %s", (sequences, outcome, sentence) => {
    expect(auditGap(requestId, sequences, outcome)).toEqual({
      kind: "audit-gap",
      outcome,
      requestId,
      sentence,
    });
  });
});

describe("a finding about an access", () => {
  it("that waited to be removed", () => {
    expect(waitingRemovals(entitlement)).toEqual({
      kind: "waiting-removals",
      outcome: "removal-started",
      access,
      sentence:
        "This access waited to be removed and nobody came for it: everything that waits is removed now.",
    });
  });

  it("that a request held which is over", () => {
    expect(deadHolder(entitlement, requestId)).toEqual({
      kind: "dead-holder",
      outcome: "hold-ended",
      requestId,
      access,
      sentence: "A request that is over, or does not exist, still held this access: its hold was ended.",
    });
  });

  it("that nobody holds", () => {
    expect(orphan(entitlement)).toEqual({
      kind: "orphan",
      outcome: "removal-queued",
      access,
      sentence: "Lockstep made this access and no live request needs it: its removal is queued.",
    });
  });

  it.each([
    [
      "appeared",
      "Lockstep removed this access, and somebody else made it again: it is theirs now, and stays.",
    ],
    [
      "vanished",
      "A live request needs this access, and somebody else removed it: Lockstep does not make it again.",
    ],
  ] as const)("that has %s", (kind, sentence) => {
    expect(drifted(entitlement, kind)).toEqual({ kind, outcome: "reported", access, sentence });
  });
});
