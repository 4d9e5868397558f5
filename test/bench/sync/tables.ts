import { columns, type Terminal } from "../../../local/cli/terminal.ts";
import type { AssignmentMethod } from "../../../lambdas/core/domain/sync.ts";
import type { MeasuredPass } from "./measure.ts";
import { METHOD_NUMBERS } from "./methods.ts";
import { allCalls, assignmentCalls, contentCalls, type Check, type SyncBenchReport } from "./report.ts";

const whole = (value: number): string => value.toLocaleString("en-US", { maximumFractionDigits: 0 });
const precise = (value: number): string => value.toLocaleString("en-US", { maximumFractionDigits: 3 });
const megabytes = (bytes: number): string => `${(bytes / 1_048_576).toFixed(1)} MB`;

/** `8,560 s (2 h 23 min)`. */
const duration = (seconds: number): string => {
  const minutes = Math.round(seconds / 60);
  const spoken = minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  return `${whole(seconds)} s (${spoken})`;
};

const print = ({ line, strong }: Terminal, heading: string, rows: readonly (readonly [string, string])[]) => {
  line(strong(heading));
  for (const text of columns(rows)) line(text);
  line();
};

const printOrganization = (terminal: Terminal, report: SyncBenchReport) => {
  const { organization, methods, best, inManagementAccount } = report;
  const { accounts, permissionSets, users, groups } = organization;
  print(terminal, "Organization", [
    ["accounts", whole(accounts)],
    ["permission sets", `${whole(permissionSets)}, in accounts ${whole(methods.pairs)} times`],
    ["users, groups", `${whole(users)}, ${whole(groups)}`],
    ["assignments", whole(methods.assignments)],
    ["Lockstep is in", inManagementAccount ? "the management account" : "the delegated administrator"],
  ]);
  const methodRow = (method: AssignmentMethod): readonly [string, string] => {
    const isAllowed = inManagementAccount || method !== "by-principal";
    const note = !isAllowed ? "  (needs the management account)" : method === best ? "  (best)" : "";
    return [`${METHOD_NUMBERS[method]} ${method}`, `${whole(methods.calls[method])} calls${note}`];
  };
  print(terminal, "Reading the assignments", [
    ["pages, if one list had all assignments", `${whole(methods.floor)} (there is no such list)`],
    ...(Object.keys(METHOD_NUMBERS) as AssignmentMethod[]).map(methodRow),
  ]);
};

type Row = readonly [string, string];

const identityRows = (pass: MeasuredPass): readonly Row[] => [
  ["method", pass.method === undefined ? "none" : `${pass.method.chosen}: ${pass.method.why}`],
  ["assignment calls", whole(assignmentCalls(pass))],
  ["calls for permission sets", whole(contentCalls(pass))],
];

const accountRows = (pass: MeasuredPass, accounts: number): readonly Row[] => [
  ["calls, each account", precise(allCalls(pass.use) / accounts)],
];

const printPass = (terminal: Terminal, heading: string, pass: MeasuredPass, own: readonly Row[]) => {
  const { use, heap, changes } = pass;
  print(terminal, heading, [
    ["AWS's limits let it take", duration(pass.seconds)],
    ["this machine took", `${whole(pass.machineSeconds)} s`],
    ...own,
    [
      "changes",
      `${whole(changes.appeared)} appeared, ${whole(changes.changed)} changed, ${whole(changes.vanished)} vanished`,
    ],
    ["throttled calls", whole(use.throttled)],
    ["invocations", `${whole(pass.invocations)}, the longest ${whole(pass.longestSeconds)} s`],
    ["events of the longest history", whole(pass.events)],
    ["heap", `${megabytes(heap.peak)} at most, of which ${megabytes(heap.loaded)} are code`],
    ["DynamoDB items written", countsOf(use.tables.writes)],
    ["DynamoDB requests that read", `${countsOf(use.tables.reads)}; ${whole(use.tables.itemsRead)} items`],
    ...pass.problems.map((problem): [string, string] => ["problem", problem]),
  ]);
  print(
    terminal,
    `Calls of AWS, ${heading.toLowerCase()}`,
    Object.entries(use.calls).map(([operation, times]): [string, string] => [operation, whole(times)]),
  );
};

const printChanges = (terminal: Terminal, { changes }: SyncBenchReport) => {
  const { use, heap } = changes;
  print(terminal, `${changes.changes} changes, told by events`, [
    ["of", countsOf(changes.kinds)],
    ["calls of AWS", countsOf(use.calls)],
    ["throttled calls", whole(use.throttled)],
    ["slowest to be in the inventory", `${precise(changes.slowestSeconds)} s`],
    ["longest invocation", `${precise(changes.longestSeconds)} s`],
    ["heap", `${megabytes(heap.peak)} at most, of which ${megabytes(heap.loaded)} are code`],
    ["DynamoDB items written", countsOf(use.tables.writes)],
  ]);
};

const countsOf = (counts: Readonly<Record<string, number>>): string => {
  const texts = Object.entries(counts).map(([name, times]) => `${name} ${whole(times)}`);
  return texts.length === 0 ? "none" : texts.join(", ");
};

const printChecks = (terminal: Terminal, checks: readonly Check[]) => {
  const { line, strong, good, bad } = terminal;
  line(strong("Held to"));
  const texts = columns(
    checks.map(({ what, measured, atMost, unit }) => [
      what,
      `${precise(measured)} ${unit}`.trimEnd() + `, at most ${precise(atMost)}`,
    ]),
  );
  for (const [index, text] of texts.entries()) {
    line(`${text}   ${checks[index]?.passed === true ? good("ok") : bad("EXCEEDED")}`);
  }
  line();
};

/** Prints a report for a person. */
export const printReport = (terminal: Terminal, report: SyncBenchReport): void => {
  printOrganization(terminal, report);
  const { first, unchanged, within, withinUnchanged, organization } = report;
  printPass(terminal, "First pass", first, identityRows(first));
  printPass(terminal, "Unchanged pass", unchanged, identityRows(unchanged));
  printChanges(terminal, report);
  const inAccounts = (pass: MeasuredPass) => accountRows(pass, organization.accounts);
  printPass(terminal, "First pass over the accounts themselves", within, inAccounts(within));
  printPass(
    terminal,
    "Unchanged pass over the accounts themselves",
    withinUnchanged,
    inAccounts(withinUnchanged),
  );
  printChecks(terminal, report.checks);
  terminal.line(report.passed ? terminal.good("Within its limits.") : terminal.bad("A limit is exceeded."));
};
