import { parseResourceArn } from "../../core/domain/inventory/resource-arns.ts";
import type { ResourceFact } from "../../core/domain/inventory/facts.ts";
import type { AccountId } from "../../core/domain/ids.ts";

/** A resource as an index lists it, before its own service is asked. */
export type FoundResource = Pick<ResourceFact, "accountId" | "arn" | "type" | "region" | "name" | "tags">;

/** Undefined for what is of no type that a sync looks for. */
export const foundResource = ({
  account,
  arn,
  region,
  tags,
}: {
  readonly account: AccountId;
  readonly arn: string;
  /** Where it was found: a bucket's ARN does not say. */
  readonly region: string;
  readonly tags: Readonly<Record<string, string>>;
}): FoundResource | undefined => {
  const parsed = parseResourceArn(arn);
  if (parsed === undefined) return undefined;
  return {
    accountId: account,
    arn,
    type: parsed.type,
    region: parsed.region ?? region,
    name: displayName(parsed.type, parsed.name, tags),
    tags,
  };
};

/** People know an instance by its tag `Name`; everything else has a name of its own. */
const displayName = (
  type: ResourceFact["type"],
  name: string,
  tags: Readonly<Record<string, string>>,
): string => {
  const tagged = type === "ec2-instance" ? (tags["Name"] ?? "") : "";
  return tagged === "" ? name : tagged;
};

/** AWS's list of tags as a record. */
export const tagsIn = (
  list: readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[] | undefined,
): Readonly<Record<string, string>> =>
  Object.fromEntries(
    (list ?? []).flatMap(({ Key, Value }) => (Key === undefined ? [] : [[Key, Value ?? ""] as const])),
  );
