import assert from "node:assert/strict";
import { RequestViewSchema } from "../../../lambdas/core/contracts/http/requests.ts";
import type { RequestView } from "../../../lambdas/core/contracts/http/requests.ts";
import type { Answer } from "../../e2e/support/api-client.ts";
import { eventually } from "./world.ts";
import type { World } from "./world.ts";

/** What is asked for, by the shipped organization's names. */
export interface Wish {
  readonly account: string;
  readonly permissionSet: string;
  /** ISO 8601, for instance PT20S. */
  readonly duration: string;
}

const requestIn = ({ status, body }: Answer, expected: number): RequestView => {
  assert.equal(status, expected, JSON.stringify(body));
  return RequestViewSchema.parse(body);
};

/** Sends the wish as `userName`, whatever the answer; again where it is a 503, which a machine that is busy otherwise gives. */
export const sendAsk = (
  world: World,
  userName: string,
  { duration, ...entitlement }: Wish,
): Promise<Answer> =>
  eventually("the request is answered", async () => {
    const answer = await world.as(userName, "POST /requests", {
      body: { entitlements: [entitlement], duration, justification: "Seen through the AWS CLI" },
    });
    return answer.status === 503 ? undefined : answer;
  });

/** Asks as `userName`, which has to be accepted. */
export const ask = async (world: World, userName: string, wish: Wish): Promise<RequestView> =>
  requestIn(await sendAsk(world, userName, wish), 201);

type Named = Pick<RequestView, "id">;

/** Sends a decision as `userName`, whatever the answer. */
export const sendDecision = (
  world: World,
  userName: string,
  { id }: Named,
  decision: "approve" | "reject",
): Promise<Answer> => world.as(userName, `POST /requests/${id}/decisions`, { body: { decision } });

/** Approves as `userName`, which has to be accepted. */
export const approve = async (world: World, userName: string, request: Named): Promise<RequestView> =>
  requestIn(await sendDecision(world, userName, request, "approve"), 200);

/** Ends the access early, as `userName`. */
export const revoke = async (world: World, userName: string, { id }: Named): Promise<RequestView> =>
  requestIn(await world.as(userName, `POST /requests/${id}/revoke`, { body: {} }), 200);

/** The request as `userName` sees it once it has this status. */
export const inStatus = (
  world: World,
  userName: string,
  { id }: Named,
  status: RequestView["status"],
): Promise<RequestView> =>
  eventually(`request ${id} is ${status}`, async () => {
    const request = requestIn(await world.as(userName, `GET /requests/${id}`), 200);
    return request.status === status ? request : undefined;
  });

/** Asserts that the API refused with this status and code, and a body of RFC 9457. */
export const assertRefused = ({ status, headers, body }: Answer, expected: number, code: string): void => {
  assert.equal(headers.get("content-type"), "application/problem+json");
  const { status: said, code: found } = body as { readonly status?: unknown; readonly code?: unknown };
  assert.deepEqual({ status, said, code: found }, { status: expected, said: expected, code });
};
