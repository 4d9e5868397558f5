import { beforeEach, describe, expect, it } from "vitest";
import type { AuditEntry } from "../../../../lambdas/core/domain/audit.ts";
import type { AccessRequest } from "../../../../lambdas/core/domain/access-request.ts";
import type { Person } from "../../../../lambdas/core/domain/principal.ts";
import type { Page, PageQuery } from "../../../../lambdas/core/ports/stores.ts";
import { listRequestEvents } from "../../../../lambdas/core/use-cases/list-request-events.ts";
import { chainOf, sampleRequest } from "../../../support/audit-samples.ts";
import { aPendingRequest, aPerson } from "../../../support/builders.ts";
import { FakeDirectory } from "../../../support/fakes/directory.ts";
import { FakeAccessRequestStore, FakeAuditTrail } from "../../../support/fakes/stores.ts";
import { rolesHeldBy } from "../../../support/roles.ts";

const alice = aPerson("alice");
const id = sampleRequest(1);
const entries = chainOf(1, 9);

/** A trail that remembers what it was asked for, and that can answer with empty pages, as DynamoDB's filters do. */
class ListeningTrail extends FakeAuditTrail {
  readonly asked: PageQuery[] = [];
  emptyPages = 0;
  override list(...[requestId, page]: Parameters<FakeAuditTrail["list"]>): Promise<Page<AuditEntry>> {
    this.asked.push(page);
    const skipped = Number(/^empty-(\d+)$/.exec(page.cursor ?? "empty-0")?.[1] ?? this.emptyPages);
    if (skipped < this.emptyPages) return Promise.resolve({ items: [], cursor: `empty-${skipped + 1}` });
    const { cursor, ...rest } = page;
    return super.list(requestId, cursor?.startsWith("after") === true ? page : rest);
  }
}

let requests: FakeAccessRequestStore;
let audit: ListeningTrail;

beforeEach(() => {
  requests = new FakeAccessRequestStore();
  audit = new ListeningTrail();
});

/** Alice's request, whose item remembers these entries, while the table has those. */
const setUp = async (remembered: readonly AuditEntry[], recorded: readonly AuditEntry[]) => {
  const request: AccessRequest = { ...aPendingRequest({ id }), trail: [...remembered] };
  await requests.create(request);
  for (const entry of recorded) await audit.append(entry);
};
const list = (limit: number, cursor?: string, caller: Person = alice) =>
  listRequestEvents({
    requests,
    audit,
    directory: new FakeDirectory(),
    rolesOf: rolesHeldBy(),
  })({ caller, requestId: id, page: { limit, ...(cursor !== undefined && { cursor }) } });
const sequences = (page: Page<AuditEntry>) => page.items.map(({ sequence }) => sequence);
/** The sequences of every page. */
const pages = async (limit: number) => {
  const found: (readonly number[])[] = [];
  let cursor: string | undefined;
  do {
    const page = await list(limit, cursor);
    found.push(sequences(page));
    if (found.length > 20) throw new Error("The list does not end");
    cursor = page.cursor;
  } while (cursor !== undefined);
  return found;
};
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

describe("a request's audit entries", () => {
  it("are shown whole and oldest first, those of the table and those that only the item has yet", async () => {
    await setUp(entries.slice(3), entries.slice(0, 6));
    expect(await list(50)).toStrictEqual({ items: entries });
    expect(audit.asked).toStrictEqual([{ limit: 50 }]);
  });

  it("are shown to those who have to do with the request, and to nobody else", async () => {
    await setUp(entries, entries);
    await expect(list(50, undefined, aPerson("mallory"))).rejects.toMatchObject({
      code: "not-found",
      message: `There is no access request ${id} that you may see.`,
    });
    expect(audit.asked).toEqual([]);
  });

  it.each(range(1, 10))(
    "are each shown once, by pages of %i, though the item remembers the newest only",
    async (limit) => {
      await setUp(entries.slice(5), entries.slice(0, 7));
      const found = await pages(limit);
      expect(found.flat()).toEqual(range(1, 9));
      for (const page of found) expect(page.length).toBeLessThanOrEqual(limit);
    },
  );

  it.each(range(1, 10))(
    "are each shown once, by pages of %i, where the table has everything",
    async (limit) => {
      await setUp(entries.slice(5), entries);
      expect((await pages(limit)).flat()).toEqual(range(1, 9));
    },
  );

  it.each(range(1, 10))(
    "are each shown once, by pages of %i, where the table has nothing yet",
    async (limit) => {
      await setUp(entries, []);
      expect((await pages(limit)).flat()).toEqual(range(1, 9));
    },
  );

  it("are shown as far as they are there, where the table and the item both lack some", async () => {
    await setUp(entries.slice(6), [...entries.slice(0, 2), ...entries.slice(3, 5)]);
    expect((await pages(2)).flat()).toEqual([1, 2, 4, 5, 7, 8, 9]);
  });

  it("are shown from the item where the table has lost one in the middle", async () => {
    await setUp(entries.slice(2), [...entries.slice(0, 4), ...entries.slice(5)]);
    for (const limit of [1, 2, 3, 4]) expect((await pages(limit)).flat()).toEqual(range(1, 9));
  });

  it("are read on from where the table's page ended, without its beginning", async () => {
    await setUp(entries.slice(5), entries);
    const first = await list(4);
    expect(sequences(first)).toEqual([1, 2, 3, 4]);
    const second = await list(4, first.cursor);
    expect(sequences(second)).toEqual([5, 6, 7, 8]);
    expect(audit.asked).toStrictEqual([{ limit: 4 }, { limit: 4, cursor: "after-4" }]);
    const third = await list(4, second.cursor);
    expect(sequences(third)).toEqual([9]);
    expect(third).not.toHaveProperty("cursor");
  });

  it("are found behind pages of the table that are empty, and nothing newer is shown before them", async () => {
    audit.emptyPages = 2;
    await setUp(entries.slice(5), entries);
    expect(sequences(await list(4))).toEqual([1, 2, 3, 4]);
    expect(audit.asked).toStrictEqual([
      { limit: 4 },
      { limit: 4, cursor: "empty-1" },
      { limit: 4, cursor: "empty-2" },
    ]);
  });

  it("end where everything was shown, also when that filled the last page", async () => {
    await setUp(entries, []);
    const page = await list(9);
    expect(sequences(page)).toEqual(range(1, 9));
    expect(page).not.toHaveProperty("cursor");
  });

  it("are taken from the table where both have them: what is recorded is what counts", async () => {
    const [first] = entries as [AuditEntry];
    await setUp([{ ...first, status: "changed" }], [first]);
    expect((await list(5)).items).toEqual([first]);
  });

  it.each([
    "nothing",
    Buffer.from(JSON.stringify({ after: -1 })).toString("base64url"),
    Buffer.from(JSON.stringify({ trail: "after-1" })).toString("base64url"),
  ])("begin nowhere else than a page said: %s", async (cursor) => {
    await setUp(entries, entries);
    await expect(list(5, cursor)).rejects.toMatchObject({
      code: "invalid-cursor",
      message: "The cursor is not one that this list gave.",
    });
    expect(audit.asked).toEqual([]);
  });
});
