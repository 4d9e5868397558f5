/** Who may call a route. `party` routes hide a request from everyone but its requester, its approvers and administrators. */
export type RouteRole = "person" | "party" | "administrator";

export interface Route {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly path: string;
  readonly role: RouteRole;
}

/** Every route of the HTTP API with its required role: the stack declares these, the handlers answer these, a test enumerates them. */
export const Routes = [
  { method: "GET", path: "/me", role: "person" },
  { method: "POST", path: "/requests", role: "person" },
  { method: "GET", path: "/requests", role: "person" },
  { method: "GET", path: "/requests/{id}", role: "party" },
  { method: "POST", path: "/requests/{id}/decisions", role: "party" },
  { method: "POST", path: "/requests/{id}/extend", role: "party" },
  { method: "POST", path: "/requests/{id}/revoke", role: "party" },
  { method: "POST", path: "/requests/{id}/cancel", role: "party" },
  { method: "GET", path: "/requests/{id}/events", role: "party" },
  { method: "GET", path: "/access-flows", role: "administrator" },
  { method: "GET", path: "/access-flows/{name}", role: "administrator" },
  { method: "PUT", path: "/access-flows/{name}", role: "administrator" },
  { method: "DELETE", path: "/access-flows/{name}", role: "administrator" },
  { method: "POST", path: "/sweep", role: "administrator" },
] as const satisfies readonly Route[];

/** API Gateway's key of a route: `GET /requests/{id}`. */
export type RouteKey = {
  [R in (typeof Routes)[number] as `${R["method"]} ${R["path"]}`]: R;
} extends infer Keys
  ? keyof Keys & string
  : never;
