import { HELP } from "../../../local/cli/command.ts";
import { UsageError } from "../../../local/cli/arguments.ts";
import { flawOf, type OrganizationSize } from "../../../local/organization-generator/size.ts";
import {
  expectedOf,
  optionsOf,
  programHelp,
  readWholeNumber,
  type Program,
  type ProgramOption,
  type WholeNumber,
} from "../../simulation/program.ts";

/** What `npm run bench:sync` is asked for. */
export interface SyncBenchArguments {
  readonly size: OrganizationSize;
  readonly inManagementAccount: boolean;
  readonly limits: boolean;
  readonly json: boolean;
  /** Serves the organization on this port instead; 0 takes any free one. */
  readonly serve: number | undefined;
}

const MOST = 1_000_000;

const NUMBERS = {
  accounts: { option: "accounts", least: 2, most: 10_000 },
  permissionSets: { option: "permission-sets", least: 1, most: 3_500 },
  setsPerAccount: { option: "sets-per-account", least: 1, most: 500 },
  users: { option: "users", least: 1, most: MOST },
  groups: { option: "groups", least: 1, most: MOST },
  assignments: { option: "assignments", least: 1, most: 10 * MOST },
  seed: { option: "seed", least: 0, most: 4_294_967_295 },
} as const satisfies Record<keyof Omit<OrganizationSize, "managementAccountId" | "region">, WholeNumber>;

/** The smaller one of the two organizations. */
const DEFAULTS = {
  accounts: 1_000,
  permissionSets: 50,
  setsPerAccount: 5,
  users: 5_000,
  groups: 500,
  seed: 1,
};

/** Assignments of a permission set in an account: as many as in the organizations. */
const ASSIGNMENTS_OF_PAIR = 1.5;

const number = (wanted: WholeNumber, help: string) =>
  ({ kind: "text", placeholder: "N", expected: expectedOf(wanted), help }) as const;

const LOCKSTEP_IN_EXPECTED = "management or delegated";

const program = {
  name: "npm run bench:sync --",
  summary:
    "Generates an organization, and prints what it takes to sync it, on an AWS of its own and a virtual clock: once anew, once unchanged, then 100 changes told by events, and two passes over the accounts themselves.",
  options: {
    accounts: number(NUMBERS.accounts, `Accounts (default ${DEFAULTS.accounts}).`),
    "permission-sets": number(
      NUMBERS.permissionSets,
      `Permission sets (default ${DEFAULTS.permissionSets}).`,
    ),
    "sets-per-account": number(
      NUMBERS.setsPerAccount,
      `Permission sets in each account (default ${DEFAULTS.setsPerAccount}, or all when there are fewer).`,
    ),
    users: number(NUMBERS.users, `People (default ${DEFAULTS.users}).`),
    groups: number(NUMBERS.groups, `Groups (default ${DEFAULTS.groups}).`),
    assignments: number(
      NUMBERS.assignments,
      `Assignments of all accounts together (default ${ASSIGNMENTS_OF_PAIR} for each permission set in an account).`,
    ),
    "lockstep-in": {
      kind: "text",
      placeholder: "ACCOUNT",
      expected: LOCKSTEP_IN_EXPECTED,
      help: `Where Lockstep is, which decides how it may ask: ${LOCKSTEP_IN_EXPECTED} (default management).`,
    },
    "no-limits": { kind: "flag", help: "AWS throttles nothing (default: its documented limits hold)." },
    seed: number(
      NUMBERS.seed,
      `The same numbers and seed make the same organization (default ${DEFAULTS.seed}).`,
    ),
    json: { kind: "flag", help: "Prints nothing but one JSON object (default off)." },
    serve: {
      kind: "flag",
      help: "Syncs nothing: answers as that organization's AWS on this machine, until Ctrl-C (default off).",
    },
    port: { kind: "port", placeholder: "N", help: "The port for --serve (default 0: any free one)." },
    help: HELP,
  },
  example:
    "npm run bench:sync -- --accounts 10000 --permission-sets 200 --sets-per-account 10 --users 20000 --groups 2000",
} as const satisfies Program<Readonly<Record<string, ProgramOption>>>;

export const syncBenchHelp = (): string => programHelp(program);

/** Reads the arguments; gives nothing when only the help is asked for. Throws UsageError. */
export const readSyncBenchArguments = (argv: readonly string[]): SyncBenchArguments | undefined => {
  const options = optionsOf(program, argv);
  if (options.help) return undefined;
  const read = (wanted: WholeNumber, usual: number): number => {
    const given = options[wanted.option as (typeof NUMBERS)[keyof typeof NUMBERS]["option"]];
    return given === undefined ? usual : readWholeNumber(wanted, given);
  };
  const accounts = read(NUMBERS.accounts, DEFAULTS.accounts);
  const permissionSets = read(NUMBERS.permissionSets, DEFAULTS.permissionSets);
  const setsPerAccount = read(NUMBERS.setsPerAccount, Math.min(DEFAULTS.setsPerAccount, permissionSets));
  const size: OrganizationSize = {
    accounts,
    permissionSets,
    setsPerAccount,
    users: read(NUMBERS.users, DEFAULTS.users),
    groups: read(NUMBERS.groups, DEFAULTS.groups),
    assignments: read(NUMBERS.assignments, Math.ceil(accounts * setsPerAccount * ASSIGNMENTS_OF_PAIR)),
    seed: read(NUMBERS.seed, DEFAULTS.seed),
  };
  const flaw = flawOf(size, (field) => `--${NUMBERS[field].option}`);
  if (flaw !== undefined) throw new UsageError(`There is no such organization: ${flaw}.`);
  const where = options["lockstep-in"] ?? "management";
  if (where !== "management" && where !== "delegated") {
    throw new UsageError(`Option --lockstep-in is '${where}': expected ${LOCKSTEP_IN_EXPECTED}.`);
  }
  if (options.port !== undefined && !options.serve) {
    throw new UsageError("Option --port is only for --serve: without it nothing listens.");
  }
  if (options.json && options.serve) {
    throw new UsageError("Options --json and --serve exclude each other: --serve measures nothing.");
  }
  return {
    size,
    inManagementAccount: where === "management",
    limits: !options["no-limits"],
    json: options.json,
    serve: options.serve ? (options.port ?? 0) : undefined,
  };
};
