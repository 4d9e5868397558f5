/** What a Task state's `Resource` asks for. */
export type TaskResource =
  | {
      readonly integration: "lambda";
      /** Whether the task ends with SendTaskSuccess instead of the function's return. */
      readonly waitsForToken: boolean;
      readonly resourceType: "lambda";
      readonly resource: string;
    }
  | {
      readonly integration: "child-execution";
      /** Whether the task ends with the child's end (`.sync:2`) instead of its start. */
      readonly waitsForEnd: boolean;
      readonly resourceType: "states";
      readonly resource: string;
    }
  | { readonly integration: "function"; readonly functionArn: string };

const SERVICE_INTEGRATION = /^arn:[^:]+:states:::([a-z-]+):(.+)$/;
const FUNCTION_ARN = /^arn:[^:]+:lambda:[^:]+:\d{12}:function:[^:]+(:[^:]+)?$/;

const serviceIntegration = (service: string, action: string): TaskResource | undefined => {
  switch (`${service}:${action}`) {
    case "lambda:invoke":
    case "lambda:invoke.waitForTaskToken":
      return {
        integration: "lambda",
        waitsForToken: action.endsWith(".waitForTaskToken"),
        resourceType: "lambda",
        resource: action,
      };
    case "states:startExecution":
    case "states:startExecution.sync:2":
      return {
        integration: "child-execution",
        waitsForEnd: action.endsWith(".sync:2"),
        resourceType: "states",
        resource: action,
      };
    default:
      return undefined;
  }
};

/**
 * Reads a Task's `Resource`; undefined when it is an integration that the embedded Step Functions does not run.
 * https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html
 */
export const parseTaskResource = (resource: string): TaskResource | undefined => {
  if (FUNCTION_ARN.test(resource)) return { integration: "function", functionArn: resource };
  const match = SERVICE_INTEGRATION.exec(resource);
  return match?.[1] === undefined || match[2] === undefined
    ? undefined
    : serviceIntegration(match[1], match[2]);
};
