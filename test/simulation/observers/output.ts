import type { PublishedEvent } from "../aws/aws.ts";
import type { Invocation } from "../aws/lambda.ts";
import { isExpectedError } from "../lockstep/errors.ts";
import type { Watcher } from "../oracle/watcher.ts";
import type { UntoldTransitions } from "./untold-transitions.ts";

/** Reads what the functions log: an error there is a defect, unless it is one of those that they may end with. */
export const logObserver =
  (watcher: Required<Watcher>) =>
  (invocation: Invocation, line: object): void => {
    watcher.text(`the log of ${invocation.function}`, JSON.stringify(line));
    const { errorName, errorMessage } = line as {
      readonly errorName?: string;
      readonly errorMessage?: string;
    };
    if (errorName !== undefined && !isExpectedError(errorName)) {
      watcher.defect(invocation.function, `${errorName}: ${errorMessage ?? ""}`);
    }
  };

/** Reads what leaves for the bus. */
export const busObserver =
  (watcher: Required<Watcher>, untold: UntoldTransitions) =>
  (entries: readonly PublishedEvent[]): void => {
    for (const { Detail = "{}", DetailType } of entries) {
      watcher.text("an event", Detail);
      const { requestId, requestVersion } = JSON.parse(Detail) as {
        readonly requestId?: string;
        readonly requestVersion?: number;
      };
      if (DetailType === "BreakGlassReviewOverdue" && requestId !== undefined) watcher.toldOverdue(requestId);
      if (requestId === undefined || requestVersion === undefined) continue;
      untold.published(requestId, requestVersion);
      watcher.published(requestId, requestVersion);
    }
  };
