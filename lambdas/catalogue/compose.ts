import type * as z from "zod/mini";
import { SHARES, pacedAdmission } from "../adapters/admission.ts";
import { awsClients } from "../adapters/aws-clients.ts";
import { catalogue } from "../adapters/dynamodb/catalogue.ts";
import { catalogueSource } from "../adapters/identity-center/catalogue-source.ts";
import { systemClock } from "../adapters/system-clock.ts";
import { refreshCatalogue } from "../core/use-cases/refresh-catalogue.ts";
import { countThrottled } from "../middleware/observability.ts";
import type { EnvironmentSchema } from "./env.ts";

/** The use case with its adapters. */
export const compose = (environment: z.output<typeof EnvironmentSchema>) => {
  const clientsFor = awsClients({ homeAccount: environment.HOME_ACCOUNT, onThrottled: countThrottled });
  return refreshCatalogue({
    source: catalogueSource({
      clientsFor,
      admission: pacedAdmission({ clock: systemClock, share: SHARES.catalogue }),
      identityCenter: environment.IDENTITY_CENTER,
      managementAccount: environment.MANAGEMENT_ACCOUNT,
    }),
    catalogue: catalogue({ clientsFor, tableName: environment.CONFIG_TABLE }),
    clock: systemClock,
  });
};
