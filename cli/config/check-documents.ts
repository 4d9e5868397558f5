import { nounOf, type Subject } from "../../lambdas/core/domain/configuration/subject.ts";
import { problemsOfNaming, type Catalogue } from "../../lambdas/core/domain/configuration/naming-problems.ts";
import type { Naming } from "../../lambdas/core/domain/configuration/references.ts";
import { DomainError } from "../../lambdas/core/domain/errors.ts";
import { parseQuery } from "../../lambdas/core/domain/query/parse-query.ts";
import type { Documents, WrittenDocument } from "./read-documents.ts";
import type { Finding } from "./source.ts";

/** What is wrong with documents that fit their schema: what they name of each other, their queries, how much they name. */
export const checkDocuments = ({
  documents,
  misfits,
}: Pick<Documents, "documents" | "misfits">): readonly Finding[] => {
  const catalogue = catalogueOf(documents, misfits);
  return documents.flatMap((document) =>
    problemsOf(document, catalogue).flatMap(({ message, fields }) =>
      (fields.length === 0 ? [{ pointer: "", detail: message }] : fields).map(({ pointer, detail }) => ({
        ...document.placeOf(pointer),
        message: `${nounOf[document.kind]} ${document.name}: ${detail}`,
      })),
    ),
  );
};

const problemsOf = ({ kind, body }: WrittenDocument, catalogue: Catalogue): readonly DomainError[] => {
  switch (kind) {
    case "access-flow":
    case "bundle":
      return problemsOfNaming(kind === "bundle" ? "bundle" : "access flow", body as Naming, catalogue);
    case "access-scope":
      return problemsOfQuery((body as { readonly query: string }).query);
    case "rota":
    case "integration":
      return [];
  }
};

const problemsOfQuery = (query: string): readonly DomainError[] => {
  try {
    parseQuery(query, { about: "permissions on resources" });
    return [];
  } catch (error) {
    if (error instanceof DomainError) return [error];
    throw error;
  }
};

/**
 * The files are all that there is to be named: whatever a server has besides is not theirs to count on. What does not fit its
 * schema is there, too: that is told of once, where it is, and not wherever it is named.
 */
const catalogueOf = (documents: readonly WrittenDocument[], misfits: readonly Subject[]): Catalogue => {
  const of = <Body>(kind: WrittenDocument["kind"], misfit: Body) =>
    new Map([
      ...misfits.flatMap((one) => (one.kind === kind ? [[one.name, misfit] as const] : [])),
      ...documents.flatMap((document) =>
        document.kind === kind ? [[document.name, document.body as Body] as const] : [],
      ),
    ]);
  return {
    bundles: of<Naming>("bundle", { targets: [] }),
    // A query that does not parse is nobody's scope without permissions.
    scopes: of("access-scope", { query: "" }),
    rotas: of<unknown>("rota", {}),
    integrations: of<unknown>("integration", {}),
  };
};
