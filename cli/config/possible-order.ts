import {
  problemsOfNaming,
  refuseStillNamed,
  refuseTooManyThrough,
  refuseWideningOf,
  type Catalogue,
  type NamingItem,
} from "../../lambdas/core/domain/configuration/naming-problems.ts";
import type { Naming } from "../../lambdas/core/domain/configuration/references.ts";
import type { ConfigurationKind } from "../../lambdas/core/domain/configuration/subject.ts";
import { DomainError } from "../../lambdas/core/domain/errors.ts";
import type { ConfigDocument } from "./document-kinds.ts";

/** A document as it is at some moment of an apply, with what it looks like once it is saved. */
interface Item {
  readonly document: ConfigDocument;
  readonly normal: object;
}

/** A step, with what it leaves; nothing, where it deletes. */
export interface Move {
  readonly document: ConfigDocument;
  readonly after: object | undefined;
}

/**
 * The moves in an order in which the API refuses none, as far as there is one: one that has to wait, such as a scope that
 * grows before the flow that takes it whole is narrowed, comes after what it waits for. Otherwise the order stays; what
 * cannot be done at all comes last, and the API says why.
 *
 * What makes less is never refused for what makes more, so that taking whatever can be done now leads on.
 */
export const inPossibleOrder = <One extends Move>(
  moves: readonly One[],
  server: readonly Item[],
): readonly One[] => {
  const there = new Map(server.map((item) => [keyOf(item.document), item]));
  const ordered: One[] = [];
  let waiting = moves;
  let before: number;
  do {
    before = waiting.length;
    waiting = waiting.filter((move) => {
      if (isRefused(move, [...there.values()])) return true;
      if (move.after === undefined) there.delete(keyOf(move.document));
      else there.set(keyOf(move.document), { document: move.document, normal: move.after });
      ordered.push(move);
      return false;
    });
  } while (waiting.length > 0 && waiting.length < before);
  return [...ordered, ...waiting];
};

const keyOf = ({ kind, name }: ConfigDocument): string => `${kind}/${name}`;

const isRefused = (move: Move, there: readonly Item[]): boolean => {
  try {
    refuse(move, there);
    return false;
  } catch (error) {
    if (error instanceof DomainError) return true;
    throw error;
  }
};

/** What the API refuses for what else is there; throws DomainError. */
const refuse = ({ document: { kind, name }, after }: Move, there: readonly Item[]): void => {
  if (after === undefined) {
    refuseStillNamed({ kind, name }, namingAmong(there, ["access-flow", "bundle"]));
    return;
  }
  switch (kind) {
    case "access-flow":
      refuseFirst(problemsOfNaming("access flow", after as Naming, catalogueOf(there)));
      return;
    case "bundle": {
      const catalogue = catalogueOf(there);
      refuseFirst(problemsOfNaming("bundle", after as Naming, catalogue));
      const bundle = { name, targets: (after as Naming).targets };
      refuseTooManyThrough(bundle, namingAmong(there, ["access-flow"]), catalogue.bundles);
      return;
    }
    case "access-scope":
      refuseWideningOf(
        { name, query: (after as { readonly query: string }).query },
        namingAmong(there, ["access-flow", "bundle"]),
      );
      return;
    case "rota":
    case "integration":
      return;
  }
};

const refuseFirst = ([first]: readonly DomainError[]): void => {
  if (first !== undefined) throw first;
};

const namingAmong = (there: readonly Item[], kinds: readonly ConfigurationKind[]): readonly NamingItem[] =>
  there
    .filter(({ document }) => kinds.includes(document.kind))
    .map(({ document: { kind, name }, normal }) => ({ subject: { kind, name }, naming: normal as Naming }));

const catalogueOf = (there: readonly Item[]): Catalogue => {
  const of = <Body>(wanted: ConfigurationKind) =>
    new Map(
      there.flatMap(({ document: { kind, name }, normal }) =>
        kind === wanted ? [[name, normal as Body] as const] : [],
      ),
    );
  return {
    bundles: of("bundle"),
    scopes: of("access-scope"),
    rotas: of("rota"),
    integrations: of("integration"),
  };
};
