import { NO_PREVIOUS_HASH, linkEntry, type AuditEntry } from "../../lambdas/core/domain/audit.ts";
import { sealDay, textOfRoot, type AuditRoot, type ChainHead } from "../../lambdas/core/domain/audit-root.ts";
import { chainIdOf } from "../../lambdas/core/domain/chain.ts";
import { nextEntry, type ConfigurationEntry } from "../../lambdas/core/domain/configuration/entry.ts";
import { dayOf, daysAfter, type Day } from "../../lambdas/core/domain/day.ts";
import { canonicalJson } from "../../lambdas/core/domain/hash.ts";
import { timestamp, type RequestId } from "../../lambdas/core/domain/ids.ts";
import { aUserId } from "./builders.ts";

/** Samples for everything that verifies an export: trails, roots, and what can be done to them. */

/** The first day of every sample. */
const FIRST_DAY = "2026-01-01" as Day;

/** An id that sorts by its number. */
const requestId = (number: number): RequestId =>
  `r-${String(number)
    .padStart(26, "0")
    .replaceAll(/\d/g, (digit) => "abcdefghij".charAt(Number(digit)))}` as RequestId;

/** Texts that a careless canonicalisation gets wrong. */
const AWKWARD = 'é ÿ \u{1F600} \u2028 \u2029 \t " \\ / \u007f \u0001 <&>';

/** A request's chain: entry `n` is of the day `n - 1` days after `firstDay`. */
export const chainOf = (number: number, length: number, firstDay: Day = FIRST_DAY): readonly AuditEntry[] => {
  const entries: AuditEntry[] = [];
  for (let sequence = 1; sequence <= length; sequence += 1) {
    const day = daysAfter(firstDay, sequence - 1);
    entries.push(
      linkEntry({
        requestId: requestId(number),
        sequence,
        type: sequence === 1 ? "ApprovalNeeded" : "Approved",
        at: timestamp(new Date(`${day}T12:00:00.000Z`)),
        actor:
          sequence === 1
            ? { type: "user", userId: aUserId("alice") }
            : { type: "lockstep", name: "workflow" },
        status: sequence === 1 ? "pending" : "approved",
        details: {
          reason: `INC-${String(number)} ${AWKWARD}`,
          "€": [1, -0.5, 9007199254740991, 1e-7, 123456789.25, true, null, {}],
          "\u{1F600}": "sorts before the next by UTF-16, after it by code point",
          "\uFB33": {},
        },
        previousHash: entries.at(-1)?.hash ?? NO_PREVIOUS_HASH,
      }),
    );
  }
  return entries;
};

/** An export with its roots, as files. */
export interface Sample {
  readonly lines: readonly string[];
  readonly roots: readonly { readonly day: string; readonly text: string }[];
}

type Entry = AuditEntry | ConfigurationEntry;

const lineOf = (entry: Entry): string => canonicalJson(entry);

/** The chain of a flow: made on the first day, and saved again on the second. */
export const flowChain = (): readonly ConfigurationEntry[] => {
  const subject = { kind: "access-flow", name: "prod-power" } as const;
  const at = (day: number) => timestamp(new Date(`${daysAfter(FIRST_DAY, day)}T12:00:00.000Z`));
  const author = { actor: { type: "user", userId: aUserId("root") }, via: "file" } as const;
  const made = nextEntry(subject, { version: 0 }, author, at(0), {
    type: "ConfigurationSaved",
    after: { text: AWKWARD },
  });
  const saved = nextEntry(subject, { version: 1, change: made }, author, at(1), {
    type: "ConfigurationSaved",
    before: { text: AWKWARD },
    after: {},
  });
  return [made, saved];
};

/** What a root holds of an entry. */
export const headOf = (entry: Entry): ChainHead => {
  const { sequence, hash } = entry;
  return "subject" in entry
    ? { subject: entry.subject, sequence, hash }
    : { requestId: entry.requestId, sequence, hash };
};

/** Seals each day's entries as they would have been on the day after. */
const rootsOf = (entries: readonly Entry[]): readonly AuditRoot[] => {
  const byDay = Map.groupBy(entries, ({ at }) => dayOf(new Date(at)));
  const days = [...byDay.keys()].toSorted();
  const [first, last] = [days[0], days.at(-1)];
  const roots: AuditRoot[] = [];
  if (first === undefined || last === undefined) return roots;
  for (let day = first; day <= last; day = daysAfter(day, 1)) {
    const heads = new Map((byDay.get(day) ?? []).map((entry) => [chainIdOf(entry), headOf(entry)]));
    roots.push(sealDay(day, [...heads.values()], roots.at(-1)));
  }
  return roots;
};

const filesOf = (roots: readonly AuditRoot[]) =>
  roots.map((root) => ({ day: root.day, text: textOfRoot(root) }));

/** Chains of 4 entries each: 12 lines, and the roots of four days. */
const trail = [1, 2, 3].flatMap((number) => chainOf(number, 4));

/** A trail as it was written. */
export const goodSample: Sample = { lines: trail.map(lineOf), roots: filesOf(rootsOf(trail)) };

