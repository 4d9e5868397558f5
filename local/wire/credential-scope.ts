import type { AwsRequest } from "./http.ts";

/** What a Signature Version 4 credential says about a call. */
export interface CredentialScope {
  readonly accessKeyId: string;
  readonly region: string;
  readonly signingName: string;
}

/**
 * `<access key>/<date>/<region>/<service>/aws4_request`; an access key holds no slash.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
const CREDENTIAL = /^([^/]+)\/\d{8}\/([^/]*)\/([^/]+)\/aws4_request$/;

const fromHeader = (authorization: string | undefined) =>
  /^AWS4-[A-Z0-9-]+ .*Credential=([^,\s]+)/.exec(authorization ?? "")?.[1];

/** The scope that a request is signed for, in its header or its query; the signature itself is not checked. */
export const credentialScopeOf = ({ headers, query }: AwsRequest): CredentialScope | undefined => {
  const credential =
    fromHeader(headers["authorization"]) ?? new URLSearchParams(query).get("X-Amz-Credential") ?? "";
  const [, accessKeyId, region, signingName] = CREDENTIAL.exec(credential) ?? [];
  if (accessKeyId === undefined || region === undefined || signingName === undefined) return undefined;
  return { accessKeyId, region, signingName };
};
