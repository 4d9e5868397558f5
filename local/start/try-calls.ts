import { DEFAULT_API_PORT } from "../discovery.ts";
import type { Environment } from "../environment.ts";
import type { DirectoryPerson } from "../environment/people.ts";
import type { Showcase } from "../environment/showcase.ts";

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

const call = (environment: Addressed, person: DirectoryPerson, path: string, body?: object) => {
  // A shell would take the question mark for a pattern.
  const url = path.includes("?")
    ? quoted(`${environment.addresses.api}${path}`)
    : `${environment.addresses.api}${path}`;
  const data =
    body === undefined
      ? ""
      : ` \\\n    -H 'content-type: application/json' -d ${quoted(JSON.stringify(body))}`;
  return `curl -s ${url} -H "authorization: Bearer ${tokenCommand(environment, person)}"${data}`;
};

/** More time and, where somebody has to agree to it, the decision: without its askedAt that would be on the request itself. */
const moreTimeCalls = (
  environment: Addressed,
  { requester, approver, moreTime }: Showcase,
): readonly TryCall[] => {
  if (moreTime === "never") return [];
  const ask = { duration: "PT2M", justification: "not done yet" };
  const asking: TryCall = [
    "More time, before it ends",
    call(environment, requester, "/requests/ID/extend", ask),
  ];
  if (moreTime === "at-once") return [asking];
  const decision = { decision: "approve", extension: "ASKED_AT" };
  return [
    asking,
    [
      `${approver.displayName} approves that too (put extension.askedAt of the last answer for ASKED_AT)`,
      call(environment, approver, "/requests/ID/decisions", decision),
    ],
  ];
};

/** The life of the request that is shown, call by call. */
export const requestCalls = (environment: Addressed, showcase: Showcase): readonly TryCall[] => {
  const { requester, approver, account, permissionSet } = showcase;
  const ask = {
    entitlements: [{ account: account.name, permissionSet: permissionSet.name }],
    duration: "PT2M",
    justification: "INC-1042: refunds are stuck",
  };
  return [
    ["Who am I, what may I request?", call(environment, requester, "/me")],
    [`${requester.displayName} asks`, call(environment, requester, "/requests", ask)],
    ["What waits for me?", call(environment, approver, "/requests?view=to-approve")],
    [
      `${approver.displayName} approves (put the request's id for ID)`,
      call(environment, approver, "/requests/ID/decisions", { decision: "approve" }),
    ],
    ...moreTimeCalls(environment, showcase),
    ["Enough", call(environment, requester, "/requests/ID/revoke", {})],
    ["What happened?", call(environment, requester, "/requests/ID/events")],
  ];
};

/** What only an administrator may do: to have what exists compared with what should, as happens every five minutes. */
export const administratorCall = (environment: Addressed, administrator: DirectoryPerson): TryCall => [
  `${administrator.displayName}, an administrator, has AWS compared with what should be there`,
  call(environment, administrator, "/sweep", {}),
];
