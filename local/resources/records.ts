import type { ResourceType } from "../../lambdas/core/domain/inventory/facts.ts";
import { documentsOf } from "../identity/documents.ts";
import { readWithin, type ReadRange } from "../identity/paging.ts";
import type { LocalStore } from "../store.ts";
import type { AccountResourceExplorer } from "./account-file.ts";

/** A resource as it is kept. */
export interface ResourceRecord {
  readonly accountId: string;
  readonly arn: string;
  readonly type: ResourceType;
  readonly region: string;
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
  /** As the bucket's owner wrote it: an ARN, an id or an alias. */
  readonly kmsKey?: string;
  /** What Systems Manager hears of an instance; absent: it does not know it. */
  readonly ssm?: string;
  readonly engine?: string;
  readonly iamAuthentication?: boolean;
}

/** What Resource Explorer has in an account. */
interface ExplorerRecord {
  readonly has: AccountResourceExplorer;
}

const COLLECTION = "resources/resources";

/** Resources are kept by account, and in it by region and type. */
const within = (...parts: readonly string[]): string => parts.map((part) => `${part}/`).join("");

/** The resources of all accounts, and their Resource Explorer. */
export const resourceDocuments = (store: LocalStore) => {
  const resources = documentsOf<ResourceRecord>(store, COLLECTION);
  const buckets = documentsOf<ResourceRecord>(store, "resources/buckets");
  const explorers = documentsOf<ExplorerRecord>(store, "resources/explorers");
  return {
    put: (record: ResourceRecord) => {
      resources.put(within(record.accountId, record.region, record.type) + record.arn, record);
      if (record.type === "s3-bucket") buckets.put(record.name, record);
    },
    /** Those of an account, of one region or of one type in it. */
    within: (accountId: string, ...regionAndType: readonly string[]): ReadRange<ResourceRecord> =>
      readWithin(resources, within(accountId, ...regionAndType)),
    /** A bucket's name is its own in the whole partition. */
    bucket: buckets.get,
    explorerOf: (accountId: string): AccountResourceExplorer => explorers.get(accountId)?.has ?? "aggregator",
    setExplorer: (accountId: string, has: AccountResourceExplorer) => {
      explorers.put(accountId, { has });
    },
  };
};

export type ResourceDocuments = ReturnType<typeof resourceDocuments>;

/** Everything that `read` reads. */
export const everyOne = <T>(read: ReadRange<T>): readonly T[] =>
  read({ limit: Infinity }).map(({ document }) => document);
