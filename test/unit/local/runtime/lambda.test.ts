import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { FunctionAnswer } from "../../../../local/wire/lambda-rest.ts";
import { allow, roleWith } from "./support/assembly.ts";
import { startRuntime } from "./support/runtime.ts";
import type { RuntimeUnderTest } from "./support/runtime.ts";

/** One function that does what its event says. */
const SOURCE = `
let invocations = 0;
export const handler = async (event, context) => {
  invocations += 1;
  console.log("invocation", invocations);
  switch (event.do) {
    case "environment": return { environment: { ...process.env }, invocations };
    case "context": return { ...context, remaining: context.getRemainingTimeInMillis() };
    case "set": process.env.LEFT_BEHIND = "yes"; return null;
    case "throw": { class Conflict extends Error {} const error = new Conflict("no"); error.name = "Conflict"; throw error; }
    case "throw text": throw "just a text";
    case "exit": process.exit(3);
    case "reject": Promise.reject(new Error("nobody catches this")); await new Promise((resolve) => setTimeout(resolve, 5000)); return null;
    case "hang": await new Promise((resolve) => setTimeout(resolve, 60000)); return null;
    case "spin": for (;;) {}
    case "wait": await new Promise((resolve) => setTimeout(resolve, 100)); return invocations;
    case "nothing": return undefined;
    default: return { event };
  }
};`;

const functionNamed = (name: string, asset: string, properties: Readonly<Record<string, unknown>> = {}) => ({
  Type: "AWS::Lambda::Function",
  Properties: {
    FunctionName: name,
    Code: { S3Key: `${asset}.zip` },
    Handler: "index.handler",
    Runtime: "nodejs24.x",
    Role: { "Fn::GetAtt": ["Role", "Arn"] },
    // Long enough for a cold start on a busy machine.
    Timeout: 15,
    MemorySize: 256,
    Environment: { Variables: { TABLE: "things", NODE_OPTIONS: "--enable-source-maps" } },
    ...properties,
  },
});

