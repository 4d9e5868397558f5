import { execFile } from "node:child_process";
import * as z from "zod/mini";

/** The CLI's options without their dashes, values as a person would type them; several words: several arguments. */
export type CliOptions = Readonly<Record<string, string | readonly string[]>>;

/** The real AWS CLI, pointed at one endpoint. */
export interface AwsCli {
  /** Runs `aws <command> --<options>`, which has to succeed, and reads its answer. */
  readonly ask: <Schema extends z.ZodMiniType>(
    answer: Schema,
    command: string,
    options?: CliOptions,
  ) => Promise<z.output<Schema>>;
  /** Runs a command that answers nothing. */
  readonly run: (command: string, options?: CliOptions) => Promise<void>;
  /** Runs a command that has to be refused; resolves to the name of AWS's error. */
  readonly refused: (command: string, options?: CliOptions) => Promise<string>;
}

interface Finished {
  readonly failed: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/** Far more than a command takes on a busy machine, Python's start included. */
const DEADLINE_MILLISECONDS = 60_000;

/** "An error occurred (<name>) when calling the <operation> operation: <message>" is how botocore prints a ClientError. */
const AWS_ERROR = /An error occurred \((\w+)\) when calling/;

const argumentsOf = (command: string, options: CliOptions) => [
  ...command.split(" "),
  ...Object.entries(options).flatMap(([name, value]) => [`--${name}`, ...[value].flat()]),
];

/**
 * The CLI with nothing of this machine's own configuration: no profile, no credentials file, no instance metadata, no
 * proxy, no pager.
 */
const environmentFor = (endpoint: string, region: string): NodeJS.ProcessEnv => {
  const foreign = Object.keys(process.env).filter((name) => /^aws_|_proxy$/i.test(name));
  return {
    ...process.env,
    ...Object.fromEntries(foreign.map((name) => [name, undefined])),
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: "tester",
    AWS_SECRET_ACCESS_KEY: "tester",
    AWS_CONFIG_FILE: "/dev/null",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_PAGER: "",
    AWS_DEFAULT_OUTPUT: "json",
  };
};

export const awsCli = (endpoint: string, region: string): AwsCli => {
  const env = environmentFor(endpoint, region);
  const execute = (command: string, options: CliOptions = {}) =>
    new Promise<Finished>((resolve, reject) => {
      const limits = { env, timeout: DEADLINE_MILLISECONDS, maxBuffer: 64 * 1024 * 1024 };
      execFile("aws", argumentsOf(command, options), limits, (error, stdout, stderr) => {
        // The CLI ends with a number, whatever went wrong; anything else is a CLI that could not run or did not end.
        if (error === null || typeof error.code === "number")
          resolve({ failed: error !== null, stdout, stderr });
        else reject(new Error(`aws ${command}: ${error.message}`, { cause: error }));
      });
    });
  const succeed = async (command: string, options?: CliOptions) => {
    const { failed, stdout, stderr } = await execute(command, options);
    if (failed) throw new Error(`aws ${command}: ${stderr.trim()}`);
    return stdout;
  };
  return {
    ask: async (answer, command, options) => z.parse(answer, JSON.parse(await succeed(command, options))),
    run: async (command, options) => {
      await succeed(command, options);
    },
    refused: async (command, options) => {
      const { failed, stderr } = await execute(command, options);
      const name = AWS_ERROR.exec(stderr)?.[1];
      if (!failed || name === undefined)
        throw new Error(`aws ${command} was not refused by AWS: ${stderr.trim()}`);
      return name;
    },
  };
};
