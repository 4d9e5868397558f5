import type { ResourceType } from "../../../lambdas/core/domain/inventory/facts.ts";
import type { OrganizationAccount, OrganizationFile } from "../../../local/organization-file.ts";

/** What a team has in an account, as a guess that is the same for each: what counts is that there is something of each kind. */
const RESOURCES: Readonly<Partial<Record<ResourceType, number>>> = {
  "s3-bucket": 4,
  "ec2-instance": 3,
  "rds-instance": 1,
  "lambda-function": 2,
  "sns-topic": 2,
  "sqs-queue": 3,
  secret: 3,
  "dynamodb-table": 2,
};

const ROLES = 5;

/** The organization, with IAM and resources in each of its accounts. */
export const withInsides = (organization: OrganizationFile): OrganizationFile => ({
  ...organization,
  accounts: organization.accounts.map((account) => ({ ...account, ...insideOf(account.id) })),
});

const insideOf = (id: string): Pick<OrganizationAccount, "iam" | "resources" | "resourceExplorer"> => ({
  iam: {
    users: ["deployer", "reader"],
    groups: [{ name: "robots", members: ["deployer", "reader"] }],
    roles: numbered(ROLES).map((number) => ({
      name: `team-${number}`,
      path: "/",
      trust: [`arn:aws:iam::${id}:user/deployer`],
    })),
  },
  resources: (Object.entries(RESOURCES) as [ResourceType, number][]).flatMap(([type, count]) =>
    numbered(count).map((number) => ({
      type,
      // Of all AWS there is one bucket of a name.
      name: type === "s3-bucket" ? `${id}-${number}` : `${type}-${number}`,
      tags: { team: "payments" },
    })),
  ),
  resourceExplorer: "aggregator",
});

const numbered = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index + 1);
