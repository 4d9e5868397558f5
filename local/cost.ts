/**
 * On-demand prices in us-east-1 in US dollars, without any free tier. Read in November 2026 from the pages named beside
 * them; other Regions differ by a few per cent.
 */
export const PRICES = {
  /** aws.amazon.com/step-functions/pricing: Standard, per state transition; retries count as transitions. */
  stateTransition: 0.000_025,
  /** aws.amazon.com/lambda/pricing: per request. */
  lambdaInvocation: 0.2 / 1e6,
  /** aws.amazon.com/lambda/pricing: arm64, first tier, per GB-second. */
  lambdaGigabyteSecond: 0.000_013_333_4,
  /** aws.amazon.com/dynamodb/pricing/on-demand: per write request unit of 1 KB, indexes included. */
  dynamodbWriteUnit: 0.625 / 1e6,
  /** aws.amazon.com/dynamodb/pricing/on-demand: per read request unit of 4 KB, strongly consistent. */
  dynamodbReadUnit: 0.125 / 1e6,
  /** aws.amazon.com/api-gateway/pricing: HTTP API, per request of up to 512 KB. */
  httpApiRequest: 1 / 1e6,
  /** aws.amazon.com/eventbridge/pricing: per custom event of up to 64 KB. */
  customEvent: 1 / 1e6,
  /** aws.amazon.com/sns/pricing: per publish of up to 64 KB to a standard topic. */
  notification: 0.5 / 1e6,
} as const;

/** How much of each priced thing was used. */
export type Usage = Readonly<Record<keyof typeof PRICES, number>>;

/** US dollars for `usage`, without logs and X-Ray. Calls to Identity Center, Organizations and STS are free. */
export const costOf = (usage: Usage): number =>
  (Object.keys(PRICES) as (keyof typeof PRICES)[]).reduce(
    (total, item) => total + usage[item] * PRICES[item],
    0,
  );
