import { describe, expect, it } from "vitest";
import { AccessFlowFileSchema } from "../../../../../lambdas/core/contracts/configuration/access-flow.ts";
import { fieldErrorsOf, namingKnownKeys } from "../../../../../lambdas/core/contracts/invalid-input.ts";
import { durationText, parseDuration } from "../../../../../lambdas/core/domain/duration.ts";

const flow = {
  name: "prod-power",
  requestors: { anyOf: [{ group: "payments-engineers" }, { user: "alice@example.com" }] },
  targets: [
    { accounts: ["payments-prod"], organizationalUnits: ["/Workloads/Prod"], permissionSets: ["PowerUser"] },
  ],
  duration: { max: "PT8H" },
  approval: { steps: [{ anyOf: [{ group: "payments-leads" }], within: "PT24H" }] },
  settings: { requesterCanApproveSelf: false },
};

const errorsOf = (file: unknown) => {
  const { error } = AccessFlowFileSchema.safeParse(file, namingKnownKeys);
  return error === undefined
    ? []
    : fieldErrorsOf(error, file).map(({ pointer, detail }) => `${pointer} ${detail}`);
};

it("takes the whole of a flow as it is", () => {
  const whole = {
    ...flow,
    settings: {
      requesterCanApproveSelf: true,
      maxExtensions: 10,
      extensionDuration: "PT2H",
      extensionNeedsApproval: false,
      maxSessionDuration: "PT12H",
    },
  };
  expect(AccessFlowFileSchema.parse([whole])).toEqual([{ ...whole, trigger: "self-serve", active: true }]);
});

it("lets settings be left out: nobody extends, and then only with approval", () => {
  const settings = { requesterCanApproveSelf: false, maxExtensions: 0, extensionNeedsApproval: true };
  const { settings: _none, ...without } = flow;
  expect(AccessFlowFileSchema.parse([flow, { ...without, name: "other" }])).toMatchObject([
    { settings },
    { settings },
  ]);
});

