import type { Bundle } from "../../lambdas/core/domain/bundle.ts";
import type { AccessScope } from "../../lambdas/core/domain/access-scope.ts";
import type { Rota } from "../../lambdas/core/domain/rota.ts";
import {
  BundleNameSchema,
  RotaNameSchema,
  ScopeNameSchema,
  timestamp,
} from "../../lambdas/core/domain/ids.ts";
import { aPermissionSetArn, aUserId, anAccountId } from "./builders.ts";

const written = { version: 1, updatedAt: timestamp(new Date(0)), updatedBy: "somebody" } as const;

/** PowerUser in payments-prod. */
export const aBundle = (overrides: Partial<Bundle> = {}): Bundle => ({
  name: BundleNameSchema.parse("prod-power"),
  ...written,
  targets: [
    {
      accounts: [{ id: anAccountId(2), name: "payments-prod" }],
      organizationalUnits: [],
      permissionSets: [{ id: aPermissionSetArn("PowerUser"), name: "PowerUser" }],
    },
  ],
  ...overrides,
});

/** PowerUser in all of production. */
export const anAccessScope = (overrides: Partial<AccessScope> = {}): AccessScope => ({
  name: ScopeNameSchema.parse("prod-power"),
  ...written,
  query: 'resource_tag["env"] = "prod" and permission_name = "PowerUser"',
  ...overrides,
});

/** Alice and bob take turns, a week each. */
export const aRota = (overrides: Partial<Rota> = {}): Rota => ({
  name: RotaNameSchema.parse("prod-power"),
  ...written,
  timeZone: "Europe/Berlin",
  shifts: [],
  rotation: {
    participants: [
      { id: aUserId("alice"), name: "alice" },
      { id: aUserId("bob"), name: "bob" },
    ],
    startsAt: timestamp(new Date("2026-01-05T08:00:00Z")),
    everyDays: 7,
  },
  overrides: [],
  ...overrides,
});
