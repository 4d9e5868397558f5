import { describe, expect, it } from "vitest";
import type { AccessRequest } from "../../../lambdas/core/domain/access-request.ts";
import { commonOf, evolve } from "../../../lambdas/core/domain/evolve.ts";
import { timestamp } from "../../../lambdas/core/domain/ids.ts";
import type { Page, PageQuery } from "../../../lambdas/core/ports/stores.ts";
import { aBreakGlassRequest, aReview } from "../../support/break-glass.ts";
import { aPendingRequest, aPerson, aRequestId, anActiveRequest } from "../../support/builders.ts";
import { describeStores } from "./describe-stores.ts";

/** The `number`-th request, made that many minutes after midnight. */
const numbered = (number: number, overrides: Parameters<typeof aPendingRequest>[0] = {}) =>
  aPendingRequest({
    id: aRequestId(`number ${String(number)}`),
    createdAt: timestamp(new Date(Date.UTC(2026, 0, 1, 0, number))),
    ...overrides,
  });

/** The next version of a request as a store sees it: the same, with a higher version. */
const nextVersion = (request: AccessRequest): AccessRequest => ({ ...request, version: request.version + 1 });

const everyPage = async (list: (page: PageQuery) => Promise<Page<AccessRequest>>, limit: number) => {
  const pages: string[][] = [];
  let cursor: string | undefined;
  do {
    const page = await list({ limit, ...(cursor === undefined ? {} : { cursor }) });
    pages.push(page.items.map(({ id }) => id));
    cursor = page.cursor;
  } while (cursor !== undefined);
  return pages;
};

