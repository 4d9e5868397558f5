import { beforeEach, describe, expect, it } from "vitest";
import type { RequestStep } from "../../../../lambdas/core/domain/approval-step.ts";
import {
  STATUSES,
  type AccessRequest,
  type RequestIn,
  type Status,
} from "../../../../lambdas/core/domain/access-request.ts";
import { secondsAfter, timestamp, type GroupId } from "../../../../lambdas/core/domain/ids.ts";
import type { Person } from "../../../../lambdas/core/domain/principal.ts";
import type { PageQuery } from "../../../../lambdas/core/ports/stores.ts";
import { listRequests, listToApprove } from "../../../../lambdas/core/use-cases/list-requests.ts";
import {
  aGroupId,
  aPendingRequest,
  aPerson,
  aRequestId,
  anActiveRequest,
} from "../../../support/builders.ts";
import { FakeDirectory } from "../../../support/fakes/directory.ts";
import { FakeAccessRequestStore } from "../../../support/fakes/stores.ts";
import { VirtualClock } from "../../../support/virtual-clock.ts";
import { rolesHeldBy } from "../../../support/roles.ts";

const [erin, frank] = [aPerson("erin"), aPerson("frank")];
const [alice, bob, carol, root] = [aPerson("alice"), aPerson("bob"), aPerson("carol"), aPerson("root")];
const leads = aGroupId("payments-leads");
const engineers = aGroupId("payments-engineers");
const made = new Date("2026-01-01T00:00:00.000Z");

/** Remembers what each of its lists was asked for. */
class ListeningStore extends FakeAccessRequestStore {
  readonly asked: (readonly [list: string, page: PageQuery])[] = [];
  override listByRequester(...[requester, page]: Parameters<FakeAccessRequestStore["listByRequester"]>) {
    this.asked.push(["requester", page]);
    return super.listByRequester(requester, page);
  }
  override listByStatus(...[status, page]: Parameters<FakeAccessRequestStore["listByStatus"]>) {
    this.asked.push([status, page]);
    return super.listByStatus(status, page);
  }
  override listWaitingExtensions(
    ...[now, page]: Parameters<FakeAccessRequestStore["listWaitingExtensions"]>
  ) {
    this.asked.push(["extensions", page]);
    return super.listWaitingExtensions(now, page);
  }
}

/** Remembers which memberships were asked for. */
class ListeningDirectory extends FakeDirectory {
  readonly asked: (readonly GroupId[])[] = [];
  override memberships(...[user, groups]: Parameters<FakeDirectory["memberships"]>) {
    this.asked.push(groups);
    return super.memberships(user, groups);
  }
}

let clock: VirtualClock;
let requests: ListeningStore;
let directory: ListeningDirectory;

beforeEach(() => {
  clock = new VirtualClock(made);
  requests = new ListeningStore();
  directory = new ListeningDirectory();
  directory.addGroup({ groupId: leads, displayName: "payments-leads", members: [bob.userId] });
  directory.addGroup({ groupId: engineers, displayName: "payments-engineers", members: [carol.userId] });
});

const dependencies = () => ({
  requests,
  directory,
  clock,
  rolesOf: rolesHeldBy({ administrator: [root], auditor: [erin], "policy-author": [frank] }),
});
interface Query {
  readonly status?: Status;
  readonly limit?: number;
  readonly cursor?: string | undefined;
}
const list = (view: "mine" | "to-approve" | "all", caller: Person, { limit = 50, ...query }: Query = {}) =>
  listRequests(dependencies())({ caller, query: { view, limit, ...query } });
const idsOf = ({ items }: { readonly items: readonly AccessRequest[] }) => items.map(({ id }) => id);
const id = (index: number) => aRequestId(`number ${index}`);
/** When the request of that number was made. */
const at = (index: number) => new Date(made.getTime() + index * 1000);
type Draft = Parameters<typeof aPendingRequest>[0];
const pending = async (index: number, overrides: Draft = {}): Promise<RequestIn<"pending">> => {
  const request = aPendingRequest({ id: id(index), ...overrides }, at(index));
  await requests.create(request);
  return request;
};
const inStatus = async (index: number, status: Status): Promise<void> => {
  await requests.create({ ...aPendingRequest({ id: id(index) }, at(index)), status } as AccessRequest);
};
const byUsers = (...people: Person[]): RequestStep => ({
  anyOf: people.map(({ userId, userName }) => ({ type: "user" as const, id: userId, name: userName })),
  withinSeconds: 3600,
});
const approvalOf = (...steps: RequestStep[]) => ({ ...aPendingRequest().approval, steps });
/** Access until an hour from the beginning, on which more time waits for an approval. */
const extended = async (
  index: number,
  secondsLeft: number,
  approval = aPendingRequest().approval,
): Promise<RequestIn<"active">> => {
  const extension = {
    by: alice,
    duration: "PT1H",
    durationSeconds: 3600,
    justification: "more",
    askedAt: timestamp(made),
    deadline: secondsAfter(made, secondsLeft),
    approval,
  };
  const request = { ...anActiveRequest(), id: id(index), extension };
  await requests.create(request);
  return request;
};
const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);

