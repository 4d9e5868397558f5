import * as z from "zod/mini";
import type { JsonObject } from "../wire/json.ts";
import type { Operation } from "../wire/service.ts";
import { defineOperation, paged, pageMembers, type IdentityCenter } from "./center.ts";

/** The one Identity Center instance of the organization. */
export const instanceOperations = ({ instance }: IdentityCenter): Record<string, Operation> => {
  const description: JsonObject = {
    InstanceArn: instance.instanceArn,
    IdentityStoreId: instance.identityStoreId,
    OwnerAccountId: instance.ownerAccountId,
    Name: "lockstep",
    CreatedDate: instance.createdAt / 1000,
    Status: "ACTIVE",
    PrimaryRegion: instance.region,
  };
  return {
    ListInstances: defineOperation(z.object(pageMembers), (input) => {
      const { items, next } = paged([description], () => instance.instanceArn, input);
      return { Instances: items, ...next };
    }),
    DescribeInstance: defineOperation(z.object({ InstanceArn: z.string() }), () => description),
  };
};
