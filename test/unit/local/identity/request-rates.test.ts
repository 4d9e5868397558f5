import { describe, expect, it } from "vitest";
import { PUBLISHED_RATES } from "../../../../local/identity/identity-services.ts";
import { administratorOf } from "../../../support/in-process-aws.ts";
import { LEDGER_PROD, openOffice, userIdOf, type Office } from "./office.ts";

const limitedOffice = () => openOffice({ limits: PUBLISHED_RATES });

/** How many of so many calls at once are answered, and what the others are told. */
const answered = async (times: number, call: () => Promise<unknown>) => {
  const outcomes = await Promise.allSettled(Array.from({ length: times }, call));
  const refused = outcomes.find(({ status }) => status === "rejected");
  return {
    count: outcomes.filter(({ status }) => status === "fulfilled").length,
    refusal: refused?.status === "rejected" ? (refused.reason as Error).name : undefined,
  };
};

const describeUser = (office: Office) => () =>
  office.directory("DescribeUser", { UserId: userIdOf("alice") });

describe("the published rates of the directory", () => {
  it("let 20 calls of an operation through a second, whatever the others do", async () => {
    const office = limitedOffice();
    expect(await answered(25, describeUser(office))).toEqual({ count: 20, refusal: "ThrottlingException" });
    expect(await answered(25, () => office.directory("ListGroups", {}))).toMatchObject({ count: 20 });
    await office.clock.advanceBy(500);
    expect(await answered(25, describeUser(office))).toMatchObject({ count: 10 });
  });

  it("let no more through after an hour without a call", async () => {
    const office = limitedOffice();
    await answered(1, describeUser(office));
    await office.clock.advanceBy(3_600_000);
    expect(await answered(25, describeUser(office))).toMatchObject({ count: 20 });
  });

  it("count all accounts together", async () => {
    const office = limitedOffice();
    await answered(15, describeUser(office));
    const elsewhere = administratorOf(LEDGER_PROD);
    const from = () => office.directory("DescribeUser", { UserId: userIdOf("alice") }, elsewhere);
    expect(await answered(10, from)).toMatchObject({ count: 5 });
  });
});

describe("the published rates of Organizations", () => {
  it.each([
    ["ListAccounts", {}, 12, 8],
    ["DescribeAccount", { AccountId: LEDGER_PROD }, 30, 20],
    ["ListTagsForResource", { ResourceId: LEDGER_PROD }, 15, 10],
    ["ListParents", { ChildId: LEDGER_PROD }, 8, 5],
    ["ListRoots", {}, 2, 1],
  ])("let a burst of %s through, and less a second after it", async (operation, input, burst, rate) => {
    const office = limitedOffice();
    const call = () => office.organizations(operation, input);
    expect(await answered(burst + 1, call)).toEqual({ count: burst, refusal: "TooManyRequestsException" });
    await office.clock.advanceBy(1_000);
    expect(await answered(burst + 1, call)).toMatchObject({ count: rate });
  });

  it("count an account's calls for itself, and all accounts' together", async () => {
    const office = limitedOffice();
    const from = (account: string) => () =>
      office.organizations("ListAccounts", {}, administratorOf(account));
    expect(await answered(20, from("111111111111"))).toMatchObject({ count: 12 });
    // 15 at once for the organization, of which 12 are taken.
    expect(await answered(20, from(LEDGER_PROD))).toMatchObject({ count: 3 });
  });

  it("let an account be created only now and then", async () => {
    const office = limitedOffice();
    let number = 0;
    const create = () =>
      office.organizations("CreateAccount", {
        AccountName: `made-${String((number += 1))}`,
        Email: `made-${String(number)}@example.com`,
      });
    expect(await answered(5, create)).toMatchObject({ count: 3 });
    await office.clock.advanceBy(10_000);
    expect(await answered(5, create)).toMatchObject({ count: 1 });
  });
});
