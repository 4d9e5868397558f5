import {
  GetDefaultViewCommand,
  GetViewCommand,
  ListResourcesCommand,
  ResourceExplorer2Client,
  SearchCommand,
  type ListResourcesCommandInput,
} from "@aws-sdk/client-resource-explorer-2";
import { describe, expect, it } from "vitest";
import { AccountIdSchema } from "../../../../lambdas/core/domain/ids.ts";
import { accountResources } from "../../../../local/resources/account-file.ts";
import { embeddedResources, REGION } from "../../../contract/sync-sources/resources-embedded.ts";

const ACCOUNT = AccountIdSchema.parse("717171717171");

const open = (count: number, resourceExplorer?: "local" | "none") => {
  const topics = Array.from({ length: count }, (_, index) => ({
    type: "sns-topic",
    name: `topic-${String(index)}`,
  }));
  const resources = accountResources.parse([
    ...topics,
    { type: "sqs-queue", name: "far", region: "us-east-1" },
  ]);
  const { clientsOf } = embeddedResources({ accounts: [{ id: ACCOUNT, resources, resourceExplorer }] });
  const client = clientsOf(ACCOUNT).client(ResourceExplorer2Client, { region: REGION });
  return { client, list: (input: ListResourcesCommandInput) => client.send(new ListResourcesCommand(input)) };
};

describe("the embedded Resource Explorer", () => {
  it("lists a hundred at once unless it is asked for more, and goes on", async () => {
    const { list } = open(150);
    const first = await list({});
    expect(first.Resources).toHaveLength(100);
    const second = await list({ NextToken: first.NextToken });
    expect(second.Resources).toHaveLength(51);
    expect(second.NextToken).toBeUndefined();
  });

  it("does not go on after a page of 1,000, as AWS does not", async () => {
    const { list } = open(1_100);
    const { Resources, NextToken } = await list({ MaxResults: 1_000 });
    expect(Resources).toHaveLength(1_000);
    expect(NextToken).toBeUndefined();
    expect((await list({ MaxResults: 999 })).NextToken).toBeDefined();
  });

  it("filters by type and region, and refuses filters that it does not know", async () => {
    const { list } = open(2);
    const queues = await list({ Filters: { FilterString: "resourcetype:sqs:queue region:us-east-1" } });
    expect(queues.Resources?.map(({ Arn }) => Arn)).toEqual([`arn:aws:sqs:us-east-1:${ACCOUNT}:far`]);
    for (const FilterString of ["tag:owner=x", "region:us*", "anything"])
      await expect(list({ Filters: { FilterString } })).rejects.toMatchObject({
        name: "ValidationException",
      });
  });

  it("has a view of everything in the organization's region", async () => {
    const { client } = open(1);
    const { ViewArn } = await client.send(new GetDefaultViewCommand({}));
    const { View } = await client.send(new GetViewCommand({ ViewArn }));
    expect(View).toMatchObject({ ViewArn, Owner: ACCOUNT, IncludedProperties: [{ Name: "tags" }] });
  });

  it("sees only its own region with a local index, and nothing without one", async () => {
    expect((await open(1, "local").list({})).Resources).toHaveLength(1);
    await expect(open(1, "none").list({})).rejects.toMatchObject({ name: "ResourceNotFoundException" });
  });

  it("refuses in AWS's own shape what it does not have", async () => {
    const { client } = open(1);
    await expect(client.send(new SearchCommand({ QueryString: "" }))).rejects.toMatchObject({
      name: "UnknownOperationException",
      $metadata: { httpStatusCode: 404 },
    });
  });
});
