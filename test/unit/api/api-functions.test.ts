import { describe, expect, it } from "vitest";
import { administrationOf } from "../../../lambdas/administration/handlers.ts";
import { dependenciesOf } from "../../../lambdas/api/handlers.ts";
import { apiFunctionOf } from "../../../lambdas/core/contracts/api-functions.ts";
import { Routes } from "../../../lambdas/core/contracts/routes.ts";
import { apiUnderTest, eventOf, root } from "./world.ts";

const { ports, functions } = await apiUnderTest();
const handled = {
  api: Object.keys(dependenciesOf(ports).handlers),
  administration: Object.keys(administrationOf(ports).handlers),
};

describe("the two functions behind the API", () => {
  it.each(Routes.map((route) => [`${route.method} ${route.path}`, apiFunctionOf(route)] as const))(
    "%s is answered by one of them: %s",
    (key, name) => {
      const answering = Object.entries(handled).filter(([, keys]) => keys.includes(key));
      expect(answering.map(([answers]) => answers)).toEqual([name]);
    },
  );

  it("answer nothing that is no route", () => {
    const keys = Routes.map(({ method, path }) => `${method} ${path}`);
    expect([...handled.api, ...handled.administration].toSorted()).toEqual(keys.toSorted());
  });

  it("know nothing of each other's routes: what is sent to the wrong one is not there", async () => {
    const answers = [
      await functions.api(eventOf("PUT /access-flows/mine", { as: root, body: {} }), {} as never),
      await functions.api(eventOf("POST /sweep", { as: root }), {} as never),
      await functions.administration(eventOf("GET /me", { as: root }), {} as never),
      await functions.administration(eventOf("POST /requests", { as: root, body: {} }), {} as never),
    ];
    for (const { statusCode, body = "" } of answers) {
      expect(statusCode).toBe(404);
      expect(JSON.parse(body)).toMatchObject({ code: "not-found", detail: "There is nothing here." });
    }
  });
});
