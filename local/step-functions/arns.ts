/** arn:…:stateMachine:NAME → arn:…:execution:NAME:EXECUTION. */
export const executionArnOf = (machineArn: string, executionName: string): string =>
  `${machineArn.replace(":stateMachine:", ":execution:")}:${executionName}`;

/** The machine of an execution's ARN. */
export const machineArnOf = (executionArn: string): string =>
  executionArn.replace(":execution:", ":stateMachine:").replace(/:[^:]*$/, "");

const ARN = /^arn:[^:]+:states:[^:]*:\d{12}:(stateMachine:[^:]+|execution:[^:]+:[^:]+)$/;

const MAP_RUN_ARN = /^arn:[^:]+:states:[^:]*:\d{12}:mapRun:[^:]+\/[^:]+:[^:]+$/;

export const isMapRunArn = (text: string): boolean => MAP_RUN_ARN.test(text);

export const isStatesArn = (text: string, kind: "stateMachine" | "execution"): boolean =>
  ARN.test(text) && text.includes(`:${kind}:`);