describe("the caller's own requests", () => {
  it("are theirs and nobody else's, newest first", async () => {
    for (const index of numbers(3)) await pending(index);
    await pending(3, { requester: carol });
    expect(idsOf(await list("mine", alice))).toEqual([id(2), id(1), id(0)]);
    expect(idsOf(await list("mine", carol))).toEqual([id(3)]);
    expect(await list("mine", bob)).toStrictEqual({ items: [] });
  });

  it.each(STATUSES)("are those in the status that is asked for: %s", async (status) => {
    for (const [index, other] of STATUSES.entries()) await inStatus(index, other);
    expect(idsOf(await list("mine", alice, { status }))).toEqual([id(STATUSES.indexOf(status))]);
    expect(idsOf(await list("mine", alice))).toHaveLength(STATUSES.length);
  });

  it("come by the page, and only the last one has no cursor", async () => {
    for (const index of numbers(3)) await pending(index);
    const first = await list("mine", alice, { limit: 2 });
    expect(idsOf(first)).toEqual([id(2), id(1)]);
    const second = await list("mine", alice, { limit: 2, cursor: first.cursor });
    expect(second).toStrictEqual({ items: [await requests.get(id(0))] });
    expect(requests.asked).toStrictEqual([
      ["requester", { limit: 2 }],
      ["requester", { limit: 2, cursor: first.cursor }],
    ]);
  });

  it("are read on until the page is full, and no further", async () => {
    for (const [index, status] of (["active", "pending", "active", "active", "pending"] as const).entries())
      await inStatus(index, status);
    const page = await list("mine", alice, { status: "active", limit: 2 });
    expect(idsOf(page)).toEqual([id(3), id(2)]);
    expect(requests.asked.map(([, { limit }]) => limit)).toEqual([2, 1]);
    const last = await list("mine", alice, { status: "active", limit: 2, cursor: page.cursor });
    expect(idsOf(last)).toEqual([id(0)]);
    expect(last).not.toHaveProperty("cursor");
  });

  it("are looked for in ten pages at most; the answer says where to go on", async () => {
    await inStatus(0, "active");
    for (const index of numbers(10)) await inStatus(index + 1, "pending");
    const page = await list("mine", alice, { status: "active", limit: 1 });
    expect(page.items).toEqual([]);
    expect(requests.asked).toHaveLength(10);
    expect(idsOf(await list("mine", alice, { status: "active", limit: 1, cursor: page.cursor }))).toEqual([
      id(0),
    ]);
  });
});

describe("everybody's requests", () => {
  it("are for auditors and administrators, by the page, newest first", async () => {
    for (const index of numbers(3)) await pending(index, { requester: index === 1 ? carol : alice });
    const first = await list("all", root, { limit: 2 });
    expect(idsOf(first)).toEqual([id(2), id(1)]);
    const second = await list("all", root, { limit: 2, cursor: first.cursor });
    expect(second).toStrictEqual({ items: [await requests.get(id(0))] });
    expect(await list("all", erin, { limit: 2 })).toStrictEqual(first);
  });

  it.each(STATUSES)("are those in the status that is asked for: %s", async (status) => {
    for (const [index, other] of STATUSES.entries()) await inStatus(index, other);
    expect(idsOf(await list("all", root, { status, limit: 7 }))).toEqual([id(STATUSES.indexOf(status))]);
    expect(requests.asked).toStrictEqual([[status, { limit: 7 }]]);
  });

  it("are not even read for anybody else", async () => {
    await pending(0);
    for (const caller of [alice, bob, frank]) {
      await expect(list("all", caller)).rejects.toMatchObject({
        code: "role-missing",
        message:
          "This needs the role auditor (deploy setting auditorGroups) or administrator (deploy setting administratorGroups), and no group that you are in gives you one of them.",
      });
    }
    expect(requests.asked).toEqual([]);
  });
});