/** The same with a request of today, which no root seals yet. */
export const unsealedSample: Sample = {
  lines: [...trail, ...chainOf(4, 1, "2026-01-04" as Day), ...chainOf(5, 2, "2026-01-05" as Day)].map(lineOf),
  roots: goodSample.roots,
};

const entryAt = (line: number): AuditEntry => {
  const entry = trail[line - 1];
  if (entry === undefined) throw new Error(`The sample has no line ${String(line)}`);
  return entry;
};

/** The chain of the entry on `line`, with that entry changed, and everything hashed anew from there. */
const rewritten = (line: number, change: Partial<AuditEntry>): readonly AuditEntry[] => {
  const { requestId: id, sequence } = entryAt(line);
  let previousHash = NO_PREVIOUS_HASH;
  return trail
    .filter((entry) => entry.requestId === id)
    .map(({ hash: _hash, ...entry }) => {
      const changed = linkEntry({ ...entry, ...(entry.sequence === sequence ? change : {}), previousHash });
      previousHash = changed.hash;
      return changed;
    });
};

/** With configuration: its two lines are before those of the requests. */
const mixedTrail: readonly Entry[] = [...flowChain(), ...trail];
export const mixedSample: Sample = {
  lines: mixedTrail.map(lineOf),
  roots: filesOf(rootsOf(mixedTrail)),
};
const FLOW = "access-flow/prod-power";
const rewrittenFlow = (): readonly ConfigurationEntry[] => {
  const [made, saved] = flowChain();
  if (made?.type !== "ConfigurationSaved" || saved === undefined) throw new Error("expected a chain");
  const { hash: _hash, ...content } = made;
  const first = linkEntry({ ...content, after: { text: "harmless" } });
  const { hash: _other, ...next } = saved;
  return [first, linkEntry({ ...next, previousHash: first.hash })];
};

const linesWith = (entries: readonly Entry[]) => entries.map(lineOf);
const splice = (at: number, remove: number, ...add: readonly string[]) =>
  goodSample.lines.toSpliced(at - 1, remove, ...add);
const swapped = (a: number, b: number) =>
  goodSample.lines.with(a - 1, goodSample.lines[b - 1] ?? "").with(b - 1, goodSample.lines[a - 1] ?? "");
const rootAt = (index: number) => goodSample.roots[index] ?? { day: "", text: "" };

type Tampering = "altered" | "removed" | "inserted" | "reordered";

/** Where a verifier finds it: `[line or day, what was done, request's number or chain, entry's sequence]`. */
type Found = readonly [
  place: number | string,
  tampering: Tampering,
  chain?: number | string,
  sequence?: number,
];

/** Something done to the good sample. */
export interface Tampered {
  readonly name: string;
  readonly sample: Sample;
  /** What the entries show by themselves; undefined where only roots can tell. */
  readonly byEntries?: Found;
  /** What they show beside the roots, where that is not the same. */
  readonly byRoots?: Found;
}

const done = (
  name: string,
  lines: readonly string[],
  byEntries: Found | undefined,
  byRoots?: Found,
): Tampered => ({
  name,
  sample: { lines, roots: goodSample.roots },
  ...(byEntries && { byEntries }),
  ...(byRoots && { byRoots }),
});

const doneToMixed = (
  name: string,
  lines: readonly string[],
  byEntries: Found | undefined,
  byRoots?: Found,
): Tampered => ({
  ...done(name, lines, byEntries, byRoots),
  sample: { lines, roots: mixedSample.roots },
});

const doneToRoots = (name: string, roots: Sample["roots"], byRoots: Found): Tampered => ({
  name,
  sample: { lines: goodSample.lines, roots },
  byRoots,
});

const rewrittenTrail = [...trail.slice(0, 4), ...rewritten(6, { status: "rejected" }), ...trail.slice(8)];
const insertedLate = chainOf(9, 1, "2025-12-01" as Day);

