import type { LocalStore } from "../store.ts";
import type { ServiceDefinition } from "../wire/service.ts";
import { accountService, rdsService, redshiftService, systemsManagerService } from "./details.ts";
import { resourceDocuments } from "./records.ts";
import { resourceExplorerService } from "./resource-explorer.ts";
import { taggingService } from "./tagging.ts";

/** Everything that a sync asks of the accounts' resources but S3; `region` is where Resource Explorer's aggregators are. */
export const resourceServices = ({
  store,
  region,
}: {
  readonly store: LocalStore;
  readonly region: string;
}): readonly ServiceDefinition[] => {
  const documents = resourceDocuments(store);
  return [
    resourceExplorerService(documents, region),
    taggingService(documents),
    accountService(documents),
    systemsManagerService(documents),
    rdsService(documents),
    redshiftService(documents),
  ];
};
