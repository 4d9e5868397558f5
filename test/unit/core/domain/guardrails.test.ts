import { describe, expect, it } from "vitest";
import {
  brokenGuardrails,
  type Guardrails,
  type NeverGrantable,
} from "../../../../lambdas/core/domain/guardrails.ts";
import { aPermissionSetArn, anAccountId } from "../../../support/builders.ts";
import { noGuardrails } from "../../../support/guardrails.ts";

const HOUR = 3600;
const target = (account: number, permissionSetName: string) => ({
  accountId: anAccountId(account),
  permissionSetArn: aPermissionSetArn(permissionSetName),
  permissionSetName,
});
const power = target(2, "PowerUser");
const codes = (
  guardrails: Partial<Guardrails>,
  targets: readonly ReturnType<typeof target>[] = [power],
  seconds = HOUR,
) =>
  brokenGuardrails({ ...noGuardrails, ...guardrails }, { targets, durationSeconds: seconds }).map(
    ({ code }) => code,
  );

describe("what is never granted", () => {
  it.each<[string, NeverGrantable, boolean]>([
    ["everything in its account", { accounts: [anAccountId(2)] }, true],
    ["everything in another account", { accounts: [anAccountId(3)] }, false],
    ["its permission set by its ARN, everywhere", { permissionSets: [aPermissionSetArn("PowerUser")] }, true],
    ["its permission set by its name, everywhere", { permissionSets: ["PowerUser"] }, true],
    ["its permission set by its name in another case", { permissionSets: ["poweruser"] }, true],
    ["another permission set", { permissionSets: ["Power", aPermissionSetArn("ReadOnly")] }, false],
    ["it", { accounts: [anAccountId(2)], permissionSets: ["PowerUser"] }, true],
    [
      "another permission set in its account",
      { accounts: [anAccountId(2)], permissionSets: ["Admin"] },
      false,
    ],
    [
      "its permission set in another account",
      { accounts: [anAccountId(3)], permissionSets: ["PowerUser"] },
      false,
    ],
    [
      "it among others",
      { accounts: [anAccountId(3), anAccountId(2)], permissionSets: ["Admin", "PowerUser"] },
      true,
    ],
  ])("where the settings list %s", (_case, entry, isBroken) => {
    expect(codes({ neverGrantable: [entry] })).toEqual(isBroken ? ["never-grantable"] : []);
    // Whatever else is listed beside it.
    const other = { accounts: [anAccountId(9)] };
    expect(codes({ neverGrantable: [other, entry] })).toEqual(isBroken ? ["never-grantable"] : []);
  });

  it("is told of each target that it is about, with which one and why", () => {
    const targets = [target(3, "PowerUser"), power, target(2, "ReadOnly")];
    const guardrails = { neverGrantable: [{ accounts: [anAccountId(2)] }] };
    expect(brokenGuardrails(guardrails, { targets, durationSeconds: HOUR })).toEqual([
      {
        code: "never-grantable",
        target: 1,
        reason:
          "PowerUser is never granted in account 222222222222 (deploy setting guardrails.neverGrantable)",
      },
      {
        code: "never-grantable",
        target: 2,
        reason:
          "ReadOnly is never granted in account 222222222222 (deploy setting guardrails.neverGrantable)",
      },
    ]);
  });
});

describe("the longest duration of all", () => {
  it.each([
    [undefined, 180 * 24 * HOUR, []],
    [8 * HOUR, 8 * HOUR, []],
    [8 * HOUR, 8 * HOUR + 1, ["duration-above-maximum"]],
  ])("%s: %s seconds", (maxDurationSeconds, seconds, expected) => {
    expect(codes({ maxDurationSeconds }, [power], seconds)).toEqual(expected);
  });

  it("is named with what was asked for, after what is never granted", () => {
    const guardrails = { maxDurationSeconds: 8 * HOUR, neverGrantable: [{ permissionSets: ["PowerUser"] }] };
    expect(brokenGuardrails(guardrails, { targets: [power], durationSeconds: 9 * HOUR })).toMatchObject([
      { code: "never-grantable" },
      {
        code: "duration-above-maximum",
        reason:
          "it would last PT9H in all, and nothing lasts longer than PT8H (deploy setting guardrails.maxDuration)",
      },
    ]);
  });
});

it("nothing stands in the way where the settings say nothing", () => {
  expect(codes({}, [power, target(3, "Admin")], 180 * 24 * HOUR)).toEqual([]);
});
