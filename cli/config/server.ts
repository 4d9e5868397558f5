import * as z from "zod/mini";
import { ConfigurationKindSchema } from "../../lambdas/core/domain/configuration/subject.ts";
import { ProblemSchema, type Problem } from "../../lambdas/core/contracts/http/problem.ts";
import { CommandError } from "../../local/cli/command.ts";
import { documentKinds, type ConfigDocument, type DocumentKind } from "./document-kinds.ts";

/** Lockstep's HTTP API, in as far as it keeps configuration. */
export interface Server {
  /** Everything that somebody has written. */
  readonly documents: (onRead?: (count: number) => void) => Promise<readonly ConfigDocument[]>;
  /**
   * What it says of documents as it would when they are saved, and of everything else as it would be then: without what is
   * deleted before. Nothing is written.
   */
  readonly lint: (
    documents: readonly ConfigDocument[],
    deleted?: readonly ConfigDocument[],
  ) => Promise<readonly ServerFinding[]>;
  /** Answers what the server warns of. */
  readonly put: (document: ConfigDocument) => Promise<readonly Warning[]>;
  readonly delete: (document: ConfigDocument) => Promise<void>;
}

const FindingSchema = z.object({
  severity: z.enum(["error", "warning"]),
  kind: ConfigurationKindSchema,
  name: z.string(),
  pointer: z.string(),
  message: z.string(),
});
export type ServerFinding = z.output<typeof FindingSchema>;
const ReportSchema = z.object({ findings: z.array(FindingSchema) });

const WarningSchema = z.object({ pointer: z.string(), message: z.string() });
export type Warning = z.output<typeof WarningSchema>;
const SavedSchema = z.object({ warnings: z.optional(z.array(WarningSchema)) });

/** What the API refuses. */
export class RefusedError extends CommandError {
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(`${problem.detail} (${problem.code})`);
    this.problem = problem;
  }
}

export interface Address {
  readonly url: string;
  readonly token: string;
  readonly fetch?: typeof fetch;
}

/** The API at an address, with a token that is sent and never shown. Every write says that it comes of a file. */
export const serverAt = ({ url, token, fetch: send = fetch }: Address): Server => {
  const call = async (method: string, path: string, body?: object): Promise<unknown> => {
    const response = await answerOf(url, () =>
      send(`${url.replace(/\/+$/, "")}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(method === "GET" ? {} : { "lockstep-via": "file" }),
          ...(body === undefined ? {} : { "content-type": "application/json" }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    );
    const text = await response.text();
    if (response.ok) return text === "" ? undefined : jsonOf(text);
    throw refusalOf(response.status, text, `${method} ${path}`);
  };
  return {
    documents: async (onRead) => {
      const documents: ConfigDocument[] = [];
      for (const kind of documentKinds) {
        documents.push(...(await all(kind, (path) => call("GET", path))));
        onRead?.(documents.length);
      }
      return documents;
    },
    lint: async (documents, deleted = []) => {
      const proposed = documentKinds.flatMap(({ kind, section }) => {
        const bodies = documents.filter((document) => document.kind === kind).map(({ body }) => body);
        return bodies.length === 0 ? [] : [[LINTED_AS[section], bodies] as const];
      });
      const body = {
        ...Object.fromEntries(proposed),
        ...(deleted.length === 0 ? {} : { deleted: deleted.map(({ kind, name }) => ({ kind, name })) }),
      };
      return ReportSchema.parse(await call("POST", "/access-flows/lint", body)).findings;
    },
    put: async (document) => {
      const saved = await call("PUT", pathOf(document), document.body);
      const answer = SavedSchema.safeParse(saved);
      return answer.success ? (answer.data.warnings ?? []) : [];
    },
    delete: async (document) => {
      await call("DELETE", pathOf(document));
    },
  };
};

/** What the API's lint calls the sections of files: it is of access flows. */
const LINTED_AS: Readonly<Record<(typeof documentKinds)[number]["section"], string>> = {
  integrations: "integrations",
  rotas: "rotas",
  accessScopes: "accessScopes",
  bundles: "bundles",
  accessFlows: "flows",
};

const answerOf = async (url: string, send: () => Promise<Response>): Promise<Response> => {
  try {
    return await send();
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    throw new CommandError(
      `${url} does not answer (${cause instanceof Error ? cause.message : String(cause)}). --url, or LOCKSTEP_URL, has to name the HTTP API.`,
      {
        cause: error,
      },
    );
  }
};

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
};

const refusalOf = (status: number, text: string, line: string): Error => {
  if (status === 401)
    return new CommandError(
      "The token is not taken (401): sign in again. --token, or LOCKSTEP_TOKEN, has to be a token of the identity provider.",
    );
  const problem = ProblemSchema.safeParse(jsonOf(text));
  return problem.success
    ? new RefusedError(problem.data)
    : new CommandError(
        `${line} was answered with ${String(status)}, and without Lockstep's reason: is the URL that of Lockstep's HTTP API?`,
      );
};

const PageSchema = z.object({
  items: z.array(z.looseObject({ name: z.string() })),
  cursor: z.optional(z.string()),
});

const all = async (
  { kind, path, schema }: DocumentKind,
  get: (path: string) => Promise<unknown>,
): Promise<readonly ConfigDocument[]> => {
  const documents: ConfigDocument[] = [];
  let cursor: string | undefined;
  do {
    const query = cursor === undefined ? "" : `&cursor=${encodeURIComponent(cursor)}`;
    const page = PageSchema.parse(await get(`${path}?limit=100${query}`));
    for (const item of page.items) {
      // What the deployment's settings say nobody has written.
      if (item["origin"] === "settings") continue;
      documents.push({ kind, name: item.name, body: z.parse(schema, bodyOf(item)) as object });
    }
    ({ cursor } = page);
  } while (cursor !== undefined);
  return documents;
};

/** What GET shows and nobody writes. */
const KEPT_BY_LOCKSTEP: ReadonlySet<string> = new Set([
  "version",
  "updatedAt",
  "updatedBy",
  "unconfirmedEditors",
  "origin",
  "externalId",
  "status",
  "reasons",
  "moreReasons",
  "lastSyncedAt",
  "lastSyncs",
]);

const bodyOf = (item: Readonly<Record<string, unknown>>): object => {
  const written = Object.fromEntries(Object.entries(item).filter(([key]) => !KEPT_BY_LOCKSTEP.has(key)));
  const owner = OwnerSchema.safeParse(item["owner"]);
  return owner.success ? { ...written, owner: ownerDocument(owner.data) } : written;
};

const PartiesSchema = z.array(z.object({ name: z.string() }));
const OwnerSchema = z.object({ users: PartiesSchema, groups: PartiesSchema });

/** Owners are shown with their ids, and written by their names. */
const ownerDocument = ({ users, groups }: z.output<typeof OwnerSchema>) => ({
  users: users.map(({ name }) => name),
  groups: groups.map(({ name }) => name),
});

const pathOf = ({ kind, name }: ConfigDocument): string => {
  const found = documentKinds.find((one) => one.kind === kind);
  if (found === undefined) throw new Error(`No path for ${kind}`);
  return `${found.path}/${name}`;
};
