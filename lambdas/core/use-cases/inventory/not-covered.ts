/** Ways to reach an account that have nothing to do with Identity Center's assignments, and are not listed with them. */
export const NOT_COVERED: readonly string[] = [
  "IAM users and roles of an account: GET /inventory/iam-users and GET /inventory/iam-roles list them, and which IAM users and roles may assume a role; which people use them, AWS does not say.",
  "What resource policies, and sharing between accounts, give to somebody directly.",
  "Root users of accounts.",
];
