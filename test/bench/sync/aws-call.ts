import type { AwsRequest, AwsResponse } from "../../../local/wire/http.ts";

/** A call of an AWS client, as it goes from the thread of a function to the one that holds AWS. */
export type AwsCall =
  | {
      readonly service: "dynamodb";
      /** A command of the document client: `PutItem`. */
      readonly operation: string;
      readonly input: object;
    }
  | {
      readonly service: "json";
      /** As AWS's JSON protocols name it: `SWBExternalService.ListAccountAssignments`. */
      readonly target: string;
      readonly body: string;
    }
  | {
      /** A service of another protocol, or one that is called with other accounts' credentials. */
      readonly service: "http";
      readonly request: AwsRequest;
    };

/** What comes back: an error of DynamoDB is thrown as the SDK would, any other service answers with a status. */
export type AwsAnswer =
  | { readonly output: unknown }
  | { readonly error: { readonly name: string; readonly message: string } }
  | { readonly status: number; readonly body: string }
  | { readonly response: AwsResponse };

export type AnswerAws = (call: AwsCall) => Promise<AwsAnswer>;
