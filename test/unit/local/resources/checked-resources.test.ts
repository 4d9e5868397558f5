import { describe, expect, it } from "vitest";
import { resourceServices } from "../../../../local/resources/services.ts";
import { openLocalStore } from "../../../../local/store.ts";

const caller = {
  accessKeyId: "AKIA717171717171",
  principalArn: "arn:aws:iam::717171717171:user/lockstep",
  accountId: "717171717171",
  region: "eu-west-1",
};
const view = "arn:aws:resource-explorer-2:eu-west-1:717171717171:view/all-resources/1";

describe("what IAM checks a look at resources against", () => {
  it.each([
    ["account", "ListRegions", {}, "arn:aws:account::717171717171:account"],
    ["rds", "DescribeDBInstances", {}, "arn:aws:rds:eu-west-1:717171717171:db:*"],
    ["rds", "DescribeDBClusters", {}, "arn:aws:rds:eu-west-1:717171717171:cluster:*"],
    ["redshift", "DescribeClusters", {}, "arn:aws:redshift:eu-west-1:717171717171:cluster:*"],
    ["resource-explorer-2", "ListResources", { ViewArn: view }, view],
    ["resource-explorer-2", "ListIndexes", {}, "*"],
  ])("is, for %s:%s, what AWS says", (name, operation, input, arn) => {
    const services = resourceServices({ store: openLocalStore(), region: "eu-west-1" });
    const service = services.find(({ signingName }) => signingName === name);
    expect(service?.resourcesOf?.(operation, input, caller)).toEqual([arn]);
  });
});
