import type { Terminal } from "../../local/cli/terminal.ts";
import { PEER_SOURCES } from "./budgets.ts";
import { peerText } from "./report.ts";
import type { BenchReport, BudgetRow } from "./report.ts";

/** Lines of columns as wide as their widest text: the first one to the left, all others to the right. */
const aligned = (rows: readonly (readonly string[])[]): string[] => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => {
    const cells = row.map((text, column) =>
      column === 0 ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0),
    );
    return `  ${cells.join("   ")}`.trimEnd();
  });
};

const milliseconds = (value: number) => `${value.toFixed(1)} ms`;
const seconds = (value: number) => `${(value / 1000).toFixed(1)} s`;
const dollars = (value: number) => `$${value.toFixed(6)}`;
const times = (value: number) => `${value.toFixed(1)} ×`;
const kilobytes = (bytes: number) => `${Math.round(bytes / 1000)} KB`;

/** A heading, its rows with the last column coloured by whether they passed, and an empty line. */
const printChecked = (
  { line, strong, quiet, good, bad }: Terminal,
  heading: string,
  columns: readonly string[],
  rows: readonly { readonly cells: readonly string[]; readonly passed?: boolean }[],
) => {
  line(strong(heading));
  const [header = "", ...lines] = aligned([columns, ...rows.map(({ cells }) => cells)]);
  line(quiet(header));
  for (const [index, text] of lines.entries()) {
    const passed = rows[index]?.passed;
    line(passed === undefined ? text : `${text}   ${passed ? good("ok") : bad("EXCEEDED")}`);
  }
  line();
};

const measuredText = ({ name, measured }: BudgetRow) =>
  name === "costUsd" ? measured.toFixed(6) : String(measured);

const printCycle = (terminal: Terminal, { cycle }: BenchReport) => {
  const { items, indexes } = cycle.writeUnits;
  printChecked(
    terminal,
    "One cycle: request, approve, grant, expire, revoke",
    ["", "AWS TEAM", "Glide", "Lockstep", "at most"],
    cycle.budgets.map((row) => ({
      cells: [
        row.label,
        peerText(row.team),
        peerText(row.glide),
        measuredText(row),
        row.name === "costUsd" ? row.atMost.toFixed(6) : String(row.atMost),
      ],
      passed: row.passed,
    })),
  );
  terminal.line(
    `  DynamoDB write units: ${items.units} of items (${dollars(items.costUsd)}), and beside them ${indexes.units} of indexes (${dollars(indexes.costUsd)}); both are in the USD.`,
  );
  terminal.line(
    `  Approval to access ${seconds(cycle.grantLagMs)}, expiry to no access ${seconds(cycle.revokeLagMs)}.`,
  );
  if (!cycle.passed)
    terminal.line(terminal.bad("  The access did not come and go as it should: the counts say nothing."));
  for (const source of Object.values(PEER_SOURCES)) terminal.line(terminal.quiet(`  read in ${source}`));
  terminal.line();
};

const printLatency = (terminal: Terminal, { api }: BenchReport) => {
  printChecked(
    terminal,
    `API latency, ${api.empty.times.samples} calls each; the ratios are to the median empty call`,
    ["", "median", "p95", "median", "p95"],
    [api.empty, ...api.calls].map(({ call, times: measured, ratio }) => ({
      cells: [
        call,
        milliseconds(measured.median),
        milliseconds(measured.p95),
        times(ratio.median),
        times(ratio.p95),
      ],
    })),
  );
};

const printBursts = (terminal: Terminal, { bursts }: BenchReport) => {
  printChecked(
    terminal,
    "Bursts, on a virtual clock: from the expiry until the last access is gone",
    ["", "took", "floor", "ratio", "at most", "sso-admin in 1 s", "looks a request"],
    bursts.map(({ name, result, ratio, atMost, passed }) => ({
      cells: [
        name,
        `${result.seconds.toFixed(0)} s`,
        `${result.floorSeconds.toFixed(0)} s`,
        `${ratio.toFixed(2)} ×`,
        `${atMost.toFixed(2)} ×`,
        String(result.mostInOneSecond),
        (result.invocations / 1000).toFixed(1),
      ],
      passed,
    })),
  );
};

const printQueries = (terminal: Terminal, { queries }: BenchReport) => {
  printChecked(
    terminal,
    "A query over 100,000 loaded resources, compiling it included: time of one core",
    ["", "selected", "p95", "median", "at most"],
    queries.map(({ query, selected, times: measured, atMost, passed }) => ({
      cells: [
        query.length > LONGEST_LABEL ? `${query.slice(0, LONGEST_LABEL)}…` : query,
        String(selected),
        milliseconds(measured.p95),
        milliseconds(measured.median),
        milliseconds(atMost),
      ],
      passed,
    })),
  );
};

const printEvaluations = (terminal: Terminal, { evaluations }: BenchReport) => {
  printChecked(
    terminal,
    "1,000 flows evaluated for one request over 10,000 resources: time of one core",
    ["", "p95", "median", "at most"],
    evaluations.map(({ request, times: measured, atMost, passed }) => ({
      cells: [request, milliseconds(measured.p95), milliseconds(measured.median), milliseconds(atMost)],
      passed,
    })),
  );
};

/** A query is shown as far as it fits beside its figures. */
const LONGEST_LABEL = 60;

const printBundles = (terminal: Terminal, { bundles, synthesis }: BenchReport) => {
  printChecked(
    terminal,
    "Bundles, without source maps",
    ["", "size", "below"],
    bundles.map(({ functionName, bytes, atMost, passed }) => ({
      cells: [functionName, kilobytes(bytes), kilobytes(atMost)],
      passed,
    })),
  );
  terminal.line(
    `${terminal.strong("Synthesis")} ${seconds(synthesis.milliseconds)}, ${times(synthesis.ratio)} an empty Node.js process (${milliseconds(synthesis.emptyProcessMilliseconds)})`,
  );
};

/** Prints a report for a person. */
export const printTables = (terminal: Terminal, report: BenchReport): void => {
  printCycle(terminal, report);
  printLatency(terminal, report);
  printBursts(terminal, report);
  printQueries(terminal, report);
  printEvaluations(terminal, report);
  printBundles(terminal, report);
  terminal.line();
  terminal.line(report.passed ? terminal.good("Within budget.") : terminal.bad("A budget is exceeded."));
};
