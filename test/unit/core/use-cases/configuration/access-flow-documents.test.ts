import { expect, it } from "vitest";
import { accessFlowView } from "../../../../../lambdas/administration/views/access-flow-view.ts";
import { AccessFlowBodySchema } from "../../../../../lambdas/core/contracts/configuration/access-flow.ts";
import { AccessFlowSchema } from "../../../../../lambdas/core/domain/access-flow.ts";
import { BundleNameSchema, RotaNameSchema, ScopeNameSchema } from "../../../../../lambdas/core/domain/ids.ts";
import { resolveAccessFlow } from "../../../../../lambdas/core/use-cases/configuration/resolve-access-flow.ts";
import { aFlow, aGroupId, aPermissionSetArn, aUserId, anAccountId } from "../../../../support/builders.ts";
import { aBundle, anAccessScope, aRota } from "../../../../support/catalogue.ts";
import { FakeDirectory, FakeOrganization } from "../../../../support/fakes/directory.ts";
import { noPolicies } from "../../../../support/policies.ts";

const directory = new FakeDirectory();
directory.addUser({ userId: aUserId("alice"), userName: "alice" });
directory.addGroup({ groupId: aGroupId("leads"), displayName: "leads" });
const { bundles, accessScopes, rotas } = noPolicies();
await bundles.put(aBundle({ name: BundleNameSchema.parse("databases") }));
await accessScopes.put(anAccessScope({ name: ScopeNameSchema.parse("prod") }));
for (const name of ["primary", "a"]) await rotas.put(aRota({ name: RotaNameSchema.parse(name) }));
const dependencies = {
  bundles,
  accessScopes,
  rotas,
  integrations: { list: () => Promise.resolve([]) },
  directory,
  organization: new FakeOrganization(),
  names: {
    account: () => Promise.resolve({ id: anAccountId(2), name: "the catalogue's" }),
    permissionSet: (name: string) =>
      Promise.resolve({
        arn: aPermissionSetArn(name),
        name,
        sessionDuration: "PT1H",
        inManagementAccount: false,
      }),
  },
};

const target = { accounts: ["payments"], organizationalUnits: ["/"], permissionSets: ["PowerUser"] };
const plain = {
  trigger: "self-serve",
  active: true,
  requestors: { group: "leads" },
  targets: [target],
  duration: { max: "PT8H" },
  approval: { steps: [] },
  settings: { requesterCanApproveSelf: false, maxExtensions: 0, extensionNeedsApproval: true },
};
const within = "PT24H";

it.each<readonly [string, object]>([
  ["of the plainest flow", {}],
  ["of an automatic one", { trigger: "automatic", active: false }],
  [
    "of who may ask",
    {
      requestors: {
        anyOf: [
          { allOf: [{ user: "alice" }, { not: { group: "leads" } }] },
          { attribute: { name: "department", startsWith: ["pay", "ord"] } },
          { managerOf: { group: "leads" } },
          { onCall: "primary" },
        ],
      },
      requestFor: ["self", "others"],
    },
  ],
  [
    "of what it gives",
    {
      targets: [
        {
          integration: "organization",
          ...target,
          tags: [{ key: "env", values: ["prod"] }, { key: "team" }],
          exclude: { ...target, tags: [{ key: "env" }], permissionSets: ["Billing"] },
        },
        { bundle: "databases" },
        { accessScope: "prod" },
        { accessScope: "prod", permissionSets: ["ReadOnly"] },
      ],
    },
  ],
  [
    "of when and for how long",
    {
      duration: { max: "PT8H", default: "PT90M" },
      timeframe: { days: ["monday", "friday"], from: "22:00", to: "06:00", timeZone: "Europe/Berlin" },
    },
  ],
  [
    "of who approves",
    {
      approval: {
        steps: [
          { anyOf: ["owner", "manager", { group: "leads" }], within },
          {
            allOf: ["owner", { user: "alice" }],
            within,
            escalation: { after: "PT30M", tiers: [{ anyOf: [{ group: "leads" }, "manager"] }] },
          },
        ],
        automatic: {
          allOf: [{ targetTag: { key: "env", values: ["dev"] } }, { durationBelow: "PT1H" }, { onCall: "a" }],
        },
        sameApproverInSeveralSteps: true,
      },
    },
  ],
  [
    "of every setting",
    {
      settings: {
        requesterCanApproveSelf: true,
        justification: { required: false, pattern: "incident \\d+" },
        ticket: { pattern: "OPS-\\d+" },
        approverReasonRequired: true,
        mfaRequired: true,
        maxExtensions: 2,
        extensionDuration: "PT30M",
        extensionNeedsApproval: false,
        maxSessionDuration: "PT4H",
        labels: ["payments"],
      },
    },
  ],
  [
    "of emergencies",
    { breakGlass: { reviewWithin: "PT24H", watchers: [{ group: "leads" }, { user: "alice" }] } },
  ],
])("a document %s is stored, and shown as it was written", async (_, overrides) => {
  const document = AccessFlowBodySchema.parse({ ...plain, ...overrides });
  const { name, version, updatedAt, updatedBy } = aFlow();
  const flow = { name, version, ...(await resolveAccessFlow(dependencies, document)), updatedAt, updatedBy };
  expect(AccessFlowSchema.parse(flow)).toEqual(flow);
  const { unconfirmedEditors: _editors, ...shown } = accessFlowView(flow);
  expect(shown).toEqual({ ...document, name, version, updatedAt, updatedBy });
});