/** Every kind of tampering that a verifier has to find. Lines: 1–4, 5–8 and 9–12 are a request each. */
export const tamperings: readonly Tampered[] = [
  done("an entry's content altered", splice(6, 1, lineOf({ ...entryAt(6), status: "x" })), [
    6,
    "altered",
    2,
    2,
  ]),
  done("an entry's hash altered", splice(6, 1, lineOf({ ...entryAt(6), hash: "0".repeat(64) })), [
    6,
    "altered",
    2,
    2,
  ]),
  done("a field added", splice(6, 1, canonicalJson({ ...entryAt(6), note: "" })), [6, "altered", 2, 2]),
  done(
    "an entry altered and hashed anew, by itself",
    splice(6, 1, lineOf(rewritten(6, { status: "x" })[1] as AuditEntry)),
    [7, "altered", 2, 3],
    [6, "altered", 2, 2],
  ),
  done("an entry written in another way", splice(6, 1, (goodSample.lines[5] ?? "").replace("{", "{ ")), [
    6,
    "altered",
    2,
    2,
  ]),
  done("a field twice on a line", splice(6, 1, (goodSample.lines[5] ?? "").replace("{", '{"actor":{},')), [
    6,
    "altered",
    2,
    2,
  ]),
  done("a line that is no JSON", splice(6, 1, "garbage"), [6, "altered"]),
  done(
    "half of a character, which has no UTF-8",
    splice(6, 1, (goodSample.lines[5] ?? "").replace("INC-2", "\\ud800")),
    [6, "altered"],
  ),
  done("an empty line", splice(6, 0, ""), [6, "altered"]),
  done("an entry without a sequence", splice(6, 1, '{"requestId":"r"}'), [6, "altered"]),
  done("an entry removed", splice(6, 1), [6, "removed", 2, 2]),
  done("a chain's first entry removed", splice(5, 1), [5, "removed", 2, 1]),
  done("a chain's last entry removed", splice(8, 1), undefined, [8, "removed", 2, 4]),
  done("the export's last entries removed", splice(11, 2), undefined, [11, "removed", 3, 3]),
  done("a whole chain removed", splice(5, 4), undefined, [5, "removed", 2, 1]),
  done("the first chain removed", splice(1, 4), undefined, [1, "removed", 1, 1]),
  done("the last chain removed", splice(9, 4), undefined, [9, "removed", 3, 1]),
  done("an entry twice", splice(7, 0, goodSample.lines[5] ?? ""), [7, "inserted", 2, 2]),
  done(
    "another entry of the same sequence",
    splice(7, 0, lineOf(rewritten(6, { status: "x" })[1] as AuditEntry)),
    [7, "inserted", 2, 2],
  ),
  done("a chain of an old date inserted", splice(13, 0, ...linesWith(insertedLate)), undefined, [
    13,
    "inserted",
    9,
    1,
  ]),
  done("two entries swapped", swapped(6, 7), [6, "reordered", 2, 2]),
  done("the first two entries swapped", swapped(1, 2), [1, "reordered", 1, 1]),
  done("an entry moved to the end", [...splice(6, 1), goodSample.lines[5] ?? ""], [6, "reordered", 2, 2]),
  done(
    "two chains swapped",
    [...goodSample.lines.slice(4, 8), ...goodSample.lines.slice(0, 4), ...goodSample.lines.slice(8)],
    [5, "reordered", 1, 1],
    [1, "reordered", 1, 1],
  ),
  done("a chain rewritten and hashed anew", linesWith(rewrittenTrail), undefined, [6, "altered", 2, 2]),
  doneToMixed(
    "what a flow was altered",
    mixedSample.lines.with(0, lineOf(rewrittenFlow()[0] as Entry)),
    [2, "altered", FLOW, 2],
    [1, "altered", FLOW, 1],
  ),
  doneToMixed(
    "a flow's chain rewritten and hashed anew",
    [...linesWith(rewrittenFlow()), ...goodSample.lines],
    undefined,
    [1, "altered", FLOW, 1],
  ),
  doneToMixed("a flow's first entry removed", mixedSample.lines.slice(1), [1, "removed", FLOW, 1]),
  doneToMixed("a flow's last entry removed", mixedSample.lines.toSpliced(1, 1), undefined, [
    2,
    "removed",
    FLOW,
    2,
  ]),
  doneToMixed("a flow's whole chain removed", goodSample.lines, undefined, [1, "removed", FLOW, 1]),
  doneToMixed(
    "a flow's entry moved to the end",
    [...mixedSample.lines.toSpliced(1, 1), mixedSample.lines[1] ?? ""],
    [14, "reordered", FLOW, 2],
    [2, "reordered", FLOW, 2],
  ),
  doneToRoots("a root removed", goodSample.roots.toSpliced(1, 1), ["2026-01-02", "removed"]),
  doneToRoots("the first root removed", goodSample.roots.slice(1), ["2026-01-02", "altered"]),
  doneToRoots(
    "a root altered",
    goodSample.roots.with(1, {
      day: "2026-01-02",
      text: rootAt(1).text.replace('"sequence":2', '"sequence":3'),
    }),
    ["2026-01-02", "altered"],
  ),
  doneToRoots(
    "a root written in another way",
    goodSample.roots.with(1, { day: "2026-01-02", text: `${rootAt(1).text}\n` }),
    ["2026-01-02", "altered"],
  ),
  doneToRoots(
    "a root sealed anew over a rewritten chain, but not the roots after it",
    goodSample.roots.with(1, filesOf(rootsOf(rewrittenTrail))[1] ?? rootAt(1)),
    ["2026-01-03", "altered"],
  ),
  doneToRoots(
    "two roots under each other's name",
    goodSample.roots
      .with(1, { day: "2026-01-02", text: rootAt(2).text })
      .with(2, { day: "2026-01-03", text: rootAt(1).text }),
    ["2026-01-02", "reordered"],
  ),
];

/** The request of that number in the samples. */
export const sampleRequest = requestId;

/** The chain of that id, or of the request of that number in the samples. */
export const sampleChain = (chain: number | string): string =>
  typeof chain === "number" ? requestId(chain) : chain;
