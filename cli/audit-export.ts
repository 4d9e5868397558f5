import { describeError, isNamed } from "../lambdas/adapters/aws-errors.ts";
import { scanAudit } from "../lambdas/adapters/dynamodb/audit-scan.ts";
import { auditRoots } from "../lambdas/adapters/s3/audit-roots.ts";
import { systemClock } from "../lambdas/adapters/system-clock.ts";
import { AUDIT_TABLE_NAME, auditRootsBucketName } from "../lambdas/core/contracts/audit-storage.ts";
import { RetryableError } from "../lambdas/core/domain/errors.ts";
import { CommandError, HELP, runCommand } from "../local/cli/command.ts";
import { DEFAULT_API_PORT } from "../local/discovery.ts";
import { accountOf, connect, type Connection } from "./audit/connection.ts";
import { downloadRoots } from "./audit/download-roots.ts";
import { exportEntries } from "./audit/export-entries.ts";
import { textOfExport } from "./audit/export-report.ts";
import { checkTargets } from "./audit/export-targets.ts";
import { counted, progressOn } from "./audit/progress.ts";

const DEFAULT_FILE = "lockstep-audit.jsonl";

/** What is said of credentials that are not there, are over, or are nobody's. */
const NOT_SIGNED_IN = ["CredentialsProviderError", "ExpiredTokenException", "UnrecognizedClientException"];
const SIGN_IN = "Sign in again ('aws sso login'), or name another profile with --profile P.";

/** Says in a sentence what AWS refuses, and what to do about it. */
const inWords = async <T>(what: string, advice: string, work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    const isKnown =
      error instanceof RetryableError ||
      isNamed(
        error,
        ...NOT_SIGNED_IN,
        "AccessDenied",
        "AccessDeniedException",
        "NoSuchBucket",
        "ResourceNotFoundException",
      );
    if (!isKnown) throw error;
    const todo = isNamed(error, ...NOT_SIGNED_IN) ? SIGN_IN : advice;
    throw new CommandError(`${what} cannot be read (${describeError(error)}). ${todo}`, { cause: error });
  }
};

const fetchRoots = async (connection: Connection, directory: string, bucket: string | undefined) => {
  const advice = "It takes s3:ListBucketVersions and s3:GetObjectVersion; --bucket names another bucket.";
  const { days, meddledWith } = await inWords("The bucket of the roots", advice, async () => {
    const { region } = connection;
    const bucketName = bucket ?? auditRootsBucketName({ account: await accountOf(connection), region });
    const say = progressOn(process.stderr, systemClock);
    return downloadRoots(auditRoots({ clientsFor: connection.clientsFor, bucketName }), directory, (done) => {
      say(() => `Downloaded ${counted(done, "root")}`);
    });
  });
  for (const day of meddledWith) {
    process.stderr.write(
      `The root of ${day} was written over or deleted after it was made: its first version is the one that was ` +
        "downloaded. See docs/audit-format.md, 'Where the roots are'.\n",
    );
  }
  return days;
};

await runCommand(
  {
    name: "npm run audit:export --",
    summary:
      "Writes every entry of the audit trail as JSON Lines, of the environment that runs on this machine unless an " +
      "AWS account or endpoint is named.",
    options: {
      endpoint: { kind: "text", placeholder: "URL", help: "An AWS endpoint to export from." },
      profile: { kind: "text", placeholder: "P", help: "Exports from the AWS account of this profile." },
      region: { kind: "text", placeholder: "R", help: "The region that Lockstep is deployed in." },
      port: {
        kind: "port",
        placeholder: "N",
        help: `The API's port of the environment on this machine (default ${String(DEFAULT_API_PORT)}).`,
      },
      table: { kind: "text", placeholder: "NAME", help: `The Audit table (default ${AUDIT_TABLE_NAME}).` },
      out: { kind: "text", placeholder: "FILE", help: `What to write (default ${DEFAULT_FILE}).` },
      roots: { kind: "text", placeholder: "DIR", help: "Downloads the daily roots into this directory too." },
      bucket: { kind: "text", placeholder: "NAME", help: "The bucket of the roots, if it has another name." },
      help: HELP,
    },
  },
  async ({ options }) => {
    const { out = DEFAULT_FILE, table = AUDIT_TABLE_NAME, roots, bucket } = options;
    const { replaces } = await checkTargets({ out, roots });
    const connection = await connect({ ...options, port: options.port ?? DEFAULT_API_PORT });
    // First: whatever is sealed by now is recorded, and so will be in the export.
    const days = roots === undefined ? undefined : await fetchRoots(connection, roots, bucket);
    const say = progressOn(process.stderr, systemClock);
    const advice = `It takes dynamodb:Scan on the table; --table names another one at ${connection.where}.`;
    const exported = await inWords(`The table ${table}`, advice, () =>
      exportEntries({
        pages: scanAudit({ clientsFor: connection.clientsFor, tableName: table, clock: systemClock }),
        file: out,
        onProgress: (read, written) => {
          say(() =>
            written === 0 ? `Read ${counted(read, "entry")}` : `Sorted ${counted(written, "entry")}`,
          );
        },
      }),
    );
    const downloaded = roots === undefined ? undefined : { directory: roots, count: days?.length ?? 0 };
    process.stdout.write(`${textOfExport({ exported, out, replaces, roots: downloaded })}\n`);
    return 0;
  },
);
