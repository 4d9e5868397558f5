import { randomUUID } from "node:crypto";
import { IAMClient } from "@aws-sdk/client-iam";
import { awsClients, type ClientsFor } from "../../../lambdas/adapters/aws-clients.ts";
import { AccountIdSchema, type AccountId } from "../../../lambdas/core/domain/ids.ts";
import { accountIam } from "../../../local/iam/account-file.ts";
import { seedIam as seedStore, type IamSeed } from "../../../local/iam/seed-iam.ts";
import { iamService } from "../../../local/iam/service.ts";
import { seedIam as seedEndpoint } from "../../../local/seed/iam.ts";
import { clientsAt } from "../../../local/seed/clients.ts";
import { seedLog } from "../../../local/seed/report.ts";
import { openLocalStore } from "../../../local/store.ts";
import { sdkRequestHandler } from "../../../local/wire/sdk-request-handler.ts";
import { createWire, type WireCall } from "../../../local/wire/wire.ts";
import { EagerClock } from "../../support/fakes/eager-clock.ts";

/** The accounts of the contract; nothing else on a shared endpoint is in them. */
export const PAYMENTS = AccountIdSchema.parse("717171717171");
export const LEDGER = AccountIdSchema.parse("727272727272");
export const EMPTY = AccountIdSchema.parse("737373737373");

export const arnOf = (account: AccountId, kindAndName: string): string =>
  `arn:aws:iam::${account}:${kindAndName}`;

const accounts = [
  {
    id: PAYMENTS,
    name: "payments",
    iam: accountIam.parse({
      users: ["export", "backup", "idle", "Zed"],
      groups: [{ name: "exporters", members: ["export", "backup", "Zed"] }, { name: "nobody" }],
      roles: [
        { name: "api", trust: ["ecs-tasks.amazonaws.com"] },
        {
          name: "deploy",
          path: "/ci/",
          description: "Deploys payments",
          trust: [
            arnOf(LEDGER, "role/ci/builder"),
            arnOf(PAYMENTS, "user/export"),
            "ec2.amazonaws.com",
            arnOf(LEDGER, "root"),
          ],
          externalId: "7d1c",
        },
        {
          name: "AWSServiceRoleForECS",
          path: "/aws-service-role/ecs.amazonaws.com/",
          trust: ["ecs.amazonaws.com"],
        },
        {
          name: "AWSReservedSSO_ReadOnly_0123456789abcdef",
          path: "/aws-reserved/sso.amazonaws.com/eu-west-1/",
          trust: ["sso.amazonaws.com"],
        },
      ],
    }),
  },
  {
    id: LEDGER,
    name: "ledger",
    iam: accountIam.parse({
      users: ["export"],
      roles: [{ name: "builder", path: "/ci/", trust: ["codebuild.amazonaws.com"] }],
    }),
  },
  { id: EMPTY, name: "empty", iam: accountIam.parse({}) },
];

/** IAM with the contract's accounts. */
export interface IamWorld {
  /** Lockstep's clients, by account. */
  readonly clientsFor: ClientsFor;
  /** A tester's own client in an account. */
  administratorOf(account: AccountId): Promise<IAMClient>;
}

export interface IamEnvironment {
  readonly name: string;
  open(): Promise<IamWorld>;
  readonly differences: Readonly<Record<string, string>>;
}

/** IAM in this process. `onCall` sees each call of Lockstep's before it is answered, and may throw instead. */
export const embeddedIam = ({
  onCall = () => undefined,
  seeded = accounts,
}: {
  readonly onCall?: (call: WireCall) => void;
  readonly seeded?: IamSeed["accounts"];
} = {}): IamWorld => {
  const store = openLocalStore();
  const clock = new EagerClock();
  const newId = () => randomUUID();
  seedStore({ accounts: seeded }, { store, clock });
  const clientsWith = (check: (call: WireCall) => void): ClientsFor => {
    const handle = createWire({
      services: [iamService({ store, clock, newId })],
      principalOf: (accessKeyId) => {
        const accountId = accessKeyId.slice(-12);
        return { kind: "administrator", arn: `arn:aws:iam::${accountId}:user/lockstep`, accountId };
      },
      authorize: (call) => {
        check(call);
        return Promise.resolve();
      },
      onCall: () => undefined,
      invokeFunction: () => Promise.reject(new Error("IAM invokes no function")),
      newId,
    });
    return (account, purpose) =>
      awsClients({
        overrides: {
          region: "eu-west-1",
          credentials: { accessKeyId: `AKIA${account}`, secretAccessKey: "test" },
          requestHandler: sdkRequestHandler(handle),
        },
      })("home", purpose);
  };
  const administrators = clientsWith(() => undefined);
  return {
    clientsFor: clientsWith(onCall),
    administratorOf: (account) => Promise.resolve(administrators(account, "sync").client(IAMClient)),
  };
};

const embedded: IamEnvironment = {
  name: "the embedded IAM",
  differences: {},
  open: () => Promise.resolve(embeddedIam()),
};

let filled: Promise<void> | undefined;

const moto = (endpoint: string): IamEnvironment => ({
  name: "moto",
  differences: {
    "takes a role that was made anew for another one":
      "moto keeps the ARNs of a trust policy, and no unique ids",
  },
  open: async () => {
    const { iamIn } = clientsAt(endpoint, "us-east-1");
    const log = seedLog();
    for (const { id, name } of accounts) log.seeded("account", name, id, false);
    // Suites share the endpoint, and each test looks at its own names.
    filled ??= seedEndpoint({
      iamIn,
      log,
      file: { accounts: accounts.map((one) => ({ ...one, ou: "/", tags: {}, state: "ACTIVE" })) },
    });
    await filled;
    const credentials = new Map<string, { accessKeyId: string; secretAccessKey: string }>();
    for (const { id } of accounts) credentials.set(id, await (await iamIn(id)).config.credentials());
    return {
      clientsFor: (account, purpose) => {
        const issued = credentials.get(account);
        if (issued === undefined) throw new Error(`The contract has no account ${account}`);
        const overrides = { endpoint, region: "us-east-1", credentials: issued };
        return awsClients({ overrides })("home", purpose);
      },
      administratorOf: iamIn,
    };
  },
});

const motoEndpoint = process.env["MOTO_ENDPOINT"];

/** Everything that the contract of IAM is run on; moto too where the environment names one. */
export const iamEnvironments: readonly IamEnvironment[] = [
  embedded,
  ...(motoEndpoint === undefined ? [] : [moto(motoEndpoint)]),
];
