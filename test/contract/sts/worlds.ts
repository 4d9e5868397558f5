import { CreateRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { STSClient } from "@aws-sdk/client-sts";
import { stsService } from "../../../local/iam-sts/sts.ts";
import { iamRoles } from "../../../local/iam/roles.ts";
import { openLocalStore } from "../../../local/store.ts";
import type { JsonObject } from "../../../local/wire/json.ts";
import { createPrincipals } from "../../../local/wire/principals.ts";
import { sdkRequestHandler } from "../../../local/wire/sdk-request-handler.ts";
import { createWire } from "../../../local/wire/wire.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";

/** An STS, called by an administrator of its own account. */
export interface World {
  readonly sts: STSClient;
  /** The caller's account. */
  readonly accountId: string;
  /** Now, by the world's clock. */
  readonly now: () => Date;
  /** Makes a role that lets the whole account in, and tells its ARN. */
  readonly createRole: (name: string) => Promise<string>;
  /** Makes a role in another account; absent where there is one account only. */
  readonly createRoleElsewhere?: (accountId: string, name: string, trustPolicy: JsonObject) => string;
}

export interface WorldDefinition {
  readonly name: "simulator" | "moto";
  readonly open: () => World;
}

const HOME = "111111111111";

/** Lets in whom `principal` names. */
export const trustPolicy = (principal: string, condition?: JsonObject): JsonObject => ({
  Version: "2012-10-17",
  Statement: [
    {
      Effect: "Allow",
      Principal: { AWS: principal },
      Action: "sts:AssumeRole",
      ...(condition !== undefined && { Condition: condition }),
    },
  ],
});

const simulator: WorldDefinition = {
  name: "simulator",
  open: () => {
    const clock = new VirtualClock();
    const store = openLocalStore();
    const newId = () => crypto.randomUUID();
    const roles = iamRoles(store);
    const create = (accountId: string, name: string, trust: JsonObject) => {
      const arn = `arn:aws:iam::${accountId}:role/${name}`;
      roles.put(accountId, {
        arn,
        id: "AROAEXAMPLEEXAMPLEXXX",
        name,
        path: "/",
        trustPolicy: trust,
        createdAt: clock.now().toISOString(),
        maxSessionSeconds: 3_600,
      });
      return arn;
    };
    const wire = createWire({
      services: [stsService({ store, clock, newId, homeAccountId: HOME })],
      principalOf: createPrincipals({ accountId: HOME, newId }).principalOf,
      authorize: () => Promise.resolve(),
      onCall: () => undefined,
      invokeFunction: () => Promise.reject(new Error("There are no functions here")),
      newId,
    });
    return {
      sts: new STSClient({
        region: "eu-west-1",
        maxAttempts: 1,
        credentials: { accessKeyId: "AKIATEST", secretAccessKey: "secret" },
        requestHandler: sdkRequestHandler(wire),
      }),
      accountId: HOME,
      now: () => clock.now(),
      createRole: (name) => Promise.resolve(create(HOME, name, trustPolicy(`arn:aws:iam::${HOME}:root`))),
      createRoleElsewhere: create,
    };
  },
};

/** The account that moto answers for. */
const MOTO_ACCOUNT = "123456789012";

const moto = (endpoint: string): WorldDefinition => ({
  name: "moto",
  open: () => {
    const settings = {
      endpoint,
      region: "eu-west-1",
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
    };
    const iam = new IAMClient(settings);
    return {
      sts: new STSClient({ ...settings, maxAttempts: 1 }),
      accountId: MOTO_ACCOUNT,
      now: () => new Date(),
      createRole: async (name) => {
        const { Role: role } = await iam.send(
          new CreateRoleCommand({
            RoleName: `${name}-${crypto.randomUUID().slice(0, 8)}`,
            AssumeRolePolicyDocument: JSON.stringify(trustPolicy(`arn:aws:iam::${MOTO_ACCOUNT}:root`)),
          }),
        );
        if (role?.Arn === undefined) throw new Error("moto made no role");
        return role.Arn;
      },
    };
  },
});

/** The simulator, and a moto server when MOTO_ENDPOINT names one. */
export const worlds = (): readonly WorldDefinition[] => {
  const endpoint = process.env["MOTO_ENDPOINT"];
  return endpoint === undefined ? [simulator] : [simulator, moto(endpoint)];
};

/** The simulator alone: moto hands out any role to anybody, whatever its trust policy says. */
export const simulated = simulator.open;
