import { expect, it } from "vitest";
import { DomainError, RetryableError } from "../../../../../lambdas/core/domain/errors.ts";
import { rememberedNames } from "../../../../../lambdas/core/use-cases/lint/remembered-names.ts";
import type { Names } from "../../../../../lambdas/core/use-cases/resolve-names.ts";
import { anAccountId } from "../../../../support/builders.ts";

const there = { id: anAccountId(2), name: "payments-prod", state: "ACTIVE" } as const;

/** Names that know one account, and fail for `down`; what was looked up. */
const counted = () => {
  const looked: string[] = [];
  const find = (text: string, pointer: string): Promise<never> => {
    looked.push(text);
    if (text === "down") return Promise.reject(new RetryableError("StoreUnavailable", "throttled"));
    if (text === there.name) return Promise.resolve(there as never);
    const detail = `There is no ${text}.`;
    return Promise.reject(new DomainError("unknown-name", detail, [{ pointer, detail }]));
  };
  const names: Names = { account: find, permissionSet: find };
  return { looked, ...rememberedNames({ directory: {} as never, organization: {} as never, names }) };
};

it("looks a name up once, that of nothing too, which each of its fields is told of", async () => {
  const { looked, names } = counted();
  expect(await names.account(there.name, "/targets/0/accounts/0")).toBe(there);
  expect(await names.account(there.name, "/targets/1/accounts/0")).toBe(there);
  for (const find of [names.account, names.permissionSet])
    for (const pointer of ["/targets/0/x/0", "/targets/7/x/1"])
      await expect(find("lost", pointer)).rejects.toMatchObject({
        code: "unknown-name",
        message: "There is no lost.",
        fields: [{ pointer, detail: "There is no lost." }],
      });
  expect(looked).toEqual([there.name, "lost", "lost"]);
});

it("asks a service that gives no answer no second time, and again when the name is sought anew", async () => {
  const { looked, names } = counted();
  for (const times of [1, 2]) {
    await expect(names.account("down", "/a")).rejects.toMatchObject({ name: "StoreUnavailable" });
    expect(looked).toHaveLength(times);
  }
});
