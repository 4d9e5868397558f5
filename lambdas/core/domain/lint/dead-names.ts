import {
  approversOf,
  isResourceTarget,
  isScopeTarget,
  type AutomaticApprovalCondition,
  type FlowTarget,
  type Party,
  type ResourceTarget,
} from "../access-flow.ts";
import { leavesOf, type Rule } from "../rule.ts";
import type { Configuration, LintedFlow, LintedRota, World } from "./configuration.ts";
import { error, warning, type Said } from "./finding.ts";

/** People, groups, accounts, units and permission sets that something names and that are not there any more. */

const gone = (what: string, name: string): string =>
  `${what} ${name} is not there any more (one that is made again under its name is another one). Name another, or take it out.`;

const deadParty = (party: Party, pointer: string, world: World | undefined): readonly Said[] => {
  if (world === undefined) return [];
  if (party.type === "user") {
    const user = world.users.get(party.id);
    if (user === undefined) return [error("user-gone", pointer, gone("User", party.name))];
    return user.enabled
      ? []
      : [
          warning(
            "user-disabled",
            pointer,
            `User ${party.name} is disabled in the directory, and can do nothing. Take them out, or name a group instead of people.`,
          ),
        ];
  }
  const group = world.groups.get(party.id);
  if (group === undefined) return [error("group-gone", pointer, gone("Group", party.name))];
  return group.members.size > 0 || group.more
    ? []
    : [
        warning(
          "group-empty",
          pointer,
          `Group ${party.name} has no enabled members. Add somebody, or take it out.`,
        ),
      ];
};

export const deadInRule = (
  rule: Rule<AutomaticApprovalCondition>,
  pointer: string,
  { rotas }: Pick<Configuration, "rotas">,
  world: World | undefined,
): readonly Said[] =>
  leavesOf(rule).flatMap((condition): readonly Said[] => {
    switch (condition.type) {
      case "user":
      case "group":
        return deadParty(condition, pointer, world);
      case "manager-of":
        return deadParty(condition.of, pointer, world);
      case "on-call":
        return rotas.some(({ name }) => name === condition.rota)
          ? []
          : [
              error(
                "rota-missing",
                pointer,
                `There is no rota ${condition.rota}: whether somebody is on call by it is never known. Make it, or name another.`,
              ),
            ];
      case "attribute":
      case "target-tag":
      case "duration-below":
        return [];
    }
  });

/** The parties among a flow's approvers and watchers, each with its place. */
export const deadInApproval = (
  { approval, breakGlass }: LintedFlow,
  configuration: Pick<Configuration, "rotas">,
  world: World | undefined,
): readonly Said[] => [
  ...approval.steps.flatMap((step, index) => {
    const at = `/approval/steps/${String(index)}`;
    const named = [...approversOf(step), ...(step.escalation?.tiers.flat() ?? [])];
    return named.flatMap((approver) =>
      approver.type === "user" || approver.type === "group" ? deadParty(approver, at, world) : [],
    );
  }),
  ...(approval.automatic === undefined
    ? []
    : deadInRule(approval.automatic, "/approval/automatic", configuration, world)),
  ...(breakGlass?.watchers ?? []).flatMap((party, index) =>
    deadParty(party, `/breakGlass/watchers/${String(index)}`, world),
  ),
];

export const deadInRota = (
  { shifts, overrides, rotation }: LintedRota,
  world: World | undefined,
): readonly Said[] => {
  const people = [
    ...shifts.map(({ user }, index) => ({ user, pointer: `/shifts/${String(index)}` })),
    ...overrides.map(({ user }, index) => ({ user, pointer: `/overrides/${String(index)}` })),
    ...(rotation?.participants ?? []).map((user, index) => ({
      user,
      pointer: `/rotation/participants/${String(index)}`,
    })),
  ];
  return people.flatMap(({ user, pointer }) => deadParty({ type: "user", ...user }, pointer, world));
};

/** Of targets: what is gone, and bundles and scopes that are missing. */
export const deadInTargets = (
  targets: readonly FlowTarget[],
  { bundles, accessScopes }: Pick<Configuration, "bundles" | "accessScopes">,
  world: World | undefined,
): readonly Said[] =>
  targets.flatMap((target, index): readonly Said[] => {
    const at = `/targets/${String(index)}`;
    if (isResourceTarget(target)) {
      const { exclude } = target;
      return [
        ...deadResources(target, at, world),
        ...outsideOrganization(target, at, world),
        ...(exclude === undefined ? [] : deadResources(exclude, `${at}/exclude`, world)),
      ];
    }
    if (isScopeTarget(target)) {
      const isThere = accessScopes.some(({ name }) => name === target.accessScope);
      return [
        ...(isThere ? [] : [missing("access-scope-missing", "access scope", target.accessScope, at)]),
        ...deadResources({ accounts: [], organizationalUnits: [], ...target }, at, world),
      ];
    }
    return bundles.some(({ name }) => name === target.bundle)
      ? []
      : [missing("bundle-missing", "bundle", target.bundle, at)];
  });

const missing = (
  code: "bundle-missing" | "access-scope-missing",
  what: string,
  name: string,
  at: string,
): Said =>
  error(
    code,
    at,
    `There is no ${what} ${name}: the target gives access to nothing. Make it, or name another.`,
  );

const deadResources = (
  {
    accounts,
    organizationalUnits,
    permissionSets = [],
  }: Pick<ResourceTarget, "accounts" | "organizationalUnits"> & {
    readonly permissionSets?: ResourceTarget["permissionSets"] | undefined;
  },
  at: string,
  world: World | undefined,
): readonly Said[] =>
  world === undefined
    ? []
    : [
        ...accounts.flatMap(({ id, name }, index) =>
          world.accounts.has(id) || world.accountsElsewhere.has(id)
            ? []
            : [error("account-gone", `${at}/accounts/${String(index)}`, gone("Account", name))],
        ),
        ...organizationalUnits.flatMap(({ id, name }, index) =>
          world.organizationalUnits.has(id)
            ? []
            : [
                error(
                  "organizational-unit-gone",
                  `${at}/organizationalUnits/${String(index)}`,
                  gone("Organizational unit", name),
                ),
              ],
        ),
        ...permissionSets.flatMap(({ id, name }, index) =>
          world.permissionSets.has(id)
            ? []
            : [
                error(
                  "permission-set-gone",
                  `${at}/permissionSets/${String(index)}`,
                  gone("Permission set", name),
                ),
              ],
        ),
      ];

/** Accounts of integrations of their own: every grant goes by way of the organization. */
const outsideOrganization = (
  { accounts }: Pick<ResourceTarget, "accounts">,
  at: string,
  world: World | undefined,
): readonly Said[] =>
  accounts.flatMap(({ id, name }, index) =>
    world?.accountsElsewhere.has(id) === true
      ? [
          warning(
            "account-outside-organization",
            `${at}/accounts/${String(index)}`,
            `Account ${name} is not in the organization: it can be looked at, and nobody can be given anything in it. Take it out, or move the account into the organization.`,
          ),
        ]
      : [],
  );
