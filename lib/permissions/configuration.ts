/** What administrators write, each kind in a partition of its own (lambdas/core/domain/configuration/subject.ts). */
export const CONFIGURATION_KINDS = ["access-flow", "bundle", "access-scope", "rota", "integration"] as const;

/** What the partition keys of the Config table begin with that hold the entries of changes (lambdas/adapters/dynamodb/keys.ts). */
export const CONFIGURATION_ENTRIES = "entry#";
