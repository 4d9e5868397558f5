/** "Names are not distinguished by case" (https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html). */
export const nameKey = (name: string): string => name.toLowerCase();

/** `arn:aws:iam::<account>:<kind><path><name>`. */
export const iamArn = (
  kind: "user" | "group" | "role",
  accountId: string,
  path: string,
  name: string,
): string => `arn:aws:iam::${accountId}:${kind}${path}${name}`;