describe("what does not fit is told by place, what was found and what is expected", () => {
  it.each<readonly [string, object, string]>([
    [
      "a step that is over before its escalation, which waits PT30M where nothing is said",
      {
        approval: {
          steps: [
            {
              anyOf: [{ group: "payments-leads" }],
              within: "PT30M",
              escalation: { tiers: [{ anyOf: [{ group: "chiefs" }] }] },
            },
          ],
        },
      },
      '/0/approval/steps/0/within found "PT30M"; expected more than PT30M, after which the last tier of its escalation opens (each waits escalation.after for the one before): extend within, or shorten escalation.after',
    ],
    [
      "a step that is over before the last of its tiers opens",
      {
        approval: {
          steps: [
            {
              allOf: [{ group: "payments-leads" }],
              within: "PT20M",
              escalation: {
                after: "PT10M",
                tiers: [{ anyOf: ["owner"] }, { anyOf: [{ group: "chiefs" }] }],
              },
            },
          ],
        },
      },
      '/0/approval/steps/0/within found "PT20M"; expected more than PT20M, after which the last tier of its escalation opens (each waits escalation.after for the one before): extend within, or shorten escalation.after',
    ],
    ["no name", { name: undefined }, "/0/name found nothing; expected a text"],
    [
      "a requestor that is both",
      { requestors: { anyOf: [{ group: "a", user: "b" }] } },
      "/0/requestors/anyOf/0 found an object; expected exactly one of anyOf, allOf, not, group, user, attribute, managerOf, onCall",
    ],
    [
      "a requestor that is a plain name",
      { requestors: { anyOf: ["alice"] } },
      '/0/requestors/anyOf/0 found "alice"; expected an object with exactly one of anyOf, allOf, not, group, user, attribute, managerOf, onCall',
    ],
    [
      "a requestor by an attribute that nobody has",
      { requestors: { anyOf: [{ attribute: { name: "departmnt", is: ["Payments"] } }] } },
      '/0/requestors/anyOf/0/attribute/name found "departmnt"; expected one of userName, email, displayName, title, userType, preferredLanguage, locale, timezone, employeeNumber, costCenter, organization, division, department, manager (did you mean department?)',
    ],
    [
      "a duration that is written as in a request",
      { duration: "PT2H" },
      '/0/duration found "PT2H"; expected an object with max, such as PT8H',
    ],
    [
      "a duration with a slip",
      { duration: { max: "PT2H", maximum: "PT2H" } },
      "/0/duration/maximum found a field that does not belong here; expected one of max, default",
    ],
    [
      "a target without accounts or units",
      { targets: [{ permissionSets: ["PowerUser"] }] },
      "/0/targets/0 found an object; expected accounts or organizationalUnits or tags, or several of them, with permissionSets; or one accessScope, or one bundle",
    ],
    [
      "a target without permission sets",
      { targets: [{ accounts: ["a"], permissionSets: [] }] },
      "/0/targets/0/permissionSets found an empty list; expected at least 1 item",
    ],
    [
      "a unit that is no path",
      { targets: [{ organizationalUnits: ["Workloads"], permissionSets: ["P"] }] },
      '/0/targets/0/organizationalUnits/0 found "Workloads"; expected a path of names that starts with /, such as /Workloads/Prod',
    ],
    [
      "a duration that is none",
      { duration: { max: "8h" } },
      '/0/duration/max found "8h"; expected an ISO 8601 duration in whole weeks, days, hours, minutes and seconds, such as PT1H30M',
    ],
    [
      "a step that takes too long",
      { approval: { steps: [{ anyOf: [{ user: "a" }], within: "P91D" }] } },
      '/0/approval/steps/0/within found "P91D"; expected 1 second to P90D',
    ],
    [
      "steps that take too long together",
      { approval: { steps: [1, 2].map(() => ({ anyOf: [{ user: "a" }], within: "P46D" })) } },
      "/0/approval/steps found a list of 2; expected steps that take at most P90D together",
    ],
    [
      "a setting in words",
      { settings: { requesterCanApproveSelf: "no" } },
      '/0/settings/requesterCanApproveSelf found "no"; expected true or false',
    ],
    [
      "a field that is not known",
      { approvals: 1 },
      "/0/approvals found a field that does not belong here; expected one of name, trigger, active, requestors, targets, duration, timeframe, requestFor, approval, breakGlass, settings",
    ],
    [
      "a setting that is not known",
      { settings: { maxExtension: 1 } },
      "/0/settings/maxExtension found a field that does not belong here; expected one of requesterCanApproveSelf, justification, ticket, approverReasonRequired, mfaRequired, maxExtensions, extensionDuration, extensionNeedsApproval, maxSessionDuration, labels",
    ],
    [
      "too many extensions",
      { settings: { maxExtensions: 11 } },
      "/0/settings/maxExtensions found 11; expected at most 10",
    ],
    [
      "a session that AWS does not know",
      { settings: { maxSessionDuration: "PT13H" } },
      '/0/settings/maxSessionDuration found "PT13H"; expected 1 second to PT12H',
    ],
  ])("%s", (_, fields, error) => {
    expect(errorsOf([{ ...flow, ...fields }])).toEqual([error]);
  });

  it("two flows of one name", () => {
    expect(errorsOf([flow, { ...flow, name: "other" }, flow])).toEqual([
      '/2/name found "prod-power"; expected a name that no other flow of the file has (number 1 has it too)',
    ]);
  });

  it("a file that is no list", () => {
    expect(errorsOf({ flows: [] })).toEqual([" found an object; expected a list"]);
    expect(errorsOf(null)).toEqual([" found null; expected a list"]);
  });

  it("shows only the beginning of a long value", () => {
    const [error = ""] = errorsOf([{ ...flow, name: "x".repeat(5000) }]);
    expect(error.length).toBeLessThan(200);
  });
});

describe("a duration in words", () => {
  it.each([
    [1, "PT1S"],
    [60, "PT1M"],
    [5400, "PT1H30M"],
    [86_400, "PT24H"],
    [172_800, "P2D"],
    [90_061, "PT25H1M1S"],
    [180 * 86_400, "P180D"],
  ])("%i seconds are %s, and back", (seconds, text) => {
    expect(durationText(seconds)).toBe(text);
    expect(parseDuration(text)).toBe(seconds);
  });
});

it("takes a step that has a second for the last of its tiers", () => {
  const escalation = { after: "PT10M", tiers: [{ anyOf: ["owner"] }, { anyOf: ["manager"] }] };
  const step = { anyOf: [{ group: "payments-leads" }], within: "PT20M1S", escalation };
  expect(errorsOf([{ ...flow, approval: { steps: [step] } }])).toEqual([]);
});
