import { HOME_INTEGRATION, isFromSettings } from "../../lambdas/core/domain/integration.ts";
import type { OrganizationIntegration } from "../../lambdas/core/domain/integration.ts";
import { DEFAULT_API_PORT } from "../discovery.ts";
import type { Environment } from "../environment.ts";
import type { DirectoryPerson } from "../environment/people.ts";
import type { AutomaticShowcase, Showcase } from "../environment/showcase.ts";

/** What a call is for, and the shell's line that makes it. */
export type TryCall = readonly [what: string, command: string];

type Addressed = Pick<Environment, "addresses">;

const portOf = (url: string) => new URL(url).port;

const tokenCommand = ({ addresses }: Addressed, person: DirectoryPerson) => {
  const port = portOf(addresses.api);
  const option = port === String(DEFAULT_API_PORT) ? "" : ` --port ${port}`;
  return `$(npm run -s token -- ${person.email}${option})`;
};

/** Safe inside single quotes in a shell. */
const quoted = (text: string) => `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** Without a method: curl takes POST for what has a body, and GET for the rest. */
const call = (
  environment: Addressed,
  person: DirectoryPerson,
  path: string,
  body?: object,
  method?: "PUT",
) => {
  // A shell would take the question mark for a pattern.
  const url = path.includes("?")
    ? quoted(`${environment.addresses.api}${path}`)
    : `${environment.addresses.api}${path}`;
  const data =
    body === undefined
      ? ""
      : ` \\\n    -H 'content-type: application/json' -d ${quoted(JSON.stringify(body))}`;
  return `curl -s ${method === undefined ? "" : `-X ${method} `}${url} -H "authorization: Bearer ${tokenCommand(environment, person)}"${data}`;
};

const moreTimeCall = (environment: Addressed, { requester }: Showcase | AutomaticShowcase): TryCall => [
  "More time, before it ends",
  call(environment, requester, "/requests/ID/extend", { duration: "PT2M", justification: "not done yet" }),
];

/** Without the extension's askedAt, the decision would be on the request itself. */
const moreTimeDecision = (environment: Addressed, { approver }: Showcase): TryCall => [
  `${approver.displayName} approves that too (put extension.askedAt of the last answer for ASKED_AT)`,
  call(environment, approver, "/requests/ID/decisions", { decision: "approve", extension: "ASKED_AT" }),
];

const moreTimeCalls = (
  environment: Addressed,
  showcase: Showcase | AutomaticShowcase,
): readonly TryCall[] => {
  if (showcase.moreTime === "never") return [];
  const asking = moreTimeCall(environment, showcase);
  return showcase.moreTime === "with-approval" ? [asking, moreTimeDecision(environment, showcase)] : [asking];
};

const approvalCalls = (environment: Addressed, { approver }: Showcase): readonly TryCall[] => [
  ["What waits for me?", call(environment, approver, "/requests?view=to-approve")],
  [
    `${approver.displayName} approves (put the request's id for ID)`,
    call(environment, approver, "/requests/ID/decisions", { decision: "approve" }),
  ],
];

/** The life of the request that is shown, call by call. */
export const requestCalls = (
  environment: Addressed,
  showcase: Showcase | AutomaticShowcase,
): readonly TryCall[] => {
  const { requester, account, permissionSet } = showcase;
  const ask = {
    entitlements: [{ account: account.name, permissionSet: permissionSet.name }],
    duration: "PT2M",
    justification: "INC-1042: refunds are stuck",
  };
  const asks = `${requester.displayName} asks`;
  return [
    ["Who am I, what may I request?", call(environment, requester, "/me")],
    [
      "approver" in showcase ? asks : `${asks}, and gets it at once (its id is ID below)`,
      call(environment, requester, "/requests", ask),
    ],
    ...("approver" in showcase ? approvalCalls(environment, showcase) : []),
    ...moreTimeCalls(environment, showcase),
    ["Enough", call(environment, requester, "/requests/ID/revoke", {})],
    ["What happened?", call(environment, requester, "/requests/ID/events")],
  ];
};

