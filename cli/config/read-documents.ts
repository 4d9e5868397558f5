import * as z from "zod/mini";
import { fieldErrorsOf } from "../../lambdas/core/contracts/invalid-input.ts";
import { nounOf, SubjectSchema, type Subject } from "../../lambdas/core/domain/configuration/subject.ts";
import { nearestTo } from "../../lambdas/core/domain/nearest.ts";
import { documentKinds, type ConfigDocument, type DocumentKind } from "./document-kinds.ts";
import type { Finding, Place, Source } from "./source.ts";

/** A document of a file. */
export interface WrittenDocument extends ConfigDocument {
  /** Where the thing at a pointer into the document stands. */
  readonly placeOf: (pointer: string) => Place;
}

export interface Documents {
  readonly documents: readonly WrittenDocument[];
  /** Those that do not fit their schema, in as far as they say what they are: others may name them all the same. */
  readonly misfits: readonly Subject[];
  readonly findings: readonly Finding[];
}

/** The documents of files, all together, and what does not fit. */
export const readDocuments = (sources: readonly Source[]): Documents => {
  const read = sources.map(documentsIn);
  const documents = read.flatMap((one) => one.documents);
  const { misfits, findings } = together(read);
  return { documents, misfits, findings: [...findings, ...twinsAmong(documents)] };
};

const SECTIONS: readonly string[] = documentKinds.map(({ section }) => section);

const documentsIn = (source: Source): Documents => {
  const { value, findings } = source;
  if (findings.length > 0 || value === null || value === undefined) return { ...NOTHING, findings };
  const refuse = (pointer: string, message: string): Documents => ({
    ...NOTHING,
    findings: [{ ...source.placeOf(pointer), message }],
  });
  if (typeof value !== "object" || Array.isArray(value))
    return refuse(
      "",
      `found ${Array.isArray(value) ? "a list" : "a value"}; expected ${oneOf(SECTIONS)}, each with a list`,
    );
  const sections = Object.entries(value as Readonly<Record<string, unknown>>).map(([key, items]) => {
    const kind = documentKinds.find(({ section }) => section === key);
    const pointer = `/${key}`;
    if (kind === undefined)
      return refuse(pointer, `found the unknown key ${key}; expected ${knownFor(key, SECTIONS)}`);
    if (items === null) return NOTHING;
    if (!Array.isArray(items)) return refuse(pointer, `found no list in ${key}; expected a list`);
    return together(
      items.map((item: unknown, index) => documentAt(source, kind, item, `${pointer}/${String(index)}`)),
    );
  });
  return together(sections);
};

const NOTHING: Documents = { documents: [], misfits: [], findings: [] };

const together = (parts: readonly Documents[]): Documents => ({
  documents: parts.flatMap(({ documents }) => documents),
  misfits: parts.flatMap(({ misfits }) => misfits),
  findings: parts.flatMap(({ findings }) => findings),
});

const documentAt = (source: Source, kind: DocumentKind, item: unknown, pointer: string): Documents => {
  const placeOf = (within: string) => source.placeOf(`${pointer}${within}`);
  const parsed = z.safeParse(kind.schema, item, namingNearestKey);
  if (!parsed.success) {
    const { data: subject } = SubjectSchema.safeParse({ kind: kind.kind, name: nameOf(item) });
    const title = subject === undefined ? "" : `${nounOf[subject.kind]} ${subject.name}: `;
    const findings = fieldErrorsOf(parsed.error, item).map(({ pointer: within, detail }) => ({
      ...placeOf(within),
      message: `${title}${where(within)}${quoted(source.writtenAt(`${pointer}${within}`), detail)}`,
    }));
    return { documents: [], misfits: subject === undefined ? [] : [subject], findings };
  }
  const body = parsed.data as { readonly name: string };
  return { ...NOTHING, documents: [{ kind: kind.kind, name: body.name, body, placeOf }] };
};

/** YAML makes numbers, and true and false, of what has no quotes: of an account's id, and with a leading zero another one. */
const quoted = (written: string | undefined, detail: string): string =>
  written !== undefined && detail.endsWith(TEXT_EXPECTED)
    ? `found ${written}, which is no text to YAML${TEXT_EXPECTED}: put it in quotes, as in ${JSON.stringify(written)}`
    : detail;

/** As a finding says it (contracts/invalid-input.ts). */
const TEXT_EXPECTED = "; expected a text";

const nameOf = (item: unknown): unknown =>
  typeof item === "object" && item !== null && "name" in item ? item.name : undefined;

const where = (pointer: string): string =>
  pointer === "" ? "" : `${pointer.slice(1).replaceAll("/", ".")}: `;

/** An unknown key's error says which known one is the nearest: zod tells of those only while it parses. */
const namingNearestKey = {
  error: (issue: z.core.$ZodRawIssue): string | undefined => {
    if (issue.code !== "unrecognized_keys" || !(issue.inst instanceof z.ZodMiniObject)) return undefined;
    const known = Object.keys(issue.inst.shape);
    return [...new Set(issue.keys.map((key) => knownFor(key, known)))].join(", or ");
  },
} as const;

const knownFor = (key: string, known: readonly string[]): string => {
  const nearest = nearestTo(key, known);
  return nearest === undefined ? oneOf(known) : `${nearest} (did you mean that?)`;
};

const oneOf = (known: readonly string[]): string =>
  known.length === 0 ? "nothing" : `one of ${known.join(", ")}`;

/** A name is one thing's only, in whichever of the files. */
const twinsAmong = (documents: readonly WrittenDocument[]): readonly Finding[] =>
  documents.flatMap(({ kind, name, placeOf }, index) => {
    const first = documents.findIndex((other) => other.kind === kind && other.name === name);
    const twin = documents[first];
    if (twin === undefined || first === index) return [];
    const { file, line } = twin.placeOf("/name");
    return [
      {
        ...placeOf("/name"),
        message: `found the ${nounOf[kind]} ${name} a second time; expected a name that is nowhere else (it is in ${file}:${String(line)} too)`,
      },
    ];
  });
