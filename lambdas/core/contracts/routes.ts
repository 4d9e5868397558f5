/**
 * Who may call a route. `party` routes hide a request from everyone but its requester, its approvers, its watchers if it was
 * an emergency, auditors and administrators; which directory groups open the others: contracts/roles.ts.
 */
export type RouteRole = "person" | "party" | "reader" | "auditor" | "policy-author" | "administrator";

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
  // Of oneself; of anybody it is a reader's business.
  { method: "POST", path: "/explain", role: "person" },
  { method: "GET", path: "/requests/{id}", role: "party" },
  { method: "POST", path: "/requests/{id}/decisions", role: "party" },
  { method: "POST", path: "/requests/{id}/extend", role: "party" },
  { method: "POST", path: "/requests/{id}/revoke", role: "party" },
  { method: "POST", path: "/requests/{id}/cancel", role: "party" },
  { method: "GET", path: "/requests/{id}/events", role: "party" },
  { method: "POST", path: "/requests/{id}/review", role: "party" },
  { method: "GET", path: "/break-glass", role: "auditor" },
  { method: "GET", path: "/access-flows", role: "reader" },
  { method: "GET", path: "/access-flows/{name}", role: "reader" },
  { method: "PUT", path: "/access-flows/{name}", role: "policy-author" },
  { method: "DELETE", path: "/access-flows/{name}", role: "policy-author" },
  { method: "POST", path: "/access-flows/{name}/confirm", role: "administrator" },
  { method: "GET", path: "/bundles", role: "reader" },
  { method: "GET", path: "/bundles/{name}", role: "reader" },
  { method: "PUT", path: "/bundles/{name}", role: "policy-author" },
  { method: "DELETE", path: "/bundles/{name}", role: "policy-author" },
  { method: "POST", path: "/bundles/{name}/confirm", role: "administrator" },
  { method: "GET", path: "/access-scopes", role: "reader" },
  { method: "GET", path: "/access-scopes/{name}", role: "reader" },
  { method: "PUT", path: "/access-scopes/{name}", role: "policy-author" },
  { method: "DELETE", path: "/access-scopes/{name}", role: "policy-author" },
  { method: "POST", path: "/access-scopes/{name}/confirm", role: "administrator" },
  // It changes nothing, and a query may be longer than an address.
  { method: "POST", path: "/access-scopes/{name}/preview", role: "reader" },
  { method: "GET", path: "/rotas", role: "reader" },
  { method: "GET", path: "/rotas/{name}", role: "reader" },
  { method: "PUT", path: "/rotas/{name}", role: "policy-author" },
  { method: "DELETE", path: "/rotas/{name}", role: "policy-author" },
  { method: "POST", path: "/rotas/{name}/confirm", role: "administrator" },
  { method: "GET", path: "/rotas/{name}/on-call", role: "reader" },
  // It changes nothing, either.
  { method: "POST", path: "/access-flows/lint", role: "reader" },
  { method: "GET", path: "/configuration/changes", role: "reader" },
  { method: "POST", path: "/sweep", role: "administrator" },
  { method: "GET", path: "/integrations", role: "reader" },
  { method: "GET", path: "/integrations/{name}", role: "reader" },
  { method: "PUT", path: "/integrations/{name}", role: "administrator" },
  { method: "DELETE", path: "/integrations/{name}", role: "administrator" },
  { method: "POST", path: "/integrations/{name}/confirm", role: "administrator" },
  { method: "POST", path: "/integrations/{name}/refresh", role: "administrator" },
  { method: "GET", path: "/syncs", role: "reader" },
  { method: "GET", path: "/syncs/{id}", role: "reader" },
  { method: "GET", path: "/inventory/accounts", role: "reader" },
  { method: "GET", path: "/inventory/organizational-units", role: "reader" },
  { method: "GET", path: "/inventory/users", role: "reader" },
  { method: "GET", path: "/inventory/groups", role: "reader" },
  { method: "GET", path: "/inventory/permission-sets", role: "reader" },
  { method: "GET", path: "/inventory/assignments", role: "reader" },
  { method: "GET", path: "/inventory/resources", role: "reader" },
  { method: "GET", path: "/inventory/iam-users", role: "reader" },
  { method: "GET", path: "/inventory/iam-groups", role: "reader" },
  { method: "GET", path: "/inventory/iam-roles", role: "reader" },
  { method: "GET", path: "/inventory/standing-access", role: "reader" },
  { method: "GET", path: "/inventory/accounts/{id}/access", role: "reader" },
  // One's own; anybody's is a reader's business.
  { method: "GET", path: "/inventory/users/{id}/access", role: "person" },
] as const satisfies readonly Route[];

/** API Gateway's key of a route: `GET /requests/{id}`. */
export type RouteKey = {
  [R in (typeof Routes)[number] as `${R["method"]} ${R["path"]}`]: R;
} extends infer Keys
  ? keyof Keys & string
  : never;
