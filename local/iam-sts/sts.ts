import * as z from "zod/mini";
import { operationsAnswering } from "../identity/operation.ts";
import { AwsError, type ServiceDefinition } from "../wire/service.ts";
import { assumeRole, assumeRoleContext, type StsDependencies } from "./assume-role.ts";

const defineOperation = operationsAnswering((message) => new AwsError("ValidationError", message));

/** STS: who a key is, and sessions of roles. */
export const stsService = (deps: StsDependencies): ServiceDefinition => ({
  signingName: "sts",
  protocol: "query",
  xmlNamespace: "https://sts.amazonaws.com/doc/2011-06-15/",
  iamPrefix: "sts",
  operations: {
    GetCallerIdentity: defineOperation(z.object({}), (_input, caller) => ({
      UserId: caller.accessKeyId,
      Account: caller.accountId,
      Arn: caller.principalArn,
    })),
    AssumeRole: assumeRole(deps),
  },
  resourcesOf: (operation, input) => {
    const role = input["RoleArn"];
    return operation === "AssumeRole" && typeof role === "string" ? [role] : ["*"];
  },
  contextOf: (operation, input) => (operation === "AssumeRole" ? assumeRoleContext(input) : {}),
});
