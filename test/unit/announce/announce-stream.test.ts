import { marshall } from "@aws-sdk/util-dynamodb";
import type { AttributeValue, Context, DynamoDBBatchResponse, DynamoDBRecord } from "aws-lambda";
import { describe, expect, it } from "vitest";
import { factAttributes, FACT_PLACES, inventoryKeys } from "../../../lambdas/adapters/dynamodb/keys.ts";
import { announceStream } from "../../../lambdas/announce/announce-stream.ts";
import { timestamp, type Timestamp } from "../../../lambdas/core/domain/ids.ts";
import { factId, type AssignmentFact, type UserFact } from "../../../lambdas/core/domain/inventory/facts.ts";
import type { Observed } from "../../../lambdas/core/ports/inventory.ts";
import { anAccountId, aPermissionSetArn, aRequestId, aUserId } from "../../support/builders.ts";
import { FakeEventPublisher } from "../../support/fakes/event-publisher.ts";
import { anAccountFact } from "../../support/facts.ts";

const context = { functionName: "lockstep-announce", awsRequestId: "1" } as Context;
const at = (second: number): Timestamp => timestamp(new Date(Date.UTC(2026, 0, 1, 0, 0, second)));

const assignment: AssignmentFact = {
  kind: "assignment",
  accountId: anAccountId(2),
  permissionSetArn: aPermissionSetArn("PowerUser"),
  principalType: "USER",
  principalId: aUserId("ines"),
};
const user: UserFact = {
  kind: "user",
  id: aUserId("ines"),
  userName: "ines",
  email: "ines@example.com",
  enabled: true,
};

type Item = Readonly<Record<string, unknown>>;

/** An item as the inventory's adapter writes it. */
const itemOf = (observed: Observed): Item => ({
  ...observed,
  ...factAttributes(observed.fact, observed.since),
});

/** What `forget` makes of an item. */
const traceOf = (item: Item | undefined, fact: AssignmentFact, rest: Item): Item => {
  const { baseline: _baseline, by: _by, heldBy: _heldBy, ...kept } = { ...item };
  const places = new Set<string>(FACT_PLACES);
  return {
    ...Object.fromEntries(Object.entries(kept).filter(([name]) => !places.has(name))),
    ...inventoryKeys.fact(fact.kind, factId(fact)),
    kind: "fact",
    gone: true,
    ttl: 1,
    ...rest,
  };
};

const image = (item: Item) =>
  marshall(item, { removeUndefinedValues: true }) as Record<string, AttributeValue>;

const written = (before: Item | undefined, after: Item, sequence = "1"): DynamoDBRecord => ({
  dynamodb: {
    SequenceNumber: sequence,
    ...(before && { OldImage: image(before) }),
    NewImage: image(after),
  },
});

const announce = async (...records: readonly DynamoDBRecord[]) => {
  const events = new FakeEventPublisher();
  const answer: DynamoDBBatchResponse = await announceStream(events)({ Records: [...records] }, context);
  return { answer, published: events.published };
};

const appeared = itemOf({ fact: assignment, since: at(1), observedAt: at(5), by: "arn:aws:iam::1:user/a" });

