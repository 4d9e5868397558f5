import { expect, it } from "vitest";
import { RetryableError } from "../../../lambdas/core/domain/errors.ts";
import { aPermissionSetArn, aRequestId, aUserId, anAccountId } from "../../support/builders.ts";
import { aReport } from "../../support/sweep-report.ts";
import { alice, apiUnderTest, root } from "./world.ts";

it("runs a sweep for an administrator, and answers what it found", async () => {
  const report = aReport({
    complete: false,
    problems: ["Another sweep is comparing access with AWS at this moment."],
    findings: [
      {
        kind: "overdue-request",
        outcome: "restarted",
        sentence: "A sentence.",
        requestId: aRequestId("one"),
      },
      {
        kind: "appeared",
        outcome: "reported",
        sentence: "Another one.",
        access: {
          accountId: anAccountId(2),
          permissionSetArn: aPermissionSetArn("PowerUser"),
          principalType: "USER",
          principalId: aUserId("alice"),
        },
      },
    ],
  });
  const { call } = await apiUnderTest({ sweepRunner: { run: () => Promise.resolve(report) } });
  expect(await call("POST /sweep", { as: root })).toMatchObject({ status: 200, body: report });
});

it("runs none for anybody else", async () => {
  let runs = 0;
  const run = () => {
    runs += 1;
    return Promise.resolve(aReport());
  };
  const { call } = await apiUnderTest({ sweepRunner: { run } });
  expect(await call("POST /sweep", { as: alice })).toMatchObject({
    status: 403,
    body: { code: "not-administrator" },
  });
  expect(runs).toBe(0);
});

it.each([
  [{ requestId: "r-1" }, "unknown-field"],
  [[], "invalid-body"],
])("runs none for a part of everything, nor for what it does not know: %j", async (body, code) => {
  const run = () => Promise.reject(new Error("Nothing is to be swept"));
  const { call } = await apiUnderTest({ sweepRunner: { run } });
  expect(await call("POST /sweep", { as: root, body })).toMatchObject({ status: 400, body: { code } });
});

it("takes an empty object for nothing", async () => {
  const { call } = await apiUnderTest({ sweepRunner: { run: () => Promise.resolve(aReport()) } });
  expect(await call("POST /sweep", { as: root, body: {} })).toMatchObject({ status: 200 });
});

it("says that it cannot be reached when it cannot", async () => {
  const run = () => Promise.reject(new RetryableError("SweepUnavailable", "timed out"));
  const { call } = await apiUnderTest({ sweepRunner: { run } });
  expect(await call("POST /sweep", { as: root })).toMatchObject({
    status: 503,
    body: { code: "service-unavailable" },
  });
});
