/**
 * The regions that every account has from the beginning: those "launched before March 20, 2019"
 * (https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html).
 */
const DEFAULT_REGIONS = [
  "ap-northeast-1",
  "ap-northeast-2",
  "ap-northeast-3",
  "ap-south-1",
  "ap-southeast-1",
  "ap-southeast-2",
  "ca-central-1",
  "eu-central-1",
  "eu-north-1",
  "eu-west-1",
  "eu-west-2",
  "eu-west-3",
  "sa-east-1",
  "us-east-1",
  "us-east-2",
  "us-west-1",
  "us-west-2",
] as const;

/** A region with how the account came to have it. */
export interface EnabledRegion {
  readonly RegionName: string;
  readonly RegionOptStatus: "ENABLED" | "ENABLED_BY_DEFAULT";
}

/** The regions of an account that uses `used`, by name. */
export const regionsWith = (used: Iterable<string>): readonly EnabledRegion[] => {
  const byDefault: ReadonlySet<string> = new Set(DEFAULT_REGIONS);
  return [...new Set([...DEFAULT_REGIONS, ...used])].sort().map((RegionName) => ({
    RegionName,
    RegionOptStatus: byDefault.has(RegionName) ? "ENABLED_BY_DEFAULT" : "ENABLED",
  }));
};
