import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { openApiDocument } from "../../../lambdas/http/openapi.ts";
import { problemKinds } from "../../../lambdas/http/problems.ts";
import { Routes } from "../../../lambdas/core/contracts/routes.ts";
import { RequestAskSchema } from "../../../lambdas/core/contracts/http/requests.ts";
import { committedOpenApi, openApiChecker } from "../../support/openapi.ts";

const committed = readFileSync(new URL("../../../docs/openapi.json", import.meta.url), "utf8");

it("is what `npm run openapi` writes", () => {
  expect(committed).toBe(`${JSON.stringify(openApiDocument(), undefined, 2)}\n`);
});

it("describes every route, and no other", () => {
  const described = Object.entries(committedOpenApi().paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(described.toSorted()).toEqual(Routes.map(({ method, path }) => `${method} ${path}`).toSorted());
});

it("lets nothing through without a bearer token", () => {
  expect(openApiDocument()).toMatchObject({ security: [{ bearer: [] }] });
  // An operation's own list would replace the document's.
  expect(JSON.stringify(openApiDocument()["paths"])).not.toContain('"security"');
});

it("points only at what is there", () => {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  const document = committedOpenApi();
  ajv.addSchema(document, "https://lockstep.test/");
  const references = new Set(
    [...committed.matchAll(/"\$ref": "([^"]+)"/g)].map(([, reference]) => reference),
  );
  expect(references.size).toBeGreaterThan(5);
  for (const reference of references) {
    expect(() => ajv.compile({ $ref: `https://lockstep.test/${reference ?? ""}` })).not.toThrow();
  }
});

it("names every problem code somewhere, each under its own status", () => {
  for (const [code, { status }] of Object.entries(problemKinds)) {
    const where = Object.values(committedOpenApi().paths).flatMap((operations) =>
      Object.values(operations).flatMap(({ responses }) =>
        Object.entries(responses).flatMap(([answered, response]) =>
          JSON.stringify(response).includes(`"${code}"`) ? [answered] : [],
        ),
      ),
    );
    expect([code, [...new Set(where)]]).toEqual([code, [String(status)]]);
  }
});

it("has one word for each thing: sync and user, where the code also says pass and person", () => {
  const texts = [...committed.matchAll(/"(?:summary|description)": "((?:[^"\\\\]|\\\\.)*)"/g)].map(
    ([, text]) => text,
  );
  expect(texts.length).toBeGreaterThan(300);
  expect(texts.filter((text) => /\b(?:pass|passes|person|persons)\b/i.test(text ?? ""))).toEqual([]);
  expect(committed).not.toMatch(/"(?:pass|person)":/);
});

describe("its schema of an ask", () => {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema(committedOpenApi(), "https://lockstep.test/");
  const validate = ajv.compile({ $ref: "https://lockstep.test/#/components/schemas/RequestAsk" });
  const ask = {
    entitlements: [{ account: "a", permissionSet: "b" }],
    duration: "PT1H",
    justification: "x",
  };

  it.each([
    [ask, true],
    [{ ...ask, justification: "😀".repeat(1000) }, true],
    [{ ...ask, justification: "x".repeat(1001) }, false],
    [{ ...ask, justification: " " }, false],
    [{ ...ask, entitlements: [] }, false],
    [{ ...ask, principal: { type: "GROUP", name: "g" } }, true],
    [{ ...ask, principal: { type: "GROUP", name: "g", id: "i" } }, false],
    [{ ...ask, principal: { type: "GROUP" } }, false],
    [{ ...ask, status: "active" }, false],
    // An access flow may ask for no justification, and give a duration.
    [{ entitlements: ask.entitlements }, true],
    [{ duration: ask.duration, justification: ask.justification }, false],
  ])("agrees with the one that validates (%#)", (value, valid) => {
    expect([validate(value), RequestAskSchema.safeParse(value).success]).toEqual([valid, valid]);
  });
});

describe("the checker", () => {
  const check = openApiChecker();
  const contentType = "application/json";

  it("tells what differs from the document", () => {
    expect(check("GET /nowhere", { status: 200, contentType, body: {} })).toHaveLength(1);
    expect(check("GET /me", { status: 418, contentType, body: {} })).toHaveLength(1);
    expect(check("GET /me", { status: 200, contentType: "text/html", body: "" })).toHaveLength(1);
    expect(check("GET /requests?view=mine", { status: 200, contentType, body: { items: [{}] } })).not.toEqual(
      [],
    );
    expect(check("GET /requests", { status: 200, contentType, body: { items: [], more: 1 } })).not.toEqual(
      [],
    );
    expect(
      check("GET /requests", {
        status: 200,
        contentType: "application/json; charset=utf-8",
        body: { items: [] },
      }),
    ).toEqual([]);
    expect(check("DELETE /access-flows/a", { status: 204, contentType: null, body: undefined })).toEqual([]);
  });

  it("holds a problem to its operation's codes", () => {
    const problem = (code: string) => ({
      status: 404,
      contentType: "application/problem+json",
      body: { type: "urn:x", title: "t", status: 404, code, detail: "d" },
    });
    expect(check("GET /requests/r-x", problem("not-found"))).toEqual([]);
    expect(check("GET /requests/r-x", problem("self-approval"))).not.toEqual([]);
    expect(check("GET /me", problem("not-found"))).not.toEqual([]);
  });
});
