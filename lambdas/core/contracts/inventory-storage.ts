import type { FactKind } from "../domain/inventory/facts.ts";

/** Whose facts of a kind are, which are in a partition of that name: a look into accounts writes those within accounts only. */
export const placesOfFacts: Readonly<Record<FactKind, "of the organization" | "within an account">> = {
  account: "of the organization",
  assignment: "of the organization",
  coverage: "within an account",
  "excluded-account": "of the organization",
  group: "of the organization",
  "iam-group": "within an account",
  "iam-role": "within an account",
  "iam-user": "within an account",
  membership: "of the organization",
  "organizational-unit": "of the organization",
  "permission-set": "of the organization",
  provisioning: "of the organization",
  resource: "within an account",
  "stale-account": "within an account",
  user: "of the organization",
};
