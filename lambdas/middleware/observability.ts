import { Logger } from "@aws-lambda-powertools/logger";
import { Metrics } from "@aws-lambda-powertools/metrics";

/** One logger a function: ids and codes, never a whole event, a token or personal data. */
export const logger = new Logger({ serviceName: "lockstep" });

/** CloudWatch metrics of the namespace `Lockstep`, in the embedded metric format: no API call, no IAM. */
export const metrics = new Metrics({ namespace: "Lockstep", serviceName: "lockstep" });
