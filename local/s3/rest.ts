import type { AwsRequest, AwsResponse } from "../wire/http.ts";
import type { Json, JsonObject } from "../wire/json.ts";
import { AwsError } from "../wire/service.ts";
import type { RestBinding } from "../wire/service.ts";
import { xmlMembers } from "../wire/query-output.ts";

/**
 * S3's requests name their operation by method, path and query, and their answers are headers, XML or bytes.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html
 */

const NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/";

/** Headers that become members of the input. */
const HEADERS: Readonly<Record<string, string>> = {
  "content-type": "ContentType",
  "content-md5": "ContentMD5",
  "if-none-match": "IfNoneMatch",
  "x-amz-expected-bucket-owner": "ExpectedBucketOwner",
  "x-amz-checksum-crc32": "ChecksumCRC32",
  "x-amz-object-lock-mode": "ObjectLockMode",
  "x-amz-object-lock-retain-until-date": "ObjectLockRetainUntilDate",
  "x-amz-bypass-governance-retention": "BypassGovernanceRetention",
};

/** Query parameters that become members of the input. */
const PARAMETERS: Readonly<Record<string, string>> = {
  prefix: "Prefix",
  "max-keys": "MaxKeys",
  "start-after": "StartAfter",
  "continuation-token": "ContinuationToken",
  "key-marker": "KeyMarker",
  "version-id-marker": "VersionIdMarker",
  "encoding-type": "EncodingType",
  versionId: "VersionId",
};

/** Parameters that choose the operation, or say nothing: the SDKs name the operation once more in `x-id`. */
const SELECTORS: ReadonlySet<string> = new Set(["encryption", "list-type", "versions", "x-id"]);

const notImplemented = (what: string) =>
  new AwsError("NotImplemented", `The embedded S3 has no ${what}`, 501);

/** `bucket.localhost` and `bucket.s3.eu-west-1.amazonaws.com` name the bucket in the host, everything else in the path. */
const bucketInHost = (host: string): string | undefined =>
  /^(.+?)\.(?:localhost|s3[.-].*)(?::\d+)?$/.exec(host)?.[1];

const placeOf = ({ path, headers }: AwsRequest): { readonly bucket: string; readonly key: string } => {
  const named = bucketInHost(headers["host"] ?? "");
  const [first = "", ...rest] = path.slice(1).split("/").map(decodeURIComponent);
  return named === undefined
    ? { bucket: first, key: rest.join("/") }
    : { bucket: named, key: [first, ...rest].join("/") };
};

const operationOf = (method: string, parameters: URLSearchParams, bucket: string, key: string) => {
  if (bucket === "") return method === "GET" ? "ListBuckets" : undefined;
  if (key === "") {
    if (method !== "GET") return undefined;
    if (parameters.has("encryption")) return "GetBucketEncryption";
    if (parameters.has("versions")) return "ListObjectVersions";
    return parameters.get("list-type") === "2" ? "ListObjectsV2" : undefined;
  }
  return { PUT: "PutObject", GET: "GetObject", HEAD: "HeadObject", DELETE: "DeleteObject" }[method];
};

const read = (request: AwsRequest) => {
  const parameters = new URLSearchParams(request.query);
  const { bucket, key } = placeOf(request);
  const unknown = [...parameters.keys()].find(
    (name) => PARAMETERS[name] === undefined && !SELECTORS.has(name),
  );
  const operation = operationOf(request.method, parameters, bucket, key);
  if (operation === undefined || unknown !== undefined)
    throw notImplemented(`${request.method} ${request.path}?${request.query}`);
  if (request.headers["x-amz-copy-source"] !== undefined) throw notImplemented("CopyObject");
  if ((request.headers["content-encoding"] ?? "").includes("aws-chunked"))
    throw notImplemented("aws-chunked");
  const input: Record<string, Json> = { Bucket: bucket, Key: key };
  for (const [header, member] of Object.entries(HEADERS)) {
    const value = request.headers[header];
    if (value !== undefined) input[member] = value;
  }
  for (const [name, value] of parameters) {
    const member = PARAMETERS[name];
    if (member !== undefined) input[member] = value;
  }
  if (operation === "PutObject") input["Body"] = Buffer.from(request.body).toString("base64");
  return { operation, input };
};

/** Members of an output that are headers of its answer. */
const ANSWER_HEADERS: Readonly<Record<string, string>> = {
  ContentType: "content-type",
  ETag: "etag",
  LastModified: "last-modified",
  VersionId: "x-amz-version-id",
  DeleteMarker: "x-amz-delete-marker",
  ObjectLockMode: "x-amz-object-lock-mode",
  ObjectLockRetainUntilDate: "x-amz-object-lock-retain-until-date",
};

const IN_XML: ReadonlySet<string> = new Set([
  "GetBucketEncryption",
  "ListBuckets",
  "ListObjectsV2",
  "ListObjectVersions",
]);

const ROOT_ELEMENTS: Readonly<Record<string, string>> = {
  GetBucketEncryption: "ServerSideEncryptionConfiguration",
  ListBuckets: "ListAllMyBucketsResult",
  ListObjectsV2: "ListBucketResult",
  ListObjectVersions: "ListVersionsResult",
};

/** Lists are repeated elements, without one around them. */
const elementsOf = (name: string, value: Json | undefined): string => {
  if (Array.isArray(value)) return (value as readonly Json[]).map((one) => elementsOf(name, one)).join("");
  if (typeof value !== "object" || value === null) return xmlMembers({ [name]: value });
  return `<${name}>${membersOf(value as JsonObject)}</${name}>`;
};

const membersOf = (output: JsonObject): string =>
  Object.entries(output)
    .map(([name, value]) => elementsOf(name, value))
    .join("");

const answer = (operation: string, output: JsonObject, requestId: string): AwsResponse => {
  const headers: Record<string, string> = { "x-amz-request-id": requestId };
  if (IN_XML.has(operation)) {
    const root = ROOT_ELEMENTS[operation] ?? operation;
    const body = `<?xml version="1.0" encoding="UTF-8"?><${root} xmlns="${NAMESPACE}">${membersOf(output)}</${root}>`;
    return {
      status: 200,
      headers: { ...headers, "content-type": "application/xml" },
      body: Buffer.from(body),
    };
  }
  for (const [member, header] of Object.entries(ANSWER_HEADERS)) {
    const value = output[member];
    if (typeof value === "string") headers[header] = value;
  }
  const body = typeof output["Body"] === "string" ? Buffer.from(output["Body"], "base64") : new Uint8Array();
  return { status: operation === "DeleteObject" ? 204 : 200, headers, body };
};

/** How S3's operations travel. */
export const s3Rest: RestBinding = { read, answer };
