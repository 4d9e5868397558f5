import { expect, it } from "vitest";
import type { ApiEvent, Call } from "../../../lambdas/http/call.ts";
import { router, type RouterDependencies } from "../../../lambdas/http/router.ts";
import { showsMfa } from "../../../lambdas/core/domain/mfa.ts";
import { recordedOutput } from "../../support/recorded-output.ts";
import { alice } from "./world.ts";

it.each([
  ["a token that shows a second factor", "[pwd mfa]", true],
  ["one that does not", "[pwd]", false],
])("a route is told of %s", async (_case, amr, expected) => {
  const calls: Call<"GET /me">[] = [];
  const handlers = {
    "GET /me": (call: Call<"GET /me">) => {
      calls.push(call);
      return Promise.resolve({ body: {} });
    },
  } as unknown as RouterDependencies["handlers"];
  const route = router({
    identifyCaller: () => Promise.resolve(alice),
    requireOneOf: () => Promise.resolve(),
    showsMfa: (claims) => showsMfa({ claim: "amr", values: ["mfa"] }, claims),
    handlers,
    logger: recordedOutput().logger,
  });
  const requestContext = { requestId: "r", authorizer: { jwt: { claims: { amr }, scopes: [] } } };
  await route({ routeKey: "GET /me", headers: {}, requestContext } as unknown as ApiEvent);
  expect(calls).toMatchObject([{ caller: alice, mfa: expected }]);
});
