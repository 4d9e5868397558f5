import { expect, it } from "vitest";
import type { ConfigurationKind } from "../../../lambdas/core/domain/configuration/subject.ts";
import { ScopeNameSchema, timestamp } from "../../../lambdas/core/domain/ids.ts";
import { HOME_INTEGRATION } from "../../../lambdas/core/domain/integration.ts";
import type { ConfigurationItem, ConfigurationStore } from "../../../lambdas/core/ports/stores.ts";
import { aPermissionSetArn, anAccountId, anOrganizationalUnitId, aUserId } from "../../support/builders.ts";
import { aBundle, aRota, anAccessScope } from "../../support/catalogue.ts";
import { deletedEntry, savedEntry } from "../../support/configuration.ts";
import { describeStores } from "./describe-stores.ts";
import type { Stores } from "./environments.ts";

/* That each kind is kept with all that it may say; what every store of configuration keeps to: configuration.test.ts. */

const shift = {
  user: { id: aUserId("carol"), name: "carol@example.com" },
  from: timestamp(new Date("2026-02-01T00:00:00Z")),
  to: timestamp(new Date("2026-02-02T00:00:00Z")),
};

interface Sample {
  readonly kind: ConfigurationKind;
  readonly item: ConfigurationItem;
  readonly storeOf: (stores: Stores) => unknown;
}

const samples: readonly Sample[] = [
  {
    kind: "bundle",
    storeOf: ({ bundles }) => bundles,
    item: aBundle({
      description: "All that payments needs",
      targets: [
        {
          integration: HOME_INTEGRATION,
          accounts: [{ id: anAccountId(2), name: "payments-prod" }],
          organizationalUnits: [{ id: anOrganizationalUnitId("prod"), name: "/Workloads/Prod" }],
          tags: [{ key: "env", values: ["prod"] }, { key: "team" }],
          permissionSets: [{ id: aPermissionSetArn("PowerUser"), name: "PowerUser" }],
          exclude: {
            accounts: [{ id: anAccountId(3), name: "payments-old" }],
            organizationalUnits: [],
            permissionSets: [{ id: aPermissionSetArn("Admin"), name: "Admin" }],
          },
        },
        { accessScope: ScopeNameSchema.parse("prod") },
      ],
      unconfirmedEditors: [],
    }),
  },
  {
    kind: "access-scope",
    storeOf: ({ accessScopes }) => accessScopes,
    item: anAccessScope({ description: "All of production", unconfirmedEditors: [aUserId("zoe")] }),
  },
  {
    kind: "rota",
    storeOf: ({ rotas }) => rotas,
    item: aRota({ shifts: [shift], overrides: [shift] }),
  },
];

describeStores("the catalogue's kinds", (stores) => {
  it.each(samples)(
    "$kind: gives back exactly what was written, and nothing once it is deleted",
    async (sample) => {
      const { kind, item } = sample;
      const store = sample.storeOf(stores()) as ConfigurationStore<ConfigurationItem>;
      expect(await store.put(item, savedEntry(kind, await store.head(item.name), item))).toBe("written");
      expect(await store.get(item.name)).toEqual(item);
      expect(await store.list()).toEqual([item]);
      expect(await stores().configurationHeads.head({ kind, name: item.name })).toMatchObject({ version: 1 });
      const deletion = deletedEntry(kind, await store.head(item.name));
      expect(await store.delete(item, deletion)).toBe("written");
      expect(await store.list()).toEqual([]);
    },
  );
});
