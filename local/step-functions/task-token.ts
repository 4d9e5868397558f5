/** A task token says which execution to wake, and carries an id nobody can guess. Opaque to everyone else, as AWS's are. */
export interface TokenContent {
  readonly executionArn: string;
  readonly taskId: string;
}

const SEPARATOR = "\n";

export const issueToken = (executionArn: string, taskId: string): string =>
  Buffer.from(`${executionArn}${SEPARATOR}${taskId}`).toString("base64");

/** Undefined for a text that this engine did not issue in this form. */
export const readToken = (token: string): TokenContent | undefined => {
  const [executionArn, taskId, ...rest] = Buffer.from(token, "base64").toString().split(SEPARATOR);
  if (executionArn === undefined || taskId === undefined || rest.length > 0) return undefined;
  return issueToken(executionArn, taskId) === token ? { executionArn, taskId } : undefined;
};
