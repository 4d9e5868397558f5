import { expect, it } from "vitest";
import { parseQuery } from "../../../../../lambdas/core/domain/query/parse-query.ts";
import { saysWhichPermissions } from "../../../../../lambdas/core/domain/query/says-which-permissions.ts";

const prod = 'resource_tag["env"] = "prod"';
const power = 'permission_name = "PowerUser"';
const low = 'permission_risk_level in ("low", "medium")';

it.each([
  [power, true],
  [low, true],
  ['permission_tag["team"] = "payments"', true],
  [`not ${power}`, true],
  ['permission_name != "Administrator"', true],
  [`${prod} and ${power}`, true],
  [`(${prod} and ${power}) or ${low}`, true],
  [`not (${prod} or not ${power})`, true],
  [prod, false],
  [`not ${prod}`, false],
  [`${prod} or ${power}`, false],
  [`not (${prod} and ${power})`, false],
  [`(${prod} and ${power}) or integration = "organization"`, false],
])("%s: %s", (query, says) => {
  expect(saysWhichPermissions(parseQuery(query, { about: "permissions on resources" }))).toBe(says);
});
