import { Logger } from "@aws-lambda-powertools/logger";
import { expect, it } from "vitest";
import { refresh } from "../../../lambdas/catalogue/refresh.ts";

const context = { functionName: "lockstep-catalogue", awsRequestId: "r" } as never;

const setUp = () => {
  const calls: { readonly newOnly: boolean }[] = [];
  const work = (input: { readonly newOnly: boolean }) => {
    calls.push(input);
    return Promise.resolve();
  };
  return { calls, handler: refresh(work, new Logger({ logLevel: "SILENT" })) };
};

it.each([
  [{ newOnly: true }, true],
  [{ newOnly: false }, false],
  [{}, false],
  [{ source: "aws.events", "detail-type": "Scheduled Event", detail: {} }, false],
])("after %j it looks at new permission sets only: %s", async (event, newOnly) => {
  const { calls, handler } = setUp();
  await handler(event, context);
  expect(calls).toEqual([{ newOnly }]);
});

it("fails on an event that it does not understand", async () => {
  const { calls, handler } = setUp();
  await expect(handler({ newOnly: "yes" }, context)).rejects.toThrow();
  expect(calls).toEqual([]);
});