/** Why, and what if: nothing of it changes anything. */
export const reasoningCalls = (
  environment: Addressed,
  { flow, requester, account, permissionSet }: Showcase | AutomaticShowcase,
  administrator: DirectoryPerson,
): readonly TryCall[] => {
  const entitlement = { account: account.name, permissionSet: permissionSet.name };
  return [
    [
      `What would come of it if ${requester.displayName} asked?`,
      call(environment, requester, "/requests?dryRun=true", {
        entitlements: [entitlement],
        duration: "PT2M",
        justification: "only asking",
      }),
    ],
    [
      `… and ${administrator.displayName}? Each access flow, and what of it is not met`,
      call(environment, administrator, "/explain", { user: administrator.email, entitlement }),
    ],
    [
      "Who wrote that access flow, and what did they change?",
      call(environment, administrator, `/configuration/changes?kind=access-flow&name=${flow}`),
    ],
  ];
};

/** A policy author, who writes access flows; this call changes nothing. */
export const policyAuthorCall = (environment: Addressed, policyAuthor: DirectoryPerson): TryCall => [
  `What is wrong with what is configured? ${policyAuthor.displayName}, a policy author, may write access flows too`,
  call(environment, policyAuthor, "/access-flows/lint", {}),
];

/** An auditor, whom no access flow has to name. */
export const auditorCall = (environment: Addressed, auditor: DirectoryPerson): TryCall => [
  `Who asked for what? ${auditor.displayName}, an auditor, sees every request, and changes nothing`,
  call(environment, auditor, "/requests?view=all"),
];

/** Configuration as files: what is there, and what the examples would add. */
export const fileCalls = (environment: Addressed, administrator: DirectoryPerson): readonly TryCall[] => [
  [
    "Write what is configured into files, which plan, apply and lint read (docs/configuration.md)",
    `export LOCKSTEP_URL=${environment.addresses.api} LOCKSTEP_TOKEN=${tokenCommand(environment, administrator)}\nnpm run config -- export`,
  ],
  [
    "A bundle, a scope, a rota, owners who approve, an emergency, access by itself: for the shipped organization",
    "npm run config -- apply --dir local/examples/config",
  ],
];

/** What only an administrator may do: to have what exists compared with what should, as happens every five minutes. */
export const administratorCall = (environment: Addressed, administrator: DirectoryPerson): TryCall => [
  `${administrator.displayName}, an administrator, has AWS compared with what should be there`,
  call(environment, administrator, "/sweep", {}),
];

type Integrated = Addressed & Pick<Environment, "integrations" | "hasMemberRoles">;

/** What there is and who has it, as an administrator; `somebody`: whose access is shown. */
export const inventoryCalls = async (
  environment: Integrated,
  administrator: DirectoryPerson,
  somebody: DirectoryPerson,
): Promise<readonly TryCall[]> => {
  const look = (path: string) => call(environment, administrator, path);
  return [
    ["Who holds what for ever, the most powerful first?", look("/inventory/standing-access")],
    [`What can ${somebody.displayName} reach, and how?`, look(`/inventory/users/${somebody.userId}/access`)],
    ["What did the syncs take, find and meet?", look("/syncs?integration=organization")],
    ...(await resourceCalls(environment, administrator)),
  ];
};

/** What accounts hold; and, as long as nobody has decided whether to look into them, how to begin that. */
const resourceCalls = async (
  environment: Integrated,
  administrator: DirectoryPerson,
): Promise<readonly TryCall[]> => {
  if (!environment.hasMemberRoles) return [];
  const integration = (await environment.integrations()).find(({ name }) => name === HOME_INTEGRATION);
  if (integration?.kind !== "aws-organization") return [];
  const isOff = isFromSettings(integration);
  if (!isOff && !integration.memberAccounts) return [];
  const path = `/integrations/${integration.name}`;
  const turnOn: TryCall = [
    "Look into the accounts too: IAM and resources (writes the whole integration; the files below keep it so)",
    call(environment, administrator, path, withMemberAccounts(integration), "PUT"),
  ];
  return [
    ...(isOff ? [turnOn] : []),
    [
      isOff ? "… and do so now" : "Look into the accounts now",
      call(environment, administrator, `${path}/refresh`, { scope: "resources" }),
    ],
    ["What is there?", call(environment, administrator, "/inventory/resources")],
  ];
};

/** The body that keeps everything else as the settings have it. */
const withMemberAccounts = ({
  kind,
  managementAccountId,
  region,
  identityCenterRegion,
  accessPortalUrl,
}: OrganizationIntegration) => ({
  kind,
  managementAccountId,
  region,
  identityCenterRegion,
  accessPortalUrl,
  memberAccounts: true,
});