describe("a write of the inventory", () => {
  it("that brings an assignment in is told once, by ids, with who did it and when", async () => {
    const heldBy = [aRequestId("one")];
    const { published, answer } = await announce(written(undefined, { ...appeared, heldBy }));
    expect(answer).toEqual({ batchItemFailures: [] });
    expect(published).toEqual([
      {
        id: `AssignmentAppeared#${factId(assignment)}#${at(5)}`,
        type: "AssignmentAppeared",
        at: at(1),
        detail: {
          version: 1,
          accountId: assignment.accountId,
          permissionSetArn: assignment.permissionSetArn,
          principalType: "USER",
          principalId: assignment.principalId,
          observedAt: at(5),
          by: "arn:aws:iam::1:user/a",
          heldBy,
        },
      },
    ]);
  });

  it("that is delivered again has the same event", async () => {
    const record = written(undefined, appeared);
    const { published } = await announce(record, record);
    expect(published).toHaveLength(2);
    expect(published[1]).toEqual(published[0]);
  });

  it("of what was there at the first look tells nobody", async () => {
    const first = itemOf({ fact: assignment, since: at(1), observedAt: at(1), baseline: true });
    expect((await announce(written(undefined, first))).published).toEqual([]);
  });

  it("of what the first look sees later of something tells nobody, and of a change after it does", async () => {
    const account = anAccountFact(2);
    const listed = itemOf({ fact: account, since: at(1), observedAt: at(1), baseline: true });
    const fact = { ...account, tags: { team: "payments" } };
    const tagged = itemOf({ fact, since: at(1), observedAt: at(2), baseline: true });
    expect((await announce(written(listed, tagged))).published).toEqual([]);
    const renamed = itemOf({ fact: { ...fact, name: "other" }, since: at(1), observedAt: at(3) });
    expect((await announce(written(tagged, renamed))).published).toMatchObject([{ type: "AccountChanged" }]);
  });

  it("that takes away what was there at the first look is told", async () => {
    const first = itemOf({ fact: assignment, since: at(1), observedAt: at(1), baseline: true });
    const gone = traceOf(first, assignment, { observedAt: at(9), by: "arn:aws:iam::1:user/b" });
    const { published } = await announce(written(first, gone));
    expect(published).toMatchObject([
      { type: "AssignmentVanished", at: at(9), detail: { by: "arn:aws:iam::1:user/b" } },
    ]);
  });

  it("that takes away what nobody looks at any more tells nobody: it did not vanish", async () => {
    const gone = traceOf(appeared, assignment, { observedAt: at(9), leftScope: true });
    expect((await announce(written(appeared, gone))).published).toEqual([]);
  });

  it("that brings back what had vanished is told as something that appeared", async () => {
    const gone = traceOf(appeared, assignment, { observedAt: at(9) });
    const back = itemOf({ fact: assignment, since: at(11), observedAt: at(11) });
    expect((await announce(written(gone, back))).published.map(({ type }) => type)).toEqual([
      "AssignmentAppeared",
    ]);
  });

  it("that only looked again, or left a trace where nothing was, tells nobody", async () => {
    const again = { ...appeared, observedAt: at(7), order: "elsewhere" };
    const trace = traceOf(undefined, assignment, { observedAt: at(9) });
    const later = traceOf(trace, assignment, { observedAt: at(10) });
    expect(
      (await announce(written(appeared, again), written(undefined, trace), written(trace, later))).published,
    ).toEqual([]);
  });

  it("that changes a person is told by the id, without what changed", async () => {
    const before = itemOf({ fact: user, since: at(1), observedAt: at(1) });
    const after = itemOf({ fact: { ...user, enabled: false }, since: at(1), observedAt: at(3) });
    const { published } = await announce(written(before, after));
    expect(published).toMatchObject([{ type: "UserChanged", at: at(3), detail: { userId: user.id } }]);
    expect(JSON.stringify(published)).not.toMatch(/ines@|"ines"/);
  });

  it("that marks an account stale is no change in AWS", async () => {
    const problem = {
      code: "access-denied",
      severity: "warning",
      message: "Denied.",
      fix: "Allow.",
    } as const;
    const stale = itemOf({
      fact: { kind: "stale-account", accountId: assignment.accountId, scope: "resources", problem },
      since: at(1),
      observedAt: at(1),
    });
    expect((await announce(written(undefined, stale))).published).toEqual([]);
  });
});

describe("a note of how far an account was looked into", () => {
  it("is no change in AWS", async () => {
    const coverage = itemOf({
      fact: { kind: "coverage", accountId: assignment.accountId, subjects: { "iam-user": "whole" } },
      since: at(1),
      observedAt: at(1),
    });
    expect((await announce(written(undefined, coverage))).published).toEqual([]);
  });
});

describe("a batch", () => {
  it("stops at the first that is not accepted, so that it and all after it are delivered again", async () => {
    const events = new FakeEventPublisher();
    events.refusing = true;
    const records = [
      written(appeared, { ...appeared, observedAt: at(7) }, "1"),
      written(undefined, appeared, "2"),
    ];
    const answer = await announceStream(events)({ Records: records }, context);
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: "2" }] });
  });
});
