import type { ConfigurationKind } from "./subject.ts";

/**
 * What access flows and bundles name of the rest of the configuration. It reads documents and what is stored alike: both keep
 * these names in the same places.
 */

/** A flow or a bundle, in as far as it names something. */
export interface Naming {
  readonly targets: readonly object[];
  readonly requestors?: object;
  readonly approval?: { readonly automatic?: object | undefined };
}

export interface Reference {
  readonly kind: Extract<ConfigurationKind, "bundle" | "access-scope" | "rota" | "integration">;
  readonly name: string;
  /** Where it is named: a JSON pointer (RFC 6901). */
  readonly pointer: string;
}

/** Every name of a bundle, an access scope, a rota or an integration, as often as it is there. */
export const referencesOf = ({ targets, requestors, approval }: Naming): readonly Reference[] => [
  ...targets.flatMap((target, index) => namedByTarget(target, `/targets/${String(index)}`)),
  ...(requestors === undefined ? [] : rotasIn(requestors, "/requestors")),
  ...(approval?.automatic === undefined ? [] : rotasIn(approval.automatic, "/approval/automatic")),
];

interface TargetNames {
  readonly bundle?: string | undefined;
  readonly accessScope?: string | undefined;
  readonly integration?: string | undefined;
  readonly permissionSets?: readonly unknown[] | undefined;
  readonly accounts?: readonly unknown[] | undefined;
  readonly exclude?: { readonly accounts?: readonly unknown[] | undefined } | undefined;
}

const namedByTarget = (target: TargetNames, pointer: string): readonly Reference[] => {
  if (target.bundle !== undefined)
    return [{ kind: "bundle", name: target.bundle, pointer: `${pointer}/bundle` }];
  if (target.accessScope !== undefined)
    return [{ kind: "access-scope", name: target.accessScope, pointer: `${pointer}/accessScope` }];
  return target.integration === undefined
    ? []
    : [{ kind: "integration", name: target.integration, pointer: `${pointer}/integration` }];
};

interface RuleNames {
  readonly anyOf?: readonly object[] | undefined;
  readonly allOf?: readonly object[] | undefined;
  readonly not?: object | undefined;
  /** As it is written. */
  readonly onCall?: string | undefined;
  /** As it is stored. */
  readonly rota?: string | undefined;
}

const rotasIn = (rule: RuleNames, pointer: string): readonly Reference[] => {
  const { anyOf = [], allOf = [], not, onCall, rota } = rule;
  const name = onCall ?? rota;
  return [
    ...(name === undefined ? [] : [{ kind: "rota", name, pointer: `${pointer}/onCall` } as const]),
    ...anyOf.flatMap((part, index) => rotasIn(part, `${pointer}/anyOf/${String(index)}`)),
    ...allOf.flatMap((part, index) => rotasIn(part, `${pointer}/allOf/${String(index)}`)),
    ...(not === undefined ? [] : rotasIn(not, `${pointer}/not`)),
  ];
};

/** The names of access scopes of which every permission set is meant that the scope's query finds. */
export const wholeScopesOf = ({ targets }: Naming): readonly Reference[] =>
  referencesOf({
    targets: targets.map((target: TargetNames) => (target.permissionSets === undefined ? target : {})),
  }).filter(({ kind }) => kind === "access-scope");

/** How often the targets name an account, to take it in or to leave it out: one that is named twice counts twice. */
export const namedOneByOne = ({ targets }: Pick<Naming, "targets">): number =>
  targets.reduce<number>(
    (total, { accounts = [], exclude }: TargetNames) =>
      total + accounts.length + (exclude?.accounts?.length ?? 0),
    0,
  );
