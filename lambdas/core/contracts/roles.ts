import type { RouteRole } from "./routes.ts";

/** What membership in a directory group makes somebody. Requesters and approvers come by access flow, and by request. */
export const DirectoryRoles = ["administrator", "policy-author", "auditor"] as const;
export type DirectoryRole = (typeof DirectoryRoles)[number];

/** The deploy setting that names each role's groups. */
export const SettingOfRole: Readonly<Record<DirectoryRole, string>> = {
  administrator: "administratorGroups",
  "policy-author": "policyAuthorGroups",
  auditor: "auditorGroups",
};

/** Who sees any request and its events; of the two, only administrators may end one. */
export const SeersOfEveryRequest = ["auditor", "administrator"] as const satisfies readonly DirectoryRole[];

/** Any one of these roles opens a route; other routes are open to everybody, or to who is party to the request. */
export const RolesOfRoute: Readonly<
  Record<Exclude<RouteRole, "person" | "party">, readonly DirectoryRole[]>
> = {
  reader: ["auditor", "policy-author", "administrator"],
  // What these tell of are requests: who asked, for whom, and what was made of it.
  auditor: SeersOfEveryRequest,
  "policy-author": ["policy-author", "administrator"],
  administrator: ["administrator"],
};
