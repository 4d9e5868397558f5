import { readFileSync } from "node:fs";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";

/** An answer of the API, as a client sees it. */
export interface SeenAnswer {
  readonly status: number;
  readonly contentType: string | null | undefined;
  /** Parsed; undefined or empty without one. */
  readonly body: unknown;
}

interface Content {
  readonly [type: string]: { readonly schema: object };
}

interface Operation {
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>;
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

const DOCUMENT_ID = "https://lockstep.test/openapi.json";

/** The committed document. */
export const committedOpenApi = (): Document =>
  JSON.parse(readFileSync(new URL("../../docs/openapi.json", import.meta.url), "utf8")) as Document;

/** Says how answers differ from docs/openapi.json: an empty list for one that is as documented. */
export const openApiChecker = (document: Document = committedOpenApi()) => {
  // Formats are for people here; the document's own keywords are not JSON Schema's.
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
  ajv.addSchema(document, DOCUMENT_ID);
  const compiled = new Map<string, ValidateFunction>();

  const validatorAt = (pointer: readonly string[]): ValidateFunction => {
    const reference = `${DOCUMENT_ID}#${pointer.map(escaped).join("")}`;
    const validate = compiled.get(reference) ?? ajv.compile({ $ref: reference });
    compiled.set(reference, validate);
    return validate;
  };

  /** `line` is the call, such as `GET /requests/r-…?view=mine`. */
  return (line: string, answer: SeenAnswer): readonly string[] => {
    const [method = "", target = ""] = line.split(" ");
    const path = target.replace(/\?.*$/, "");
    // A path of its own goes before one with a parameter, as at the gateway.
    const templates = Object.keys(document.paths).filter((candidate) => matches(candidate, path));
    const template = templates.find((candidate) => candidate === path) ?? templates[0];
    const operation = template === undefined ? undefined : document.paths[template]?.[method.toLowerCase()];
    if (template === undefined || operation === undefined) return [`${line} is not documented`];
    const response = operation.responses[String(answer.status)];
    if (response === undefined) return [`${line} answers ${String(answer.status)}, which is not documented`];
    if (response.content === undefined) return (answer.body ?? "") === "" ? [] : [`${line} has a body`];
    const type = answer.contentType?.replace(/\s*;.*$/, "") ?? "none";
    if (!(type in response.content)) return [`${line} answers ${String(answer.status)} as ${type}`];
    const pointer = ["paths", template, method.toLowerCase(), "responses", String(answer.status)];
    const validate = validatorAt([...pointer, "content", type, "schema"]);
    if (validate(answer.body)) return [];
    return (validate.errors ?? []).map((error) => `${line}: ${error.instancePath} ${error.message ?? ""}`);
  };
};

const escaped = (part: string): string =>
  `/${encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1"))}`;

/** Whether the path is one of the template's: `/requests/{id}`. */
const matches = (template: string, path: string): boolean => {
  const expected = template.split("/");
  const found = path.split("/");
  return (
    expected.length === found.length &&
    expected.every((part, index) => part.startsWith("{") || part === found[index])
  );
};
