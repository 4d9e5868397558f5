import { systemClock } from "../lambdas/adapters/system-clock.ts";
import { CommandError, HELP, runCommand } from "./cli/command.ts";
import { readOrganizationFile, type OrganizationFile } from "./organization-file.ts";
import { clientsAt } from "./seed/clients.ts";
import { reasonOf } from "./seed/report.ts";
import { seedEndpoint, type SeedResult } from "./seed/seed-endpoint.ts";
import { InvalidFileError } from "./yaml-file.ts";

const organizationIn = (path: string): OrganizationFile => {
  try {
    return readOrganizationFile(path);
  } catch (error) {
    throw error instanceof InvalidFileError ? new CommandError(error.message, { cause: error }) : error;
  }
};

/** A seed closes accounts and makes assignments: it is for emulators, and AWS itself is refused. */
const endpointIn = (text: string): string => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !["http:", "https:"].includes(url.protocol))
    throw new CommandError(`Option --endpoint is '${text}': expected a URL such as http://127.0.0.1:5000.`);
  if (/(^|\.)(amazonaws\.com(\.cn)?|api\.aws)$/.test(url.hostname))
    throw new CommandError(`Option --endpoint is '${text}', AWS itself: a seed is for emulators only.`);
  return url.origin;
};

const print = ({ ids, limitations, instanceArn, identityStoreId }: SeedResult): void => {
  const width = Math.max(...ids.map(({ kind, name }) => kind.length + name.length + 1));
  const lines = [
    `instance ${instanceArn}, identity store ${identityStoreId}`,
    ...ids.map(
      ({ kind, name, id, created }) =>
        `${`${kind} ${name}`.padEnd(width)} → ${id}${created ? "" : " (was there)"}`,
    ),
    ...(limitations.length === 0
      ? []
      : ["", "What this endpoint cannot express:", ...limitations.map((line) => `- ${line}`)]),
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
};

await runCommand(
  {
    name: "npm run seed --",
    summary:
      "Fills another AWS endpoint (moto, for instance) with an organization, through the AWS SDK, and prints the ids it gave. A second run finds what is there.",
    options: {
      organization: {
        kind: "text",
        placeholder: "FILE",
        help: "The organization, as YAML (see local/examples/organization.yaml).",
      },
      endpoint: {
        kind: "text",
        placeholder: "URL",
        help: "The endpoint to fill, such as http://127.0.0.1:5000.",
      },
      help: HELP,
    },
  },
  async ({ options: { organization, endpoint } }) => {
    if (organization === undefined)
      throw new CommandError("Option --organization is missing: expected the path of an organization file.");
    if (endpoint === undefined)
      throw new CommandError("Option --endpoint is missing: expected a URL such as http://127.0.0.1:5000.");
    const url = endpointIn(endpoint);
    const file = organizationIn(organization);
    try {
      print(await seedEndpoint(clientsAt(url, file.identityCenter.region), file, systemClock));
    } catch (error) {
      throw new CommandError(`The endpoint ${url} could not be filled: ${reasonOf(error)}`, { cause: error });
    }
    return 0;
  },
);
