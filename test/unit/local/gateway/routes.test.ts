import { describe, expect, it } from "vitest";
import { matchRoute } from "../../../../local/gateway/routes.ts";

const route = (routeKey: string) => ({
  routeKey,
  functionArn: "arn:aws:lambda:eu-west-1:111111111111:function:api",
});

const routes = [
  "GET /requests",
  "POST /requests",
  "GET /requests/{id}",
  "GET /requests/export",
  "POST /requests/{id}/decisions",
  "GET /files/{path+}",
  "ANY /anything",
  "PUT /anything",
].map(route);

const keyOf = (method: string, path: string) => matchRoute(routes, method, path)?.route.routeKey;

describe("matching a request to a route", () => {
  it("needs the method and every segment", () => {
    expect(keyOf("POST", "/requests")).toBe("POST /requests");
    expect(keyOf("DELETE", "/requests")).toBeUndefined();
    expect(keyOf("GET", "/requests/")).toBeUndefined();
    expect(keyOf("GET", "/requests/1/2")).toBeUndefined();
    expect(keyOf("GET", "/nowhere")).toBeUndefined();
  });

  it("hands over path variables", () => {
    expect(matchRoute(routes, "POST", "/requests/abc/decisions")?.pathParameters).toEqual({ id: "abc" });
    expect(matchRoute(routes, "GET", "/files/a/b")?.pathParameters).toEqual({ path: "a/b" });
  });

  it("prefers a literal to a variable and a method to ANY", () => {
    expect(keyOf("GET", "/requests/export")).toBe("GET /requests/export");
    expect(keyOf("PUT", "/anything")).toBe("PUT /anything");
    expect(keyOf("PATCH", "/anything")).toBe("ANY /anything");
  });

  it("falls back to $default only when nothing else fits", () => {
    const withDefault = [...routes, route("$default")];
    expect(matchRoute(withDefault, "GET", "/nowhere")?.route.routeKey).toBe("$default");
    expect(matchRoute(withDefault, "GET", "/requests")?.route.routeKey).toBe("GET /requests");
  });
});