describe("what waits for the caller's decision", () => {
  const waiting = async (caller = bob, query: Query = {}) => idsOf(await list("to-approve", caller, query));

  it("is for the approvers of the step that waits, and not for requester, beneficiary or administrator", async () => {
    await pending(0);
    await pending(1, { principal: { type: "GROUP", id: engineers, name: "payments-engineers" } });
    for (const person of [alice, carol]) directory.join(person.userId, leads);
    expect(await waiting()).toEqual([id(1), id(0)]);
    expect(await waiting(carol)).toEqual([id(0)]);
    for (const caller of [alice, root]) expect(await waiting(caller)).toEqual([]);
  });

  it("waits until its deadline, and not a millisecond longer", async () => {
    const { deadline } = await pending(0);
    await clock.advanceTo(new Date(Date.parse(deadline) - 1));
    expect(await waiting()).toEqual([id(0)]);
    await clock.advanceBy(1);
    expect(await waiting()).toEqual([]);
  });

  it("is nobody's twice: who has approved one step is not asked for the next", async () => {
    const request = aPendingRequest({ approval: approvalOf(byUsers(bob), byUsers(bob, carol)) });
    const decision = { step: 0, by: bob, decision: "approve" as const, at: timestamp(made) };
    await requests.create({ ...request, approval: { ...request.approval, decisions: [decision] } });
    expect(await waiting()).toEqual([]);
    expect(await waiting(carol)).toEqual([request.id]);
  });

  it("asks for each group once, and for none where steps name people only", async () => {
    await pending(0, { approval: approvalOf(byUsers(bob)) });
    expect(await waiting()).toEqual([id(0)]);
    expect(directory.asked).toEqual([]);
    await pending(1);
    await pending(2);
    expect(await waiting()).toEqual([id(2), id(1), id(0)]);
    expect(directory.asked).toEqual([[leads]]);
  });

  it("is requests first, the newest first, then extensions, the most urgent first", async () => {
    for (const index of numbers(2)) await pending(index);
    await extended(2, 1200);
    await extended(3, 600);
    expect(await waiting()).toEqual([id(1), id(0), id(3), id(2)]);
    expect(requests.asked).toStrictEqual([
      ["pending", { limit: 50 }],
      ["extensions", { limit: 48 }],
    ]);
  });

  it("is the same by the page, whatever its size, each once", async () => {
    for (const index of numbers(3)) await pending(index);
    await extended(3, 1200);
    await extended(4, 600);
    for (const limit of [1, 2, 3, 4, 5, 6]) {
      const pages: (readonly string[])[] = [];
      let cursor: string | undefined;
      do {
        const page = await list("to-approve", bob, { limit, cursor });
        expect(page.items.length).toBeLessThanOrEqual(limit);
        pages.push(idsOf(page));
        if (pages.length > 10) throw new Error("The list does not end");
        cursor = page.cursor;
      } while (cursor !== undefined);
      expect(pages.flat()).toEqual([id(2), id(1), id(0), id(4), id(3)]);
    }
  });

  it("is only what is in the status that is asked for", async () => {
    await pending(0);
    await extended(1, 600);
    expect(await waiting(bob, { status: "pending" })).toEqual([id(0)]);
    expect(await waiting(bob, { status: "active" })).toEqual([id(1)]);
    expect(requests.asked.map(([name]) => name)).toEqual(["pending", "extensions"]);
  });

  it.each(STATUSES.filter((status) => !["pending", "active"].includes(status)))(
    "is nothing, without a look, in a status in which nothing waits: %s",
    async (status) => {
      await pending(0);
      expect(await list("to-approve", bob, { status })).toStrictEqual({ items: [] });
      expect(requests.asked).toEqual([]);
    },
  );

  it("is an extension for the approvers of its own step, until its own deadline", async () => {
    await extended(0, 600, approvalOf(byUsers(carol)));
    expect(await waiting(bob)).toEqual([]);
    await clock.advanceTo(new Date(made.getTime() + 599_999));
    expect(await waiting(carol)).toEqual([id(0)]);
    await clock.advanceBy(1);
    expect(await waiting(carol)).toEqual([]);
  });

  it("is not what the lists, which lag behind, still show, but nobody is to decide any more", async () => {
    const request = await pending(0);
    const { deadline: _deadline, ...approved } = request;
    requests.listByStatus = () => Promise.resolve({ items: [{ ...approved, status: "approved" }, request] });
    requests.listWaitingExtensions = () => Promise.resolve({ items: [anActiveRequest()] });
    expect(await waiting()).toEqual([id(0)]);
  });

  it.each([
    ["no cursor", "somewhere"],
    ["another list's", Buffer.from(JSON.stringify({ list: "ended" })).toString("base64url")],
  ])("begins nowhere else than a list said: %s", async (_, cursor) => {
    await pending(0);
    await expect(list("to-approve", bob, { cursor })).rejects.toMatchObject({
      code: "invalid-cursor",
      message: "The cursor is not one that this list gave.",
    });
  });

  it("is what the caller's own view shows: nothing more is asked for", async () => {
    const request = await pending(0);
    const page = await listToApprove(dependencies())({ caller: bob, page: { limit: 5 } });
    expect(page).toStrictEqual({ items: [request] });
  });
});
