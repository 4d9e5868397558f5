import { apiFunctionOf, type ApiFunction } from "../../lambdas/core/contracts/api-functions.ts";
import { Routes } from "../../lambdas/core/contracts/routes.ts";

/** The function that the gateway sends `GET /requests/{id}` to; undefined for what is no route. */
export const apiFunctionFor = (routeKey: string): ApiFunction | undefined => {
  const route = Routes.find(({ method, path }) => `${method} ${path}` === routeKey);
  return route === undefined ? undefined : apiFunctionOf(route);
};
