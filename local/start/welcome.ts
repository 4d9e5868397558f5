import { columns } from "../cli/terminal.ts";
import type { Terminal } from "../cli/terminal.ts";
import type { Environment } from "../environment.ts";
import { NOTHING_TO_SHOW } from "../environment/showcase.ts";
import type { Showcase } from "../environment/showcase.ts";
import { administratorCall, requestCalls } from "./try-calls.ts";

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
  const administrators = await environment.administrators();
  const showcase = await environment.showcase();
  line();
  line(`${strong("People")} ${quiet("a token for any of them: npm run -s token -- EMAIL")}`);
  const rows = people.map(({ userId, email, displayName, enabled }): [string, string] => {
    const about = enabled ? (groups.get(userId) ?? []).join(", ") : "disabled";
    const mark = enabled && administrators.has(userId) ? ` ${strong("(administrator)")}` : "";
    return [email, `${displayName.padEnd(20)}  ${quiet(about)}${mark}`];
  });
  for (const text of columns(rows)) line(text);
  line();
  line(strong("Try"));
  if (showcase === undefined)
    line(
      `  ${NOTHING_TO_SHOW}: start with --access-flows FILE, or PUT one to /access-flows/{name} as an administrator.`,
    );
  const administrator = people.find(({ userId, enabled }) => enabled && administrators.has(userId));
  const calls = [
    ...(showcase === undefined ? [] : requestCalls(environment, showcase)),
    ...(administrator === undefined ? [] : [administratorCall(environment, administrator)]),
  ];
  for (const [what, command] of calls) {
    line(quiet(`  # ${what}`));
    line(indented(command));
  }
  line();
  line(strong("Look inside with the AWS CLI"));
  for (const command of tryAws(environment, showcase)) line(indented(command));
  line();
};