describeStores("access requests", (stores) => {
  it("gives back exactly what was written", async () => {
    const request = aPendingRequest();
    expect(await stores().requests.create(request)).toBe("written");
    expect(await stores().requests.get(request.id)).toEqual(request);
    expect(await stores().requests.get(aRequestId("two"))).toBeUndefined();
  });

  it("writes an id once, so that a retried submission meets the first one", async () => {
    const request = aPendingRequest();
    await stores().requests.create(request);
    expect(await stores().requests.create({ ...request, justification: "another" })).toBe("conflict");
    expect((await stores().requests.get(request.id))?.justification).toBe("incident 42");
  });

  it("lets one of two writers of the same version win", async () => {
    const request = aPendingRequest();
    await stores().requests.create(request);
    const next = nextVersion(request);
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, () => stores().requests.replace(next, ["pending"])),
    );
    expect(outcomes.filter((outcome) => outcome === "written")).toHaveLength(1);
    expect((await stores().requests.get(request.id))?.version).toBe(2);
  });

  it("refuses a transition from a status that it may not start from", async () => {
    const request = aPendingRequest();
    await stores().requests.create(request);
    expect(await stores().requests.replace(nextVersion(request), ["approved", "scheduled"])).toBe("conflict");
    expect(await stores().requests.replace(nextVersion(request), ["approved", "pending"])).toBe("written");
  });

  it("refuses to skip a version, to go back, and to replace what is not there", async () => {
    const request = aPendingRequest();
    expect(await stores().requests.replace(nextVersion(request), ["pending"])).toBe("conflict");
    await stores().requests.create(request);
    expect(await stores().requests.replace({ ...request, version: 3 }, ["pending"])).toBe("conflict");
    expect(await stores().requests.replace(request, ["pending"])).toBe("conflict");
    expect(await stores().requests.get(request.id)).toEqual(request);
  });

  it("lists newest first, page by page, and ends without an empty page", async () => {
    const requests = Array.from({ length: 6 }, (_, number) => numbered(number));
    for (const request of requests) await stores().requests.create(request);
    const newestFirst = requests.map(({ id }) => id).reverse();
    expect(await everyPage((page) => stores().requests.list(page), 4)).toEqual([
      newestFirst.slice(0, 4),
      newestFirst.slice(4),
    ]);
    expect(await everyPage((page) => stores().requests.list(page), 3)).toEqual([
      newestFirst.slice(0, 3),
      newestFirst.slice(3),
    ]);
    expect(await everyPage((page) => stores().requests.list(page), 100)).toEqual([newestFirst]);
  });

  it("lists a hundred at once", async () => {
    const requests = Array.from({ length: 101 }, (_, number) => numbered(number));
    await Promise.all(requests.map((request) => stores().requests.create(request)));
    const pages = await everyPage((page) => stores().requests.list(page), 100);
    expect(pages.map((page) => page.length)).toEqual([100, 1]);
    expect(pages.flat()).toEqual(requests.map(({ id }) => id).reverse());
  });

  it("lists by requester and by status, and follows a status that changed", async () => {
    const bob = aPerson("bob");
    const [first, second, third] = [numbered(0), numbered(1, { requester: bob }), numbered(2)] as const;
    for (const request of [first, second, third]) await stores().requests.create(request);
    const { deadline: _deadline, ...rest } = first;
    const approved: AccessRequest = { ...rest, status: "approved", version: 2 };
    await stores().requests.replace(approved, ["pending"]);

    const ids = (page: Page<AccessRequest>) => page.items.map(({ id }) => id);
    const page = { limit: 10 };
    expect(ids(await stores().requests.listByRequester(aPerson("alice").userId, page))).toEqual([
      third.id,
      first.id,
    ]);
    expect(ids(await stores().requests.listByRequester(bob.userId, page))).toEqual([second.id]);
    expect(ids(await stores().requests.listByStatus("pending", page))).toEqual([third.id, second.id]);
    expect(await stores().requests.listByStatus("approved", page)).toEqual({ items: [approved] });
    expect(await stores().requests.listByStatus("stuck", page)).toEqual({ items: [] });
  });

  it("lists what others made for a user, newest first, page by page, and nothing that they made themselves", async () => {
    const { userId: id, userName: name } = aPerson("carol");
    const principal = { type: "USER" as const, id, name };
    for (const minute of [0, 1, 2]) await stores().requests.create(numbered(minute, { principal }));
    await stores().requests.create(numbered(3));
    await stores().requests.create(numbered(4, { requester: aPerson("carol"), principal }));
    const list = (page: PageQuery) => stores().requests.listMadeFor(id, page);
    const expected = [2, 1, 0].map((minute) => numbered(minute, { principal }).id);
    for (const limit of [1, 2, 100]) expect((await everyPage(list, limit)).flat()).toEqual(expected);
    for (const person of ["alice", "bob"]) {
      expect(await stores().requests.listMadeFor(aPerson(person).userId, { limit: 5 })).toEqual({
        items: [],
      });
    }
    await expect(list({ limit: 1, cursor: "garbage" })).rejects.toMatchObject({ code: "invalid-cursor" });
  });

  describe("waiting extensions", () => {
    const now = new Date("2026-01-01T00:10:00.000Z");
    const minutesPast = (minutes: number) => timestamp(new Date(Date.UTC(2026, 0, 1, 0, minutes)));

    /** An active request whose extension can be decided until so many minutes past midnight. */
    const waiting = (name: string, deadline: number) => {
      const active = anActiveRequest({ id: aRequestId(name) });
      const extension = {
        by: active.requester,
        duration: "PT1H",
        durationSeconds: 3600,
        justification: "not done yet",
        askedAt: minutesPast(0),
        deadline: minutesPast(deadline),
        approval: { ...active.approval, decisions: [] },
      };
      const occasion = { actor: { type: "user", userId: active.requester.userId } as const, now };
      const { activeAt, expiresAt } = active;
      const asked = { ...commonOf(active), activeAt, expiresAt, extension };
      return { active, asked: evolve("ExtensionRequested", active, asked, occasion) };
    };
    const list = (page: PageQuery, at = now) => stores().requests.listWaitingExtensions(at, page);

    it("are listed by their deadline, page by page, until it is over", async () => {
      const names = ["c", "a", "d", "b"];
      for (const [index, name] of names.entries()) {
        const { active, asked } = waiting(name, 40 - 10 * index);
        await stores().requests.create(active);
        expect(await stores().requests.replace(asked, ["active"])).toBe("written");
      }
      await stores().requests.create(anActiveRequest({ id: aRequestId("without") }));
      // Deadlines at 40, 30, 20 and 10 minutes past; it is ten past now.
      const expected = ["d", "a", "c"].map((name) => aRequestId(name));
      for (const limit of [1, 2, 100]) expect((await everyPage(list, limit)).flat()).toEqual(expected);
      const first = await list({ limit: 1 });
      const muchLater = new Date(minutesPast(35));
      const rest = await list({ limit: 5, ...(first.cursor && { cursor: first.cursor }) }, muchLater);
      expect(rest.items.map(({ id }) => id)).toEqual([aRequestId("c")]);
    });

    it("are listed no more once they are decided, and as active requests as before", async () => {
      const { active, asked } = waiting("one", 30);
      await stores().requests.create(active);
      await stores().requests.replace(asked, ["active"]);
      expect(await list({ limit: 5 })).toEqual({ items: [asked] });
      expect(await stores().requests.listByStatus("active", { limit: 5 })).toEqual({ items: [asked] });
      expect(await stores().requests.list({ limit: 5 })).toEqual({ items: [asked] });
      const { extension: _decided, ...rest } = asked;
      await stores().requests.replace({ ...rest, version: asked.version + 1 }, ["active"]);
      expect((await list({ limit: 5 })).items).toEqual([]);
    });

    it("are not listed for a write that lost its race", async () => {
      const { active, asked } = waiting("one", 30);
      await stores().requests.create({ ...active, version: active.version + 1 });
      expect(await stores().requests.replace(asked, ["active"])).toBe("conflict");
      expect((await list({ limit: 5 })).items).toEqual([]);
    });

    it("are listed from nowhere but where a page ended", async () => {
      await expect(list({ limit: 1, cursor: "garbage" })).rejects.toMatchObject({ code: "invalid-cursor" });
    });
  });

  describe("requests of automatic flows", () => {
    const lasting = (name: string, minutes: number) =>
      anActiveRequest({
        id: aRequestId(name),
        automatic: { until: timestamp(new Date(Date.UTC(2026, 0, 1, 0, minutes))) },
      });
    const now = new Date(Date.UTC(2026, 0, 1, 0, 15));
    const list = (page: PageQuery) => stores().requests.listAutomatic(now, page);

    it("are listed by the end of their period, page by page, until that is over, and no others are", async () => {
      for (const [name, minutes] of [
        ["c", 40],
        ["a", 20],
        ["over", 10],
        ["b", 30],
      ] as const)
        expect(await stores().requests.create(lasting(name, minutes))).toBe("written");
      await stores().requests.create(anActiveRequest({ id: aRequestId("asked for") }));
      const expected = ["a", "b", "c"].map((name) => aRequestId(name));
      for (const limit of [1, 2, 100]) expect((await everyPage(list, limit)).flat()).toEqual(expected);
    });

    it("are listed as they are, whatever has become of them, and once as what they are", async () => {
      const request = lasting("one", 30);
      await stores().requests.create(request);
      const next = { ...request, version: request.version + 1 };
      await stores().requests.replace(next, ["active"]);
      expect(await list({ limit: 5 })).toEqual({ items: [next] });
      expect(await stores().requests.listByStatus("active", { limit: 5 })).toEqual({ items: [next] });
      expect(await stores().requests.list({ limit: 5 })).toEqual({ items: [next] });
      expect(await stores().requests.create(request)).toBe("conflict");
      expect(await list({ limit: 5 })).toEqual({ items: [next] });
    });
  });

  describe("emergencies", () => {
    const minute = (number: number) => new Date(Date.UTC(2026, 0, 1, 0, number));
    const used = (name: string, number = 0) => aBreakGlassRequest({ id: aRequestId(name) }, minute(number));

    /** The emergency cancelled, and that reviewed by bob. */
    const ends = (request: ReturnType<typeof used>) => {
      const occasion = { actor: { type: "lockstep", name: "api" } as const, now: minute(30) };
      const ended = { reason: "cancelled" as const, at: timestamp(minute(30)) };
      const draft = { ...commonOf(request), ended };
      const cancelled = evolve("RequestCancelled", request, draft, occasion);
      const review = aReview("bob");
      const reviewed = evolve("CancelledAccessReviewed", cancelled, { ...draft, review }, occasion);
      return { cancelled, reviewed };
    };
    const end = async (request: ReturnType<typeof used>) => {
      const { cancelled, reviewed } = ends(request);
      expect(await stores().requests.replace(cancelled, ["approved"])).toBe("written");
      return reviewed;
    };
    const idsOf = async (list: "listUnreviewedBreakGlass" | "listBreakGlass") => {
      const { items } = await stores().requests[list]({ limit: 100 });
      return items.map(({ id }) => id);
    };

    it("are on the lists from their beginning, page by page, and nothing else is", async () => {
      for (const [number, name] of ["a", "b", "c"].entries())
        await stores().requests.create(used(name, number));
      await stores().requests.create(numbered(4));
      const oldestFirst = ["a", "b", "c"].map(aRequestId);
      for (const limit of [1, 2, 100]) {
        const unreviewed = (page: PageQuery) => stores().requests.listUnreviewedBreakGlass(page);
        expect((await everyPage(unreviewed, limit)).flat()).toEqual(oldestFirst);
        const all = (page: PageQuery) => stores().requests.listBreakGlass(page);
        expect((await everyPage(all, limit)).flat()).toEqual(oldestFirst.toReversed());
      }
    });

    it("stay unreviewed when they are over, until somebody has reviewed them; and among all for good", async () => {
      const [one, other] = [used("one", 0), used("other", 1)];
      for (const request of [one, other]) await stores().requests.create(request);
      const reviewed = await end(one);
      expect(await idsOf("listUnreviewedBreakGlass")).toEqual([one.id, other.id]);
      expect(await stores().requests.replace(reviewed, ["cancelled"])).toBe("written");
      expect(await idsOf("listUnreviewedBreakGlass")).toEqual([other.id]);
      expect(await idsOf("listBreakGlass")).toEqual([other.id, one.id]);
    });

    it("stay unreviewed when a review loses its race", async () => {
      const one = used("one");
      await stores().requests.create(one);
      const reviewed = await end(one);
      expect(await stores().requests.replace({ ...reviewed, version: 9 }, ["cancelled"])).toBe("conflict");
      expect(await idsOf("listUnreviewedBreakGlass")).toEqual([one.id]);
    });

    it("stay reviewed when the request that made them is sent again", async () => {
      const one = used("one");
      await stores().requests.create(one);
      await stores().requests.replace(await end(one), ["cancelled"]);
      expect(await stores().requests.create(one)).toBe("conflict");
      expect(await idsOf("listUnreviewedBreakGlass")).toEqual([]);
      expect(await idsOf("listBreakGlass")).toEqual([one.id]);
    });

    it("are on the other lists once, as requests", async () => {
      const one = used("one");
      await stores().requests.create(one);
      expect(await stores().requests.list({ limit: 5 })).toEqual({ items: [one] });
      expect(await stores().requests.listByStatus("approved", { limit: 5 })).toEqual({ items: [one] });
    });
  });

  it("refuses a cursor that it never gave", async () => {
    for (const cursor of ["garbage", "", "bnVsbA", "W10", "e30", "../..", "%00"]) {
      await expect(stores().requests.list({ limit: 1, cursor })).rejects.toMatchObject({
        name: "DomainError",
        code: "invalid-cursor",
      });
    }
  });
});
