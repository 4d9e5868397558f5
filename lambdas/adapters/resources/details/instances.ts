import { DescribeInstanceInformationCommand, SSMClient, type InstanceInformation } from "@aws-sdk/client-ssm";
import { instanceNotManaged, instanceUnreachable } from "../../../core/domain/inventory/resource-problems.ts";
import { allOf, pagesOf } from "../../sync/pages.ts";
import type { AccountConnection } from "../connection.ts";
import type { FoundResource } from "../found-resource.ts";
import { regionByRegion, type Description } from "./description.ts";

/** The most that AWS gives at once (https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DescribeInstanceInformation.html). */
const PAGE = 50;

/** Instances with what Systems Manager knows of them: a session needs it. */
export const describeInstances = regionByRegion(async (connection, region) => {
  const managed = await managedInstances(connection, region);
  return (instance) => described(instance, managed.get(instanceIdOf(instance)));
});

const managedInstances = async (
  { clients, callsIn }: AccountConnection,
  region: string,
): Promise<ReadonlyMap<string, InstanceInformation>> => {
  const client = clients.client(SSMClient, { region });
  const call = callsIn(region);
  const pages = pagesOf((NextToken) =>
    call("ssm:DescribeInstanceInformation", () =>
      client.send(new DescribeInstanceInformationCommand({ MaxResults: PAGE, NextToken })),
    ),
  );
  const instances = await allOf(pages, ({ InstanceInformationList }) => InstanceInformationList ?? []);
  return new Map(instances.map((instance) => [instance.InstanceId ?? "", instance]));
};

const described = (instance: FoundResource, managed: InstanceInformation | undefined): Description => {
  const instanceId = instanceIdOf(instance);
  if (managed === undefined)
    return { details: { instanceId, ssm: "NotManaged" }, problem: instanceNotManaged() };
  const { PingStatus = "Unknown", PlatformName } = managed;
  return {
    details: {
      instanceId,
      ssm: PingStatus,
      ...(PlatformName === undefined ? {} : { platform: PlatformName }),
    },
    ...(PingStatus === "Online" ? {} : { problem: instanceUnreachable(PingStatus) }),
  };
};

const instanceIdOf = ({ arn }: FoundResource): string => arn.slice(arn.lastIndexOf("/") + 1);
