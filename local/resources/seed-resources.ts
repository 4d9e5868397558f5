import type { LocalStore } from "../store.ts";
import type { AccountResourceExplorer, AccountResources } from "./account-file.ts";
import { resourceArn } from "./arns.ts";
import { resourceDocuments } from "./records.ts";

export interface ResourcesSeed {
  readonly accounts: readonly {
    readonly id: string;
    readonly resources?: AccountResources | undefined;
    readonly resourceExplorer?: AccountResourceExplorer | undefined;
  }[];
  readonly identityCenter: { readonly region: string };
}

/** Writes the resources of the file's accounts. */
export const seedResources = (
  { accounts, identityCenter }: ResourcesSeed,
  { store }: { readonly store: LocalStore },
): void => {
  const documents = resourceDocuments(store);
  for (const { id: accountId, resources = [], resourceExplorer } of accounts) {
    if (resourceExplorer !== undefined) documents.setExplorer(accountId, resourceExplorer);
    for (const {
      type,
      name,
      region = identityCenter.region,
      tags,
      kmsKey,
      ssm,
      engine,
      iamAuthentication,
    } of resources) {
      const status = type === "ec2-instance" ? (ssm ?? "Online") : "none";
      documents.put({
        accountId,
        arn: resourceArn({ accountId, type, region, name }),
        type,
        region,
        name,
        tags: type === "ec2-instance" ? { Name: name, ...tags } : tags,
        ...(kmsKey === undefined ? {} : { kmsKey }),
        ...(status === "none" ? {} : { ssm: status }),
        ...(engine === undefined ? {} : { engine }),
        ...(iamAuthentication === undefined ? {} : { iamAuthentication }),
      });
    }
  }
};
