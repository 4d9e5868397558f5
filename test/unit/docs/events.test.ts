import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { CALLS_BY_SOURCE } from "../../../lambdas/core/domain/inventory/cloudtrail.ts";
import { CHANGE_EVENT_TYPES, changeEventOf } from "../../../lambdas/core/domain/inventory/change-event.ts";
import { CHANGING_SERVICES } from "../../../lib/connector/forward-changes.ts";
import { timestamp } from "../../../lambdas/core/domain/ids.ts";
import type { Fact } from "../../../lambdas/core/domain/inventory/facts.ts";
import {
  anAccountId,
  anOrganizationalUnitId,
  aGroupId,
  aPermissionSetArn,
  aRequestId,
  aUserId,
} from "../../support/builders.ts";

const page = readFileSync(new URL("../../../docs/events.md", import.meta.url), "utf8");
const rows = page
  .split("\n")
  .filter((line) => line.startsWith("|"))
  .map((line) => line.split("|").map((cell) => [...cell.matchAll(/`(\w+)`/g)].map(([, code = ""]) => code)));

/** The fields that the page gives to a type, by the type. */
const documented = new Map(
  rows.flatMap(([, types = [], fields = []]) =>
    types.filter((type) => /(Appeared|Changed|Vanished)$/.test(type)).map((type) => [type, fields] as const),
  ),
);
const common = rows.flatMap(([, fields = []]) => (fields.length === 1 ? fields : []));

const accountId = anAccountId(2);
const permissionSetArn = aPermissionSetArn("PowerUser");
const iam = { accountId, arn: `arn:aws:iam::${accountId}:user/a`, name: "a" };
const facts: readonly Fact[] = [
  { kind: "account", id: accountId, name: "prod", state: "ACTIVE", organizationalUnits: [], tags: {} },
  { kind: "organizational-unit", id: anOrganizationalUnitId("Prod"), name: "Prod", path: "/Prod" },
  { kind: "user", id: aUserId("ines"), userName: "ines", enabled: true },
  { kind: "group", id: aGroupId("leads"), displayName: "leads" },
  { kind: "membership", groupId: aGroupId("leads"), userId: aUserId("ines") },
  {
    kind: "permission-set",
    arn: permissionSetArn,
    name: "PowerUser",
    sessionDuration: "PT1H",
    managedPolicies: [],
    customerManagedPolicies: [],
    tags: {},
  },
  { kind: "provisioning", accountId, permissionSetArn },
  { kind: "assignment", accountId, permissionSetArn, principalType: "USER", principalId: aUserId("ines") },
  { kind: "iam-user", ...iam },
  { kind: "iam-group", ...iam, members: [] },
  { kind: "iam-role", ...iam, assumableBy: [] },
  {
    kind: "resource",
    accountId,
    arn: "arn:aws:s3:::a",
    type: "s3-bucket",
    region: "eu-west-1",
    name: "a",
    tags: {},
    details: {},
  },
];

describe("docs/events.md", () => {
  it("names every type of change that is told, and no others", () => {
    expect([...documented.keys()].toSorted()).toEqual(CHANGE_EVENT_TYPES.toSorted());
  });

  it("names every field of each of them, and no others", () => {
    const now = timestamp(new Date(0));
    const told = facts.map((fact) =>
      changeEventOf(undefined, { fact, since: now, observedAt: now, by: "arn", heldBy: [aRequestId("one")] }),
    );
    expect(new Set(told.map((event) => event?.type)).size).toBe(CHANGE_EVENT_TYPES.length / 3);
    for (const event of told) {
      const { id, at, detail } = event ?? {};
      const fields = Object.keys({ id, at, ...detail }).toSorted();
      expect(fields, event?.type).toEqual(
        [...common, ...(documented.get(event?.type ?? "") ?? [])].toSorted(),
      );
    }
  });
});

describe("its table of what Lockstep listens to", () => {
  const listened = page
    .split("\n")
    .filter((line) => /^\| `[\w-]+\.amazonaws\.com`/.test(line))
    .flatMap((line) => {
      const [, source = "", , calls = ""] = line.split("|").map((cell) => cell.trim().replaceAll("`", ""));
      return calls.split(", ").map((call) => ({ source, call }));
    });

  it("names the event sources of the rules, and no others", () => {
    const sources = new Set(listened.map(({ source }) => source));
    expect([...sources].toSorted()).toEqual(CHANGING_SERVICES.organization.toSorted());
    const [first] = CHANGING_SERVICES.member;
    expect(CHANGING_SERVICES.member).toHaveLength(1);
    expect(page).toContain(`from member accounts come only those of\n\`${first}\``);
  });

  it("names the calls of each that are looked into, each once, and no others", () => {
    const lookedInto = Object.entries(CALLS_BY_SOURCE).flatMap(([source, { calls }]) =>
      Object.keys(calls).map((call) => `${source} ${call}`),
    );
    expect(listened.map(({ source, call }) => `${source} ${call}`).toSorted()).toEqual(lookedInto.toSorted());
  });
});
