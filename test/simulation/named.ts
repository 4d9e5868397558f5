import { AccessScopeBodySchema } from "../../lambdas/core/contracts/configuration/access-scope.ts";
import { BundleBodySchema } from "../../lambdas/core/contracts/configuration/bundle.ts";
import { RotaBodySchema } from "../../lambdas/core/contracts/configuration/rota.ts";
import { permissionSets, type Account, type PermissionSet, type PersonName } from "./cast.ts";

/*
 * What flows name: bundles, access scopes and rotas. As the driver knows them, and as the API takes them. There is a bundle
 * and a scope for each flow by which people ask every day, named like it.
 */

/** What a bundle or a scope holds: permission sets in accounts. */
interface HoldingContent {
  readonly kind: "bundle" | "access-scope";
  readonly name: Account;
  readonly accounts: readonly Account[];
  readonly permissionSets: readonly PermissionSet[];
}

/** Who is on call: from so many minutes after it is written, for so many. */
export interface Turn {
  readonly who: PersonName;
  readonly inMinutes: number;
  readonly forMinutes: number;
}

export const ROTA = "duty";

interface RotaContent {
  readonly kind: "rota";
  readonly name: typeof ROTA;
  readonly turns: readonly Turn[];
}

export type NamedContent = HoldingContent | RotaContent;

/** What tells one from every other. */
export type NamedKey = Pick<HoldingContent, "kind" | "name"> | Pick<RotaContent, "kind" | "name">;

const MONTH_MINUTES = 30 * 24 * 60;

/** What there is when a history begins: they hold what the flows give, and Alice is on call. */
export const firstNamed: readonly NamedContent[] = [
  ...(["bundle", "access-scope"] as const).flatMap((kind) =>
    (["sandbox", "staging", "prod"] as const).map((name) => ({
      kind,
      name,
      accounts: [name],
      permissionSets,
    })),
  ),
  { kind: "rota", name: ROTA, turns: [{ who: "alice", inMinutes: 0, forMinutes: MONTH_MINUTES }] },
];

/** How the routes for them begin. */
export const routesOf = {
  bundle: "/bundles",
  "access-scope": "/access-scopes",
  rota: "/rotas",
} as const satisfies Readonly<Record<NamedContent["kind"], string>>;

const quoted = (names: readonly string[]): string => names.map((name) => JSON.stringify(name)).join(", ");

/** From when to when each is on call who is by these turns, which were written at some moment (milliseconds). */
export const shiftsOf = (turns: readonly Turn[], written: number) =>
  turns.map(({ who, inMinutes, forMinutes }) => ({
    who,
    from: written + inMinutes * 60_000,
    to: written + (inMinutes + forMinutes) * 60_000,
  }));

/** The content as an administrator writes it, at some moment (milliseconds). */
export const namedBody = (content: NamedContent, now: number): object => {
  if (content.kind === "rota") {
    const shifts = shiftsOf(content.turns, now).map(({ who, from, to }) => ({
      user: `${who}@example.com`,
      from: new Date(from).toISOString(),
      to: new Date(to).toISOString(),
    }));
    return RotaBodySchema.parse({ timeZone: "UTC", shifts });
  }
  const { kind, accounts, permissionSets: sets } = content;
  return kind === "bundle"
    ? BundleBodySchema.parse({ targets: [{ accounts: [...accounts], permissionSets: [...sets] }] })
    : AccessScopeBodySchema.parse({
        query: `resource_name in (${quoted(accounts)}) and permission_name in (${quoted(sets)})`,
      });
};
