import { columns } from "../cli/terminal.ts";
import type { Terminal } from "../cli/terminal.ts";
import { DEFAULT_API_PORT } from "../discovery.ts";
import type { Environment } from "../environment.ts";
import type { DirectoryPerson } from "../environment/people.ts";
import type { Showcase } from "../environment/showcase.ts";

const portOf = (url: string) => new URL(url).port;

const tokenCommand = (environment: Environment, person: DirectoryPerson) => {
  const port = portOf(environment.addresses.api);
  const option = port === String(DEFAULT_API_PORT) ? "" : ` --port ${port}`;
  return `$(npm run -s token -- ${person.email}${option})`;
};

/** Safe inside single quotes in a shell. */
const quoted = (text: string) => `'${text.replaceAll("'", String.raw`'\''`)}'`;

const call = (environment: Environment, person: DirectoryPerson, path: string, body?: object) => {
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

const tryCalls = (environment: Environment, { requester, approver, account, permissionSet }: Showcase) => {
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
    [
      "More time, before it ends and where its flow allows it",
      call(environment, requester, "/requests/ID/extend", {
        duration: "PT2M",
        justification: "not done yet",
      }),
    ],
    ["Enough", call(environment, requester, "/requests/ID/revoke", {})],
    ["What happened?", call(environment, requester, "/requests/ID/events")],
  ] as const;
};

const tryAws = (environment: Environment, showcase: Showcase | undefined) => {
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
  const tables = environment.tableNames.slice(0, 1).map((name) => `aws dynamodb scan --table-name ${name}`);
  return [settings, ...assignments, ...executions, ...tables];
};

const indented = (text: string) => `  ${text.replaceAll("\n", "\n  ")}`;

/** Prints who there is and what to try, in commands that can be pasted as they are. */
export const welcome = async (terminal: Terminal, environment: Environment): Promise<void> => {
  const { line, strong, quiet } = terminal;
  const people = await environment.people();
  const groups = await environment.groupNames();
  const showcase = await environment.showcase();
  line();
  line(`${strong("People")} ${quiet("a token for any of them: npm run -s token -- EMAIL")}`);
  const rows = people.map(({ userId, email, displayName, enabled }): [string, string] => {
    const about = enabled ? (groups.get(userId) ?? []).join(", ") : "disabled";
    return [email, `${displayName.padEnd(20)}  ${quiet(about)}`];
  });
  for (const text of columns(rows)) line(text);
  line();
  line(strong("Try"));
  if (showcase === undefined)
    line(
      "  No access flow asks for an approval yet: start with --access-flows FILE, or PUT one to /access-flows/{name}.",
    );
  for (const [what, command] of showcase === undefined ? [] : tryCalls(environment, showcase)) {
    line(quiet(`  # ${what}`));
    line(indented(command));
  }
  line();
  line(strong("Look inside with the AWS CLI"));
  for (const command of tryAws(environment, showcase)) line(indented(command));
  line();
};
