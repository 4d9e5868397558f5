import type { Json } from "../../local/wire/json.ts";
import type { SimulatedLambda } from "./aws/lambda.ts";
import { apiFunctionFor } from "../support/api-function.ts";
import type { ApiAnswer } from "./lockstep/functions.ts";
import type { Watcher } from "./oracle/watcher.ts";
import type { VirtualTime } from "./virtual-time.ts";
import type { ApiCall, Outcome, World } from "./world.ts";

/** A person asks again after a while when there was no answer, or none that settles the matter; and then gives up. */
const ASK_AGAIN_MILLISECONDS = [2_000, 5_000, 15_000] as const;

const isUnsettled = ({ status, code }: ApiAnswer): boolean =>
  status >= 500 || code === "concurrent-modification";

/** The event that API Gateway makes of the call. */
const eventOf = (n: number, { who, route, path = {}, body }: ApiCall): object => ({
  routeKey: route,
  pathParameters: path,
  headers: { "idempotency-key": `step-${n}` },
  ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  isBase64Encoded: false,
  requestContext: {
    requestId: `call-${n}`,
    authorizer: { jwt: { claims: { email: `${who}@example.com`, exp: "4070908800" } } },
  },
});

/** Calls the API as people's clients do. */
export const apiCaller = (around: {
  readonly time: VirtualTime;
  readonly lambda: SimulatedLambda;
  readonly watcher: Required<Watcher>;
}): World["callApi"] => {
  const { time, lambda, watcher } = around;
  const tryOnce = async (n: number, call: ApiCall): Promise<ApiAnswer> => {
    const name = apiFunctionFor(call.route) ?? "api";
    const answer = await lambda.invoke(name, n, eventOf(n, call) as Json).catch(() => undefined);
    if (answer === undefined || "functionError" in answer) return { status: 500 };
    const api = answer.payload as unknown as ApiAnswer;
    if (api.body !== undefined) watcher.text("an answer of the API", api.body);
    return api;
  };
  return async (n, call): Promise<Outcome> => {
    let unsure = false;
    for (let attempt = 0; ; attempt += 1) {
      const answer = await tryOnce(n, call);
      if (!isUnsettled(answer)) return { answer, unsure };
      unsure = true;
      const pause = ASK_AGAIN_MILLISECONDS[attempt];
      if (pause === undefined) return { answer, unsure };
      await time.sleep(pause);
    }
  };
};
