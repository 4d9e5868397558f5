import fc from "fast-check";
import { expect, it } from "vitest";
import type { AccessFlow } from "../../../../lambdas/core/domain/access-flow.ts";
import type { Bundle } from "../../../../lambdas/core/domain/bundle.ts";
import { doubtsAbout } from "../../../../lambdas/core/domain/coverage-doubts.ts";
import type { EvaluationContext } from "../../../../lambdas/core/domain/ask.ts";
import { timestamp, type BundleName, type ScopeName } from "../../../../lambdas/core/domain/ids.ts";
import { NOT_KNOWN, type QuerySubject } from "../../../../lambdas/core/domain/query/fields.ts";
import { compileQuery } from "../../../../lambdas/core/domain/query/compile-query.ts";
import { all, any } from "../../../../lambdas/core/domain/rule.ts";
import { covers, targetKey } from "../../../../lambdas/core/domain/target-coverage.ts";
import { aPermissionSetArn, anAccountId, anOrganizationalUnitId } from "../../../support/builders.ts";
import { aContext, anAsk } from "../../../support/evaluations.ts";
import { anyRequest, anySurroundings, someFlows } from "../../../support/flows.ts";
import { queryOf } from "../../../support/queries.ts";

const account = anAccountId(2);
const targets = anAsk().targets;
const permissionSets = [{ id: aPermissionSetArn("PowerUser"), name: "PowerUser" }];
const resource = { accounts: [], organizationalUnits: [], permissionSets };
const unit = { id: anOrganizationalUnitId("prod"), name: "/Prod" };
const bundle: Bundle = {
  name: "tagged" as BundleName,
  version: 1,
  updatedAt: timestamp(new Date(0)),
  updatedBy: "test",
  targets: [{ ...resource, tags: [{ key: "env" }] }],
};
const scope = (name: string) => ({ accessScope: name as ScopeName });
const subject: QuerySubject = {
  resource: {
    type: "aws-account",
    id: account,
    name: "payments",
    path: NOT_KNOWN,
    status: "ACTIVE",
    tags: NOT_KNOWN,
    context: {},
  },
  permission: { id: "arn", name: "PowerUser", riskLevel: "writes", tags: {}, context: {} },
  integration: "organization",
};
const known = aContext({
  bundles: new Map([[bundle.name, bundle]]),
  scopes: new Map([
    ["whole" as ScopeName, compileQuery(queryOf('resource_name = "payments"'))],
    [
      "tagged" as ScopeName,
      compileQuery(queryOf('permission_name = "PowerUser" and resource_tag["a"] != "b"')),
    ],
  ]),
  subjects: new Map(targets.map((target) => [targetKey(target), subject])),
});
const notSeen = aContext({ scopes: known.scopes });
const tagsNotKnown = `the tags of account ${account} are not known: nobody has asked AWS for them in the last 48 hours`;

it.each<readonly [string, AccessFlow["targets"][number], EvaluationContext, readonly string[]]>([
  ["a tag", { ...resource, tags: [{ key: "env" }] }, known, [tagsNotKnown]],
  [
    "a unit",
    { ...resource, organizationalUnits: [unit] },
    known,
    [`the organizational units above account ${account} are not known`],
  ],
  ["a bundle that holds a tag", { bundle: bundle.name }, known, [tagsNotKnown]],
  ["a bundle that is gone", { bundle: "gone" as BundleName }, known, ["there is no bundle gone"]],
  ["a scope that is gone", scope("gone"), known, ["there is no access scope gone"]],
  [
    "a scope that takes any permission",
    scope("whole"),
    known,
    ["access scope whole does not say which permissions"],
  ],
  [
    "a scope that asks for a tag",
    scope("tagged"),
    known,
    [tagsNotKnown, `the unit that account ${account} is in is not known yet`],
  ],
  [
    "an account that nobody has seen",
    scope("tagged"),
    notSeen,
    [`the inventory does not know account ${account} or the permission set yet`],
  ],
  ["another permission set", { ...resource, permissionSets: [], tags: [{ key: "env" }] }, known, []],
])("what is in doubt is said in words: %s", (_, part, context, reasons) => {
  expect(doubtsAbout([part], targets, context)).toEqual(reasons);
});

it("whatever is in doubt has a reason, and what is covered has none", () => {
  let doubtful = 0;
  fc.assert(
    fc.property(anyRequest, anySurroundings, someFlows, (ask, context, flows) => {
      for (const flow of flows) {
        const verdict = all(ask.targets, (target) =>
          any(flow.targets, (part) => covers(part, target, context)),
        );
        const reasons = doubtsAbout(flow.targets, ask.targets, context);
        if (verdict === "unknown") {
          doubtful += 1;
          expect(reasons).not.toEqual([]);
        }
        if (verdict === "met") expect(reasons).toEqual([]);
      }
    }),
  );
  expect(doubtful).toBeGreaterThan(20);
});
