import { describe, expect, it } from "vitest";
import type { AccessRequest } from "../../../../../lambdas/core/domain/access-request.ts";
import { secondsAfter } from "../../../../../lambdas/core/domain/ids.ts";
import type { AccessRequestStore } from "../../../../../lambdas/core/ports/stores.ts";
import { accessesAround } from "../../../../../lambdas/core/use-cases/evaluation/accesses-around.ts";
import {
  aGroupId,
  aPermissionSetArn,
  aPerson,
  aRequestId,
  anAccountId,
  anActiveRequest,
  anEntitlement,
} from "../../../../support/builders.ts";
import { FakeAccessRequestStore } from "../../../../support/fakes/stores.ts";

/* Alice asks for PowerUser in account 2, half an hour into the hour that she has of it. */

const [alice, bob] = [aPerson("alice"), aPerson("bob")];
const now = new Date("2026-01-01T00:30:00.000Z");
const self = { type: "USER", id: alice.userId, name: "alice" } as const;
const asked = {
  requester: alice.userId,
  principal: self,
  targets: [{ accountId: anAccountId(2), permissionSetArn: aPermissionSetArn("PowerUser") }],
  now,
};
const active = (name: string, overrides: Parameters<typeof anActiveRequest>[0] = {}) =>
  anActiveRequest({ id: aRequestId(name), ...overrides });
const having = async (...requests: readonly AccessRequest[]) => {
  const store = new FakeAccessRequestStore();
  for (const request of requests) await store.create(request);
  return store;
};

describe("the access around what somebody asks for", () => {
  it("is what they asked for themselves, and what others asked for them", async () => {
    const requests = await having(active("own"), active("for her", { requester: bob, principal: self }));
    expect(await accessesAround({ requests }, asked)).toHaveLength(2);
  });

  it("is theirs, and not that of who asks for them", async () => {
    const bobs = { type: "USER", id: bob.userId, name: "bob" } as const;
    const requests = await having(
      active("own"),
      active("bob's own", { requester: bob, principal: bobs }),
      active("for bob", { principal: bobs }),
    );
    expect(await accessesAround({ requests }, { ...asked, requester: bob.userId })).toHaveLength(1);
  });

  it("is of the same account and permission set for the same user or group, and not the request itself", async () => {
    const group = { type: "GROUP", id: aGroupId("payments-engineers"), name: "payments-engineers" } as const;
    const elsewhere = anActiveRequest().entitlements.map((one) => ({
      ...one,
      entitlement: anEntitlement({ accountId: anAccountId(3) }),
    }));
    const requests = await having(
      active("itself"),
      active("for a group", { principal: group }),
      active("elsewhere", { entitlements: elsewhere }),
    );
    expect(await accessesAround({ requests }, { ...asked, except: aRequestId("itself") })).toEqual([]);
    expect(await accessesAround({ requests }, { ...asked, principal: group })).toHaveLength(1);
  });

  it("is found behind other requests, page after page", async () => {
    const elsewhere = [
      { ...anActiveRequest().entitlements[0], entitlement: anEntitlement({ accountId: anAccountId(3) }) },
    ];
    const others = Array.from({ length: 250 }, (_, index) =>
      active(`other ${String(index)}`, {
        entitlements: elsewhere as never,
        createdAt: secondsAfter(now, -index - 1),
      }),
    );
    const requests = await having(active("own"), ...others);
    expect(await accessesAround({ requests }, asked)).toHaveLength(1);
  });

  it("is not known of somebody with more requests than are looked at, unless the rest is too old to matter", async () => {
    let pages = 0;
    const endless = (createdAt: Date) =>
      ({
        listByRequester: () => {
          pages += 1;
          return Promise.resolve({
            items: [active("one", { createdAt: createdAt.toISOString() as never })],
            cursor: "next",
          });
        },
        listMadeFor: () => Promise.resolve({ items: [] }),
      }) as unknown as AccessRequestStore;
    expect(await accessesAround({ requests: endless(now) }, asked)).toBe("unknown");
    expect(pages).toBe(20);
    const aYearAgo = new Date(now.getTime() - 365 * 24 * 3600_000);
    expect(await accessesAround({ requests: endless(aYearAgo) }, asked)).toHaveLength(1);
    expect(pages).toBe(21);
  });
});
