import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openLocalStore } from "../../../../local/store.ts";
import {
  create,
  creationStatus,
  deletionStatus,
  LEDGER_PROD,
  openOffice,
  PAYMENTS_PROD,
  principalsOn,
  remove,
  userIdOf,
} from "./office.ts";

describe("an assignment operation", () => {
  it("takes its time: nothing is to be seen before it is SUCCEEDED", async () => {
    const office = openOffice({ operations: { durationOf: () => 4_000 } });
    const accepted = await create(office, office.assignment(LEDGER_PROD, "PowerUser", "ines"));
    expect(accepted.Status).toBe("IN_PROGRESS");
    await office.clock.advanceBy(3_999);
    expect((await creationStatus(office, accepted)).Status).toBe("IN_PROGRESS");
    expect(await principalsOn(office, LEDGER_PROD, "PowerUser")).toEqual([]);
    await office.clock.advanceBy(1);
    expect(await principalsOn(office, LEDGER_PROD, "PowerUser")).toEqual([userIdOf("ines")]);
    expect((await creationStatus(office, accepted)).Status).toBe("SUCCEEDED");
  });

  it("conflicts with an unfinished one on the same permission set in the same account", async () => {
    const office = openOffice();
    await create(office, office.assignment(LEDGER_PROD, "PowerUser", "ines"));
    for (const write of [create, remove])
      await expect(write(office, office.assignment(LEDGER_PROD, "PowerUser", "jonas"))).rejects.toMatchObject(
        {
          name: "ConflictException",
        },
      );
    await expect(
      create(office, office.assignment(PAYMENTS_PROD, "PowerUser", "alice")),
    ).resolves.toMatchObject({ Status: "IN_PROGRESS" });
    await office.clock.advanceBy(1_000);
    await expect(create(office, office.assignment(LEDGER_PROD, "PowerUser", "jonas"))).resolves.toMatchObject(
      { Status: "IN_PROGRESS" },
    );
  });

  it("waits while another role of the account is updated, and only then", async () => {
    const office = openOffice();
    const first = await create(office, office.assignment(LEDGER_PROD, "PowerUser", "ines"));
    const second = await create(office, office.assignment(LEDGER_PROD, "DatabaseOperator", "ines"));
    /** ReadOnly has a role there already: nothing to update, nothing to wait for. */
    const third = await create(office, office.assignment(LEDGER_PROD, "ReadOnly", "ines"));
    const statuses = async () =>
      (await Promise.all([first, second, third].map((item) => creationStatus(office, item)))).map(
        ({ Status }) => Status,
      );
    await office.clock.advanceBy(1_000);
    expect(await statuses()).toEqual(["SUCCEEDED", "IN_PROGRESS", "SUCCEEDED"]);
    await office.clock.advanceBy(1_000);
    expect(await statuses()).toEqual(["SUCCEEDED", "SUCCEEDED", "SUCCEEDED"]);
  });

  it("is refused while 15 others are outstanding", async () => {
    const office = openOffice({ limits: { requestsPerSecond: 1_000 } });
    const accounts = ["111111111111", "121212121212", "131313131313", "141414141414", "151515151515"];
    for (const account of accounts)
      for (const set of ["ReadOnly", "PowerUser", "DatabaseOperator"])
        await create(office, office.assignment(account, set, "tara"));
    const sixteenth = office.assignment(PAYMENTS_PROD, "ReadOnly", "tara");
    await expect(create(office, sixteenth)).rejects.toMatchObject({ name: "ThrottlingException" });
    await office.clock.advanceBy(1_000);
    await expect(create(office, sixteenth)).resolves.toMatchObject({ Status: "IN_PROGRESS" });
  });

  it("sees the directory as it is when it completes, not when somebody asks", async () => {
    const office = openOffice();
    const accepted = await create(office, office.assignment(LEDGER_PROD, "PowerUser", "ines"));
    await office.clock.advanceBy(5_000);
    await office.directory("DeleteUser", { UserId: userIdOf("ines") });
    expect((await creationStatus(office, accepted)).Status).toBe("SUCCEEDED");
    expect(await principalsOn(office, LEDGER_PROD, "PowerUser")).toEqual([userIdOf("ines")]);
  });

  it("leaves the assignment of a deleted person where it is", async () => {
    const office = openOffice();
    await create(office, office.assignment(LEDGER_PROD, "PowerUser", "ines"));
    await office.clock.advanceBy(1_000);
    await office.directory("DeleteUser", { UserId: userIdOf("ines") });
    const removal = await remove(office, office.assignment(LEDGER_PROD, "PowerUser", "ines"));
    await office.clock.advanceBy(1_000);
    expect(await deletionStatus(office, removal)).toMatchObject({
      Status: "FAILED",
      FailureReason: `Received a 404 status error: the USER assignee ${userIdOf("ines")} was not found in directory ${office.identity.identityStoreId}`,
    });
    expect(await principalsOn(office, LEDGER_PROD, "PowerUser")).toEqual([userIdOf("ines")]);
  });

  it("survives a restart in the middle, and completes on time", async () => {
    const directory = mkdtempSync(join(tmpdir(), "lockstep-"));
    try {
      const before = openLocalStore(directory);
      const first = openOffice({ store: before });
      const accepted = await create(first, first.assignment(LEDGER_PROD, "PowerUser", "ines"));
      before.close();

      const after = openLocalStore(directory);
      const second = openOffice({ store: after });
      expect((await creationStatus(second, accepted)).Status).toBe("IN_PROGRESS");
      await expect(
        create(second, second.assignment(LEDGER_PROD, "PowerUser", "jonas")),
      ).rejects.toMatchObject({ name: "ConflictException" });
      await second.clock.advanceBy(1_000);
      expect((await creationStatus(second, accepted)).Status).toBe("SUCCEEDED");
      expect(await principalsOn(second, LEDGER_PROD, "PowerUser")).toEqual([userIdOf("ines")]);
      after.close();
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it("is listed, by status, newest first", async () => {
    const office = openOffice();
    const done = await create(office, office.assignment(LEDGER_PROD, "PowerUser", "ines"));
    await office.clock.advanceBy(1_000);
    const running = await create(office, office.assignment(LEDGER_PROD, "PowerUser", "jonas"));
    const listed = await office.center("ListAccountAssignmentCreationStatus");
    expect(listed["AccountAssignmentsCreationStatus"]).toMatchObject([
      { RequestId: running.RequestId, Status: "IN_PROGRESS" },
      { RequestId: done.RequestId, Status: "SUCCEEDED" },
    ]);
    const finished = await office.center("ListAccountAssignmentCreationStatus", {
      Filter: { Status: "SUCCEEDED" },
    });
    expect(finished["AccountAssignmentsCreationStatus"]).toMatchObject([{ RequestId: done.RequestId }]);
  });
});

describe("faults that a test orders", () => {
  it("fail an operation, which then changes nothing", async () => {
    const office = openOffice({
      operations: { failureOf: ({ kind }) => (kind === "CREATE" ? "No luck" : undefined) },
    });
    const accepted = await create(office, office.assignment(LEDGER_PROD, "PowerUser", "ines"));
    await office.clock.advanceBy(1_000);
    expect(await creationStatus(office, accepted)).toMatchObject({
      Status: "FAILED",
      FailureReason: "No luck",
    });
    expect(await principalsOn(office, LEDGER_PROD, "PowerUser")).toEqual([]);
  });

  it("keep an operation IN_PROGRESS for good", async () => {
    const office = openOffice({ operations: { durationOf: () => Infinity } });
    const accepted = await create(office, office.assignment(LEDGER_PROD, "PowerUser", "ines"));
    await office.clock.advanceBy(365 * 24 * 3_600_000);
    expect((await creationStatus(office, accepted)).Status).toBe("IN_PROGRESS");
  });

  it("lose the answer of a call that happened, or refuse the call before it happens", async () => {
    let broken: "before" | "after" | undefined = "after";
    const breakIf = (moment: "before" | "after") => () => {
      if (broken === moment) throw new Error("connection reset");
    };
    const office = openOffice({ faults: { before: breakIf("before"), after: breakIf("after") } });
    const assignment = office.assignment(LEDGER_PROD, "PowerUser", "ines");
    await expect(create(office, assignment)).rejects.toThrow("connection reset");
    broken = "before";
    await expect(create(office, office.assignment(PAYMENTS_PROD, "PowerUser", "alice"))).rejects.toThrow();
    broken = undefined;
    await office.clock.advanceBy(1_000);
    expect(await principalsOn(office, LEDGER_PROD, "PowerUser")).toEqual([userIdOf("ines")]);
    expect(await principalsOn(office, PAYMENTS_PROD, "PowerUser")).not.toContain(userIdOf("alice"));
  });
});

describe("the rate of sso-admin", () => {
  it("is 20 requests a second for all of it together", async () => {
    const office = openOffice();
    for (let request = 0; request < 10; request += 1) {
      await office.center("ListInstances");
      await principalsOn(office, LEDGER_PROD, "PowerUser");
    }
    await expect(office.center("ListInstances")).rejects.toMatchObject({
      name: "ThrottlingException",
      message: "Rate exceeded",
    });
    await office.clock.advanceBy(50);
    await office.center("ListInstances");
    await expect(office.center("ListInstances")).rejects.toMatchObject({ name: "ThrottlingException" });
  });

  it("binds neither the directory nor Organizations", async () => {
    const office = openOffice();
    for (let request = 0; request < 30; request += 1) {
      await office.directory("DescribeUser", { UserId: userIdOf("alice") });
      await office.organizations("DescribeAccount", { AccountId: LEDGER_PROD });
    }
  });
});
