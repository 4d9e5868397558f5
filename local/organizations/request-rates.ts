import type { OperationRates } from "../identity/limited-operations.ts";
import { AwsError } from "../wire/service.ts";

type Pair = readonly [perSecond: number, burst: number];

const rates = ([perSecond, burst]: Pair, organization?: Pair): OperationRates => ({
  perAccount: { perSecond, burst },
  ...(organization === undefined
    ? {}
    : { perOrganization: { perSecond: organization[0], burst: organization[1] } }),
});

const LISTS_BELOW_A_PARENT = rates([5, 8], [6, 10]);
const CHANGES_OF_THE_TREE = rates([2, 3]);
const TAGGING = rates([4, 6]);

/**
 * The "throttling limits" of https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html: rate and
 * burst for each calling account, and where there is one, for all accounts of the organization together. The page has
 * several operations in a row where they have the same limits; each is read as having them for itself.
 */
export const ORGANIZATIONS_RATES: Readonly<Record<string, OperationRates>> = {
  CloseAccount: rates([0.05, 1]),
  CreateAccount: rates([0.1, 3]),
  CreateOrganizationalUnit: rates([1, 2]),
  DeleteOrganizationalUnit: CHANGES_OF_THE_TREE,
  DescribeAccount: rates([20, 30], [24, 36]),
  DescribeCreateAccountStatus: rates([2, 2], [2, 3]),
  DescribeOrganization: rates([1, 2]),
  DescribeOrganizationalUnit: rates([2, 2], [2, 3]),
  ListAccounts: rates([8, 12], [9, 15]),
  ListAccountsForParent: LISTS_BELOW_A_PARENT,
  ListChildren: rates([6, 10], [7, 12]),
  ListDelegatedAdministrators: LISTS_BELOW_A_PARENT,
  ListOrganizationalUnitsForParent: LISTS_BELOW_A_PARENT,
  ListParents: LISTS_BELOW_A_PARENT,
  ListRoots: rates([1, 2], [1, 3]),
  ListTagsForResource: rates([10, 15], [12, 18]),
  MoveAccount: CHANGES_OF_THE_TREE,
  RemoveAccountFromOrganization: rates([2, 2]),
  TagResource: TAGGING,
  UntagResource: TAGGING,
  UpdateOrganizationalUnit: CHANGES_OF_THE_TREE,
};

/** As reported in https://github.com/awslabs/aws-deployment-framework/issues/788. */
export const tooManyRequests = (): AwsError =>
  new AwsError(
    "TooManyRequestsException",
    "You have sent too many requests in too short a period of time. Try again later.",
    400,
    { Type: "RATE" },
  );
