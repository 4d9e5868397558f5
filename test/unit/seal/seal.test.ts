import { Logger } from "@aws-lambda-powertools/logger";
import { Metrics } from "@aws-lambda-powertools/metrics";
import { expect, it, vi } from "vitest";
import { sealDay } from "../../../lambdas/core/domain/audit-root.ts";
import type { Day } from "../../../lambdas/core/domain/day.ts";
import { seal } from "../../../lambdas/seal/seal.ts";

const context = { functionName: "lockstep-seal", awsRequestId: "r" } as never;

it("says which days it sealed, and logs each root's hash", async () => {
  const logger = new Logger({ logLevel: "SILENT" });
  const info = vi.spyOn(logger, "info");
  const root = sealDay("2026-01-01" as Day, [], undefined);
  const handler = seal(() => Promise.resolve([root]), {
    logger,
    metrics: new Metrics({ namespace: "Test" }),
  });
  const summary = { day: "2026-01-01", heads: 0, hash: root.hash };
  expect(await handler({ source: "aws.events" }, context)).toEqual({ sealed: [summary] });
  expect(info.mock.calls).toEqual([["Day sealed", summary]]);
});
