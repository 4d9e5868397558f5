import type { Exported } from "./export-entries.ts";
import { nameOfAll } from "./chain-names.ts";
import { FIRST_ROOT } from "./first-root.ts";
import { counted } from "./progress.ts";

export interface ExportReport {
  readonly exported: Exported;
  readonly out: string;
  /** Whether there was a file of that name before. */
  readonly replaces: boolean;
  /** Absent when none were asked for. */
  readonly roots?: { readonly directory: string; readonly count: number } | undefined;
}

/** A size as people read it. */
const sizeOf = (bytes: number): string =>
  bytes < 1_000
    ? counted(bytes, "byte")
    : bytes < 1e6
      ? `${(bytes / 1e3).toFixed(1)} kB`
      : `${(bytes / 1e6).toFixed(1)} MB`;

const aboutRoots = (roots: ExportReport["roots"]): string => {
  if (roots === undefined) return "The daily roots would show more: --roots DIR downloads them.";
  const downloaded = `Downloaded ${counted(roots.count, "root")} to ${roots.directory}`;
  return roots.count === 0 ? `${downloaded}: ${FIRST_ROOT}.` : `${downloaded}.`;
};

/** What was exported, and the command that comes next: only one that has something to work with. */
export const textOfExport = ({ exported, out, replaces, roots }: ExportReport): string => {
  const { entries, bytes } = exported;
  const verify = `npm run audit:verify -- --export ${out}`;
  const next =
    entries === 0
      ? "There is nothing to verify yet: the first access flow or request leaves the first entry."
      : `Next: ${verify}${roots === undefined || roots.count === 0 ? "" : ` --roots ${roots.directory}`}`;
  return [
    `Wrote ${counted(entries, "entry")} of ${nameOfAll(exported)} to ${out} (${sizeOf(bytes)})` +
      `${replaces ? ", in place of the file that was there" : ""}.`,
    aboutRoots(roots),
    next,
  ].join("\n");
};
