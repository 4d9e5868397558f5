import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as z from "zod/mini";
import { UsageError } from "../../local/cli/arguments.ts";
import { HELP, runCommand } from "../../local/cli/command.ts";
import { terminalOn } from "../../local/cli/terminal.ts";
import { startChild } from "../e2e/support/child.ts";
import { seed, seedConfiguration, type Known } from "./seed.ts";
import { tokenOf } from "./token-of.ts";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const DOCUMENT = fileURLToPath(new URL("../../docs/openapi.json", import.meta.url));

/**
 * Three people of the shipped organization, in this order: the administrator's calls change the flows. Every boundary of
 * every field (the phase `coverage`, some 50 calls an operation) is tried as the one whom no route is closed to.
 */
const PEOPLE = [
  { role: "a requester", email: "alice@example.com", phases: "examples,fuzzing" },
  { role: "an approver", email: "grace@example.com", phases: "examples,fuzzing" },
  { role: "an administrator", email: "tara@example.com", phases: "examples,coverage,fuzzing" },
] as const;
type Phases = (typeof PEOPLE)[number]["phases"];

/** What every answer is held to: no 5xx, nothing that the document does not say. */
const CONFORMANCE = [
  "not_a_server_error",
  "status_code_conformance",
  "content_type_conformance",
  "response_headers_conformance",
  "response_schema_conformance",
];

const terminal = terminalOn(process.stdout);

/** A round of calls: made up freely, wrong ones among them; or right in form and about what exists. */
const ROUNDS = [
  {
    what: "anything",
    mode: "all",
    checks: [...CONFORMANCE, "negative_data_rejection"],
    known: false,
  },
  {
    what: "what exists",
    mode: "positive",
    checks: CONFORMANCE,
    known: true,
  },
] as const;
type Round = (typeof ROUNDS)[number];

const ReportSchema = z.object({
  complete: z.boolean(),
  operations: z.object({ selected: z.number(), tested: z.number(), errored: z.number() }),
  test_cases: z.object({ generated: z.number() }),
  failures: z.array(z.unknown()),
  errors: z.array(z.unknown()),
  valid_rates: z.record(z.string(), z.record(z.string(), z.object({ accepted: z.number() }))),
});
type Report = z.infer<typeof ReportSchema>;

interface Fuzzing {
  readonly api: string;
  readonly token: string;
  readonly phases: Phases;
  readonly known: Known;
  readonly examples: number;
  readonly seed: number;
}

/** Runs Schemathesis once; what it found is printed as it is found. */
const fuzz = async (
  { api, token, phases, known, examples, seed }: Fuzzing,
  round: Round,
): Promise<Report> => {
  const directory = mkdtempSync(join(tmpdir(), "lockstep-fuzz-"));
  const report = join(directory, "report.json");
  const child = spawn(
    "schemathesis",
    [
      `--config-file=${join(HERE, "schemathesis.toml")}`,
      ...["run", DOCUMENT, `--url=${api}`, `--header=Authorization: Bearer ${token}`],
      ...[`--checks=${round.checks.join()}`, `--mode=${round.mode}`],
      `--phases=${round.known ? "fuzzing" : phases}`,
      ...[`--max-examples=${String(examples)}`, `--seed=${String(seed)}`, "--continue-on-failure"],
      ...["--generation-database=none", "--warnings=off", "--no-color", "--request-timeout=30"],
      ...["--report=json", `--report-json-path=${report}`],
    ],
    {
      cwd: directory,
      stdio: ["ignore", "pipe", "inherit"],
      env: {
        ...process.env,
        SCHEMATHESIS_HOOKS: "hooks",
        PYTHONPATH: HERE,
        PYTHONDONTWRITEBYTECODE: "1",
        ...(round.known ? { LOCKSTEP_FUZZ_KNOWN: JSON.stringify(known) } : {}),
      },
    },
  );
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => {
    output += chunk.toString();
  });
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", resolve);
    });
    if (code !== 0) terminal.line(output);
    return ReportSchema.parse(JSON.parse(readFileSync(report, "utf8")));
  } finally {
    rmSync(directory, { recursive: true });
  }
};

/** What every person's rounds came to. */
interface Tally {
  passed: number;
  failed: number;
  calls: number;
  /** Operations that somebody got what they asked for from. */
  readonly reached: Set<string>;
}

const count = (
  tally: Tally,
  { complete, operations, test_cases, failures, errors, valid_rates }: Report,
): string => {
  const faults = failures.length + errors.length + (complete ? 0 : 1);
  const untested = operations.selected - operations.tested;
  tally.failed += faults + untested;
  tally.passed += Math.max(0, operations.tested - faults);
  tally.calls += test_cases.generated;
  for (const [operation, phases] of Object.entries(valid_rates)) {
    if (Object.values(phases).some(({ accepted }) => accepted > 0)) tally.reached.add(operation);
  }
  return `${String(test_cases.generated)} calls of ${String(operations.tested)} operations, ${String(faults)} faults`;
};

const wholeNumber = (option: string, text: string): number => {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new UsageError(`Option ${option} is '${text}': expected a whole number from 1.`);
};

const DocumentSchema = z.object({ paths: z.record(z.string(), z.record(z.string(), z.unknown())) });

/** `GET /requests/{id}`, for every operation of the document. */
const documented = (): readonly string[] =>
  Object.entries(DocumentSchema.parse(JSON.parse(readFileSync(DOCUMENT, "utf8"))).paths).flatMap(
    ([path, operations]) => Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
  );

await runCommand(
  {
    name: "npm run test:fuzz --",
    summary: "Calls every operation of docs/openapi.json on an environment of its own, as three people.",
    options: {
      examples: {
        kind: "text",
        placeholder: "N",
        help: "Calls to make up for each operation, person and round (default 15: about 90 seconds in all).",
      },
      seed: { kind: "text", placeholder: "N", help: "What the calls are made up from (default 1)." },
      help: HELP,
    },
  },
  async ({ options }) => {
    const chosen = {
      examples: wholeNumber("--examples", options.examples ?? "15"),
      seed: wholeNumber("--seed", options.seed ?? "1"),
    };
    const data = mkdtempSync(join(tmpdir(), "lockstep-fuzz-data-"));
    const { child, ready } = await startChild("--data", data);
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      process.once(signal, () => {
        child.kill("SIGTERM");
      });
    }
    const tally: Tally = { passed: 0, failed: 0, calls: 0, reached: new Set() };
    try {
      for (const { role, email, phases } of PEOPLE) {
        const known = await seed(ready.api, role);
        for (const round of ROUNDS) {
          await seedConfiguration(ready.api);
          const token = await tokenOf(ready.api, email);
          const report = await fuzz({ api: ready.api, token, phases, known, ...chosen }, round);
          terminal.line(`As ${role}, ${round.what}: ${count(tally, report)}.`);
        }
      }
    } finally {
      child.kill("SIGTERM");
      await child.ended;
      rmSync(data, { recursive: true });
    }
    // An operation that refuses everybody everything was not tried, whatever it refused.
    const blind = documented().filter((operation) => !tally.reached.has(operation));
    for (const operation of blind) terminal.line(`Nobody was ever given what they asked of ${operation}.`);
    tally.failed += blind.length;
    const what = `${String(tally.calls)} calls, seed ${String(chosen.seed)}`;
    terminal.line(`\n${String(tally.passed)} passed, ${String(tally.failed)} failed (${what})`);
    return tally.failed === 0 ? 0 : 1;
  },
);
