import { sdkRequestHandler } from "../../../../../local/wire/sdk-request-handler.ts";
import type { HandleAwsRequest } from "../../../../../local/wire/http.ts";

/** The configuration of an SDK client that calls the embedded AWS in this process. */
export const clientConfiguration = (handle: HandleAwsRequest, accessKeyId = "tester") => ({
  region: "us-west-2",
  credentials: { accessKeyId, secretAccessKey: "any" },
  maxAttempts: 1,
  requestHandler: sdkRequestHandler(handle) as object,
});
