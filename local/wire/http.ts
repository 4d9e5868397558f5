/** A request as the wire server takes it, from a socket or from an SDK client in the same process. */
export interface AwsRequest {
  readonly method: string;
  /** Still percent-encoded. */
  readonly path: string;
  /** Without the question mark; empty when there is none. */
  readonly query: string;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** How the wire server answers. */
export interface AwsResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** Answers one AWS request; never rejects. */
export type HandleAwsRequest = (request: AwsRequest) => Promise<AwsResponse>;