describe("the embedded Lambda", () => {
  let running: RuntimeUnderTest;

  beforeAll(async () => {
    running = await startRuntime(
      {
        Resources: {
          Role: roleWith("worker", allow(["sns:Publish"], "*")),
          Worker: functionNamed("worker", "worker"),
          Hasty: functionNamed("hasty", "worker", { Timeout: 1 }),
          Unloadable: functionNamed("unloadable", "unloadable"),
          Handlerless: functionNamed("handlerless", "worker", { Handler: "index.missing" }),
        },
      },
      { functions: { worker: SOURCE, unloadable: "throw new Error('cannot start')" } },
    );
  });

  afterAll(async () => {
    await running.stop();
  });

  const administrator = { kind: "administrator", arn: "a", accountId: "111111111111" } as const;
  const invoke = (event: string, name = "worker"): Promise<FunctionAnswer> =>
    running.runtime.invokeFunction(name, { do: event }, { principal: administrator });

  it("gives a function its template's environment and Lambda's, and nothing of this process", async () => {
    process.env["OF_THIS_PROCESS"] = "secret";
    const answer = await invoke("environment");
    const { environment } = (answer as { payload: { environment: Record<string, string> } }).payload;
    expect(environment).toMatchObject({
      TABLE: "things",
      AWS_REGION: "eu-west-1",
      AWS_LAMBDA_FUNCTION_NAME: "worker",
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "256",
      AWS_ENDPOINT_URL: running.url,
    });
    expect(environment["AWS_ACCESS_KEY_ID"]).toMatch(/^ASIA/);
    expect(environment).not.toHaveProperty("OF_THIS_PROCESS");
    expect(environment).not.toHaveProperty("PATH");
  });

  it("keeps one function's environment from this process and from others", async () => {
    await invoke("set");
    expect(process.env["LEFT_BEHIND"]).toBeUndefined();
  });

  it("tells a function who it is and how long it has", async () => {
    expect(await invoke("context")).toMatchObject({
      payload: {
        functionName: "worker",
        invokedFunctionArn: "arn:aws:lambda:eu-west-1:111111111111:function:worker",
        memoryLimitInMB: "256",
        awsRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      },
    });
  });

  it("reuses a warm sandbox, and takes another one for each concurrent invocation", async () => {
    const counts = await Promise.all([invoke("wait"), invoke("wait"), invoke("wait")]);
    const used = counts.map((answer) => ("payload" in answer ? Number(answer.payload) : 0));
    const again = await invoke("wait");
    expect(used.filter((count) => count === 1)).not.toHaveLength(0);
    expect("payload" in again && Number(again.payload)).toBeGreaterThan(1);
  });

  it("answers null for a handler that returns nothing", async () => {
    expect(await invoke("nothing")).toEqual({ payload: null });
  });

  it("passes a function's error on by its name, message and trace", async () => {
    expect(await invoke("throw")).toMatchObject({
      functionError: {
        errorType: "Conflict",
        errorMessage: "no",
        trace: expect.arrayContaining(["Conflict: no"]) as string[],
      },
    });
    expect(await invoke("throw text")).toMatchObject({
      functionError: { errorType: "string", errorMessage: "just a text" },
    });
  });

  it.each(["hang", "spin"])("ends a function that would %s for ever at its timeout", async (event) => {
    expect(await invoke(event, "hasty")).toMatchObject({
      functionError: {
        errorType: "Sandbox.Timedout",
        errorMessage: expect.stringMatching(
          /^RequestId: .* Error: Task timed out after 1\.00 seconds$/,
        ) as string,
      },
    });
    expect(await invoke("nothing", "hasty")).toEqual({ payload: null });
  });

  it.each(["exit", "reject"])("survives a function that ends its process: %s", async (event) => {
    expect(await invoke(event)).toMatchObject({ functionError: { errorType: "Runtime.ExitError" } });
    expect(await invoke("nothing")).toEqual({ payload: null });
  });

  it("says why a function cannot be loaded", async () => {
    expect(await invoke("nothing", "unloadable")).toMatchObject({
      functionError: { errorType: "Runtime.ImportModuleError", errorMessage: "cannot start" },
    });
    expect(await invoke("nothing", "handlerless")).toMatchObject({
      functionError: { errorMessage: "index.missing is undefined or not exported" },
    });
  });

  it("refuses a function that is not there", async () => {
    await expect(invoke("nothing", "nobody")).rejects.toMatchObject({ name: "ResourceNotFoundException" });
  });

  it("lets only those invoke that may", async () => {
    const stranger = {
      kind: "role",
      arn: "arn:aws:sts::111111111111:assumed-role/worker/worker",
      roleArn: "arn:aws:iam::111111111111:role/worker",
      accountId: "111111111111",
      name: "worker",
    } as const;
    await expect(running.runtime.invokeFunction("worker", {}, { principal: stranger })).rejects.toMatchObject(
      {
        name: "AccessDeniedException",
        message:
          "User: arn:aws:sts::111111111111:assumed-role/worker/worker is not authorized to perform: lambda:InvokeFunction " +
          "on resource: arn:aws:lambda:eu-west-1:111111111111:function:worker " +
          "because no identity-based policy allows the lambda:InvokeFunction action",
      },
    );
  });

  it("keeps what functions log, and logs their errors, apart from this process's output", async () => {
    await invoke("throw");
    expect(running.logs.some((line) => /^worker: invocation \d+$/.test(line))).toBe(true);
    expect(
      running.logs.some((line) => line.includes('worker: ERROR Invoke Error {"errorType":"Conflict"')),
    ).toBe(true);
  });

  it("counts each invocation with its billed time", () => {
    const { worker, hasty } = running.runtime.meter.snapshot().invocations;
    expect(worker?.invocations).toBeGreaterThan(5);
    expect(worker?.memoryMegabytes).toBe(256);
    // Twice until its timeout of a second, and twice for next to nothing.
    expect(hasty?.invocations).toBe(4);
    expect(hasty?.billedMilliseconds).toBeGreaterThanOrEqual(2000);
  });
});
