import { DirectoryRoles, type DirectoryRole } from "../../lambdas/core/contracts/roles.ts";
import { columns } from "../cli/terminal.ts";
import type { Terminal } from "../cli/terminal.ts";
import type { Environment } from "../environment.ts";
import type { DirectoryPerson } from "../environment/people.ts";
import type { AutomaticShowcase, Showcase } from "../environment/showcase.ts";
import {
  administratorCall,
  auditorCall,
  fileCalls,
  inventoryCalls,
  policyAuthorCall,
  reasoningCalls,
  requestCalls,
} from "./try-calls.ts";
import type { TryCall } from "./try-calls.ts";

const tryAws = (environment: Welcoming, showcase: Showcase | AutomaticShowcase | undefined) => {
  const { region, instanceArn } = environment.ids.identityCenter;
  const settings = `export AWS_ENDPOINT_URL=${environment.addresses.aws} AWS_DEFAULT_REGION=${region} AWS_ACCESS_KEY_ID=me AWS_SECRET_ACCESS_KEY=me`;
  const assignments =
    showcase === undefined
      ? []
      : [
          `aws sso-admin list-account-assignments --instance-arn ${instanceArn} \\\n    --account-id ${showcase.account.id} --permission-set-arn ${showcase.permissionSet.id}`,
        ];
  const executions = environment.machineArns.map(
    (arn) => `aws stepfunctions list-executions --state-machine-arn ${arn}`,
  );
  const store = `--identity-store-id ${environment.ids.identityCenter.identityStoreId}`;
  const groups = [
    `aws identitystore list-groups ${store}`,
    `aws identitystore create-group-membership ${store} --group-id GROUP --member-id UserId=${showcase?.requester.userId ?? "USER"}`,
  ];
  const tables = environment.tableNames.slice(0, 1).map((name) => `aws dynamodb scan --table-name ${name}`);
  return [settings, ...assignments, ...groups, ...executions, ...tables];
};

const indented = (text: string) => `  ${text.replaceAll("\n", "\n  ")}`;

/** What the welcome asks the environment. */
export type Welcoming = Pick<
  Environment,
  | "accessFlows"
  | "addresses"
  | "administratorGroups"
  | "automaticShowcase"
  | "groupNames"
  | "hasMemberRoles"
  | "ids"
  | "integrations"
  | "machineArns"
  | "people"
  | "roleHolders"
  | "showcase"
  | "tableNames"
>;

/** What keeps everybody from the inventory, and how to put it right. */
const nobodyAdministers = ({ administratorGroups }: Welcoming): readonly string[] => [
  `Nobody is an administrator: no enabled person belongs to ${administratorGroups.join(" or ")} (administratorGroups in cdk.json).`,
  "/inventory, /syncs, /integrations and PUT /access-flows/{name} answer 403 to everybody. Put somebody into such a group in the",
  "organization's file, or name a group that there is in cdk.json, and start again.",
];

/** Why no request is shown, and how there would be one. */
const nothingToShow = async (
  environment: Welcoming,
  administrator: DirectoryPerson | undefined,
): Promise<readonly string[]> => {
  const flows = await environment.accessFlows();
  if (flows.length > 0)
    return [
      `No request is shown: no access flow (${flows.map(({ name }) => name).join(", ")}) names an account and allows an`,
      "enabled person a request there at once or with one approval. GET /me tells everybody what they may request.",
    ];
  const asAdministrator =
    administrator === undefined
      ? ""
      : `, or PUT one to /access-flows/{name} as ${administrator.displayName}, an administrator`;
  return [
    `There is no access flow, so nobody may request anything: start with --access-flows FILE${asAdministrator}.`,
  ];
};

/** Who there is and what to try, in commands that can be pasted as they are. */
export const welcome = async (
  { strong, quiet, bad }: Pick<Terminal, "strong" | "quiet" | "bad">,
  environment: Welcoming,
): Promise<readonly string[]> => {
  const people = await environment.people();
  const groups = await environment.groupNames();
  const holders = await environment.roleHolders();
  const holderOf = (role: DirectoryRole) =>
    people.find(({ userId, enabled }) => enabled && holders[role].has(userId));
  const showcase = (await environment.showcase()) ?? (await environment.automaticShowcase());
  const administrator = holderOf("administrator");
  const policyAuthor = holderOf("policy-author");
  const auditor = holderOf("auditor");
  const otherRoles = [
    ...(policyAuthor === undefined ? [] : [policyAuthorCall(environment, policyAuthor)]),
    ...(auditor === undefined ? [] : [auditorCall(environment, auditor)]),
  ];
  const rows = people.map(({ userId, email, displayName, enabled }): [string, string] => {
    const about = enabled ? (groups.get(userId) ?? []).join(", ") : "disabled";
    const roles = enabled ? DirectoryRoles.filter((role) => holders[role].has(userId)) : [];
    const marks = roles.map((role) => ` ${strong(`(${role.replace("-", " ")})`)}`).join("");
    return [email, `${displayName.padEnd(20)}  ${quiet(about)}${marks}`];
  });
  const shown = (calls: readonly TryCall[]) =>
    calls.flatMap(([what, command]) => [quiet(`  # ${what}`), indented(command)]);
  return [
    "",
    `${strong("People")} ${quiet("a token for any of them: npm run -s token -- EMAIL")}`,
    ...columns(rows),
    ...(administrator === undefined ? nobodyAdministers(environment).map((text) => bad(`  ${text}`)) : []),
    "",
    strong("Try"),
    ...(showcase === undefined
      ? (await nothingToShow(environment, administrator)).map((text) => `  ${text}`)
      : shown(requestCalls(environment, showcase))),
    ...(administrator === undefined
      ? []
      : [
          ...shown([administratorCall(environment, administrator)]),
          "",
          `${strong("Who may what, and why")} ${quiet(`as ${administrator.displayName}, an administrator`)}`,
          ...(showcase === undefined ? [] : shown(reasoningCalls(environment, showcase, administrator))),
          "",
          `${strong("The inventory")} ${quiet(`as ${administrator.displayName}, an administrator`)}`,
          ...shown(await inventoryCalls(environment, administrator, showcase?.requester ?? administrator)),
          "",
          // Behind the inventory: what writes an integration there would write over what the files say of it.
          `${strong("Configuration in files")} ${quiet(`as ${administrator.displayName}, an administrator`)}`,
          ...shown(fileCalls(environment, administrator)),
        ]),
    ...(otherRoles.length === 0 ? [] : ["", strong("Other roles"), ...shown(otherRoles)]),
    "",
    strong("Look inside with the AWS CLI"),
    ...tryAws(environment, showcase).map(indented),
    "",
  ];
};
