import * as z from "zod/mini";
import { CommandError, HELP, runCommand } from "./cli/command.ts";
import { DEFAULT_API_PORT, discover } from "./discovery.ts";

const TokenSchema = z.object({ access_token: z.string() });

const tokenFor = async (person: string, port: number): Promise<string> => {
  const environment = await discover(port);
  if (environment === undefined) {
    throw new CommandError(
      `No Lockstep environment answers on port ${String(port)}: start one with 'npm start', or name its API port with --port N.`,
    );
  }
  const response = await fetch(environment.personToken, {
    method: "POST",
    body: new URLSearchParams({ person }),
  });
  if (response.status === 404) {
    throw new CommandError(
      `Nobody in the directory is '${person}': name a person by email or user name; 'npm start' prints who there is.`,
    );
  }
  return TokenSchema.parse(await response.json()).access_token;
};

await runCommand(
  {
    name: "npm run -s token --",
    summary: "Prints a bearer token for a person of the running environment's directory, good for an hour.",
    positionals: ["EMAIL"],
    options: {
      port: { kind: "port", placeholder: "N", help: `The API's port (default ${String(DEFAULT_API_PORT)}).` },
      help: HELP,
    },
  },
  async ({ options, positionals: [person = ""] }) => {
    process.stdout.write(`${await tokenFor(person, options.port ?? DEFAULT_API_PORT)}\n`);
    return 0;
  },
);
