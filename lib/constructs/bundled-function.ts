import { RemovalPolicy, type CfnResource, type Duration } from "aws-cdk-lib";
import {
  Architecture,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  Tracing,
  type IFunction,
} from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";
import type * as z from "zod/mini";
import { functions } from "../names.ts";
import { writeLog, writeTraces } from "../permissions/observability.ts";
import type { Permission } from "../permissions/permission.ts";
import type { HandlerBundles } from "./handler-bundles.ts";
import { retainedLogGroup } from "./log-group.ts";
import { permittedRole } from "./permitted-role.ts";

export interface BundledFunctionProps<EnvironmentSchema extends z.ZodMiniType> {
  readonly handlers: HandlerBundles;
  readonly description: string;
  /** What the handler's own env.ts demands, no more and no less. */
  readonly environment: z.input<EnvironmentSchema> & Readonly<Record<string, string>>;
  readonly memorySize: number;
  readonly timeout: Duration;
  readonly logRetentionDays: number;
  /** Everything that the function may do, besides writing its own log and traces. */
  readonly permissions: readonly Permission[];
  /**
   * Only where events invoke it: how long one may wait for room, its two retries included. Lambda keeps what it has
   * accepted for 6 hours otherwise, whatever a rule says of its own deliveries
   * (https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html).
   */
  readonly eventsWaitAtMost?: Duration;
  /** Sleeping executions need this function: it and its role stay when the stack is destroyed. */
  readonly outlivesStack?: boolean;
}

/** A function with a role and a log group of its own. Its logical ids and names are pinned: see names.ts. */
export class BundledFunction<EnvironmentSchema extends z.ZodMiniType> extends Construct {
  readonly function: IFunction;

  constructor(scope: Construct, id: keyof typeof functions, props: BundledFunctionProps<EnvironmentSchema>) {
    super(scope, id);
    const { name: functionName, entry } = functions[id];
    const { outlivesStack = false } = props;
    const logGroup = retainedLogGroup(
      this,
      "LogGroup",
      `/aws/lambda/${functionName}`,
      props.logRetentionDays,
    );
    const lambda = new LambdaFunction(this, "Function", {
      functionName,
      description: props.description,
      code: props.handlers.code(entry),
      handler: "index.handler",
      runtime: Runtime.NODEJS_24_X,
      // A fifth cheaper than x86 for the same work.
      architecture: Architecture.ARM_64,
      memorySize: props.memorySize,
      timeout: props.timeout,
      environment: {
        ...props.environment,
        NODE_OPTIONS: "--enable-source-maps",
      },
      role: permittedRole(this, "Role", {
        logicalId: `${id}Role`,
        roleName: functionName,
        service: "lambda.amazonaws.com",
        permissions: [writeLog(logGroup.logGroupArn), writeTraces(), ...props.permissions],
        outlivesStack,
      }),
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      tracing: Tracing.ACTIVE,
    });
    (lambda.node.defaultChild as CfnResource).overrideLogicalId(`${id}Function`);
    if (props.eventsWaitAtMost !== undefined) {
      lambda.configureAsyncInvoke({ maxEventAge: props.eventsWaitAtMost, retryAttempts: 2 });
    }
    if (outlivesStack) lambda.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
    this.function = lambda;
  }
}
