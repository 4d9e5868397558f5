import { AccountClient, ListRegionsCommand } from "@aws-sdk/client-account";
import type { AccountConnection } from "./connection.ts";

/** The most that AWS gives at once (https://docs.aws.amazon.com/accounts/latest/reference/API_ListRegions.html). */
const PAGE = 50;

/**
 * The regions that the account may use. `account:ListRegions` rather than `ec2:DescribeRegions`: it tells the same, and
 * EC2's client would add more to the function than all that is read here.
 */
export const enabledRegions = async ({ clients, callsIn }: AccountConnection): Promise<readonly string[]> => {
  const client = clients.client(AccountClient);
  const call = callsIn();
  const regions: string[] = [];
  let NextToken: string | undefined;
  do {
    const input = {
      RegionOptStatusContains: ["ENABLED" as const, "ENABLED_BY_DEFAULT" as const],
      MaxResults: PAGE,
      NextToken,
    };
    const answer = await call("account:ListRegions", () => client.send(new ListRegionsCommand(input)));
    regions.push(...(answer.Regions ?? []).flatMap(({ RegionName }) => RegionName ?? []));
    NextToken = answer.NextToken;
  } while (NextToken !== undefined);
  return regions;
};
