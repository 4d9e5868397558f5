import { nounOf, type ConfigurationKind } from "../../lambdas/core/domain/configuration/subject.ts";
import { differenceOf, textOf } from "./difference.ts";
import { documentKinds, type ConfigDocument } from "./document-kinds.ts";
import { inPossibleOrder } from "./possible-order.ts";

/** A document, and what it looks like once it is saved. */
export interface Comparable<Document extends ConfigDocument = ConfigDocument> {
  readonly document: Document;
  readonly normal: object;
}

/** One thing to be done. */
export type Step<Document extends ConfigDocument = ConfigDocument> =
  | { readonly action: "create"; readonly document: Document; readonly lines: readonly string[] }
  | { readonly action: "change"; readonly document: Document; readonly lines: readonly string[] }
  | { readonly action: "delete"; readonly document: ConfigDocument; readonly lines: readonly string[] };

export interface Plan<Document extends ConfigDocument = ConfigDocument> {
  /** In the order in which they can be done. */
  readonly steps: readonly Step<Document>[];
  readonly unchanged: readonly ConfigDocument[];
  /** What no file has, and nothing is done about. */
  readonly onlyOnServer: readonly ConfigDocument[];
}

/**
 * What makes a server say what the files say. What is named is made before what names it, and deleted after it, but where
 * the API would refuse that, and another order not; what only the server has is deleted only where `prune` says so.
 */
export const planOf = <Document extends ConfigDocument>(
  files: readonly Comparable<Document>[],
  server: readonly Comparable[],
  prune: boolean,
): Plan<Document> => {
  const there = new Map(server.map((one) => [keyOf(one.document), one]));
  const written = new Set(files.map(({ document }) => keyOf(document)));
  const compared = inOrder(files).map(({ document, normal }) => {
    const before = there.get(keyOf(document))?.normal;
    return { document, before, normal, isSame: before !== undefined && textOf(before) === textOf(normal) };
  });
  const onlyOnServer = inOrder(server).filter(({ document }) => !written.has(keyOf(document)));
  const deletions = onlyOnServer.toReversed().map(({ document, normal }) => ({
    action: "delete" as const,
    document,
    after: undefined,
    lines: differenceOf(normal, undefined),
  }));
  const writings = compared
    .filter(({ isSame }) => !isSame)
    .map(({ document, before, normal }) => ({
      action: before === undefined ? ("create" as const) : ("change" as const),
      document,
      after: normal,
      lines: differenceOf(before, normal),
    }));
  return {
    steps: inPossibleOrder([...writings, ...(prune ? deletions : [])], server),
    unchanged: compared.filter(({ isSame }) => isSame).map(({ document }) => document),
    onlyOnServer: prune ? [] : onlyOnServer.map(({ document }) => document),
  };
};

const ORDER: readonly ConfigurationKind[] = documentKinds.map(({ kind }) => kind);

const inOrder = <One extends Comparable>(items: readonly One[]): readonly One[] =>
  items.toSorted(
    (a, b) =>
      ORDER.indexOf(a.document.kind) - ORDER.indexOf(b.document.kind) ||
      (a.document.name < b.document.name ? -1 : a.document.name > b.document.name ? 1 : 0),
  );

const keyOf = ({ kind, name }: ConfigDocument): string => `${kind}/${name}`;

export const titleOf = ({ kind, name }: ConfigDocument): string => `${nounOf[kind]} ${name}`;

/** A plan as people read it. */
export const textOfPlan = ({ steps, unchanged, onlyOnServer }: Plan): string =>
  [
    ...steps.flatMap(({ action, document, lines }) => [
      `${action} ${titleOf(document)}`,
      ...lines.map((line) => `  ${line}`),
      "",
    ]),
    ...(onlyOnServer.length === 0
      ? []
      : [
          "only on the server (left as it is; --prune deletes it):",
          ...onlyOnServer.map((document) => `  ${titleOf(document)}`),
          "",
        ]),
    summaryOf(steps, unchanged.length, onlyOnServer.length),
  ].join("\n");

const summaryOf = (steps: Plan["steps"], unchanged: number, onlyOnServer: number): string => {
  const count = (action: Step["action"]) => String(steps.filter((step) => step.action === action).length);
  return `${count("create")} to create, ${count("change")} to change, ${count("delete")} to delete, ${String(unchanged)} unchanged, ${String(onlyOnServer)} only on the server.`;
};
