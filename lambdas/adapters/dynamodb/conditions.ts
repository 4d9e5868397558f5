/** A condition expression with its names and values, as the document client takes it. */
export interface Condition {
  readonly ConditionExpression: string;
  readonly ExpressionAttributeNames: Record<string, string>;
  readonly ExpressionAttributeValues?: Record<string, unknown>;
}

/** Nothing is at this key yet. */
export const isNew: Condition = {
  ConditionExpression: "attribute_not_exists(#pk)",
  ExpressionAttributeNames: { "#pk": "pk" },
};

/** Nothing is at this key yet, or what is there has no greater `attribute`. */
export const isNewOrLater = (attribute: string, value: string): Condition => ({
  ConditionExpression: "attribute_not_exists(#pk) OR #attribute <= :value",
  ExpressionAttributeNames: { "#pk": "pk", "#attribute": attribute },
  ExpressionAttributeValues: { ":value": value },
});

/** What is there has this version and, where `statuses` are given, one of these statuses. */
export const hasVersion = (version: number, statuses?: readonly string[]): Condition => {
  const isVersion = {
    ConditionExpression: "#version = :version",
    ExpressionAttributeNames: { "#version": "version" },
    ExpressionAttributeValues: { ":version": version },
  };
  if (statuses === undefined) return isVersion;
  const values = Object.fromEntries(statuses.map((status, index) => [`:status${index}`, status]));
  return {
    ConditionExpression: `${isVersion.ConditionExpression} AND #status IN (${Object.keys(values).join(", ")})`,
    ExpressionAttributeNames: { ...isVersion.ExpressionAttributeNames, "#status": "status" },
    ExpressionAttributeValues: { ...isVersion.ExpressionAttributeValues, ...values },
  };
};

/** The next version of an aggregate: its first is new, any other replaces exactly the one before it. */
export const follows = (version: number): Condition => (version === 1 ? isNew : hasVersion(version - 1));
