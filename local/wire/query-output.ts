import type { Json, JsonObject } from "./json.ts";

const ESCAPES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

const escaped = (text: string) => text.replaceAll(/[&<>"]/g, (character) => ESCAPES[character] ?? character);

const isObject = (value: Json): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const element = (name: string, content: string) => `<${name}>${content}</${name}>`;

type ListElements = Readonly<Record<string, string>>;

const contentOf = (name: string, value: Json, listElements: ListElements): string => {
  if (value === null) return "";
  if (isObject(value)) return xmlMembers(value, listElements);
  if (typeof value === "object") {
    const member = listElements[name] ?? "member";
    return value.map((one) => element(member, contentOf(member, one, listElements))).join("");
  }
  return escaped(String(value));
};

/** The members of a structure as XML elements. */
export const xmlMembers = (output: JsonObject, listElements: ListElements = {}): string =>
  Object.entries(output)
    .filter((entry): entry is [string, Json] => entry[1] !== undefined && entry[1] !== null)
    .map(([name, value]) => element(name, contentOf(name, value, listElements)))
    .join("");

/** What a call of the query protocol answers with. */
export interface QueryAnswer {
  readonly operation: string;
  readonly namespace: string;
  readonly requestId: string;
  readonly listElements?: ListElements | undefined;
}

/** The XML of an output; lists are `<member>` elements unless `listElements` says otherwise. https://smithy.io/2.0/aws/protocols/aws-query-protocol.html */
export const queryOutput = (
  { operation, namespace, requestId, listElements }: QueryAnswer,
  output: JsonObject,
): string =>
  `<${operation}Response xmlns="${escaped(namespace)}">` +
  element(`${operation}Result`, xmlMembers(output, listElements)) +
  element("ResponseMetadata", element("RequestId", requestId)) +
  `</${operation}Response>`;

/** The XML of an error; `Type` says whose fault it is. */
export const queryError = (
  { namespace, requestId }: Omit<QueryAnswer, "operation">,
  error: { readonly code: string; readonly message: string; readonly status: number },
): string => {
  const type = error.status >= 500 ? "Receiver" : "Sender";
  const members = xmlMembers({ Type: type, Code: error.code, Message: error.message });
  return `<ErrorResponse xmlns="${escaped(namespace)}">${element("Error", members)}${element("RequestId", requestId)}</ErrorResponse>`;
};
