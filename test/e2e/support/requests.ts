import { expect } from "vitest";
import { RequestViewSchema } from "../../../lambdas/core/contracts/http/requests.ts";
import type { RequestView } from "../../../lambdas/core/contracts/http/requests.ts";
import type { Answer } from "./api-client.ts";
import type { RunningEnvironment } from "./running-environment.ts";
import { until } from "./until.ts";

/** A body of `POST /requests` that the shipped flow prod-power allows payments engineers. */
export const anAsk = (overrides: object = {}) => ({
  entitlements: [{ account: "payments-prod", permissionSet: "DatabaseOperator" }],
  duration: "PT1H",
  justification: "INC-1042",
  ...overrides,
});

/** The request in an answer, which has to have this status. */
export const requestIn = (answer: Answer, status = 200): RequestView => {
  expect(answer).toMatchObject({ status });
  return RequestViewSchema.parse(answer.body);
};

/** Asks as `userName`. */
export const ask = async (
  { as }: RunningEnvironment,
  userName: string,
  overrides: object = {},
): Promise<RequestView> => requestIn(await as(userName, "POST /requests", { body: anAsk(overrides) }), 201);

/** Decides as `userName`, on the request itself or on the extension that is named. */
export const decide = async (
  { as }: RunningEnvironment,
  userName: string,
  { id }: { readonly id: string },
  decision: "approve" | "reject" = "approve",
  on: { readonly extension?: string | undefined } = {},
): Promise<RequestView> =>
  requestIn(await as(userName, `POST /requests/${id}/decisions`, { body: { decision, ...on } }));

/** The request once it has this status, as `userName` sees it. */
export const inStatus = (
  { as }: RunningEnvironment,
  userName: string,
  { id }: { readonly id: string },
  status: RequestView["status"],
  withinMilliseconds?: number,
): Promise<RequestView> =>
  until(
    `request ${id} is ${status}`,
    async () => {
      const request = requestIn(await as(userName, `GET /requests/${id}`));
      return request.status === status ? request : undefined;
    },
    withinMilliseconds,
  );
