import { randomUUID } from "node:crypto";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  PutObjectCommand,
  PutObjectLockConfigurationCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { awsClients, type ClientsFor } from "../../../lambdas/adapters/aws-clients.ts";
import { auditTrail, configurationTrail } from "../../../lambdas/adapters/dynamodb/audit-trail.ts";
import { chainHeads } from "../../../lambdas/adapters/dynamodb/chain-heads.ts";
import { auditRoots } from "../../../lambdas/adapters/s3/audit-roots.ts";
import type { Day } from "../../../lambdas/core/domain/day.ts";
import type { AuditRoots, ChainHeads } from "../../../lambdas/core/ports/audit-roots.ts";
import type { AuditTrail, ConfigurationTrail } from "../../../lambdas/core/ports/stores.ts";
import { createS3 } from "../../../local/s3/service.ts";
import { openLocalStore } from "../../../local/store.ts";
import { sdkRequestHandler } from "../../../local/wire/sdk-request-handler.ts";
import { createWire } from "../../../local/wire/wire.ts";
import { FakeAuditRoots, FakeChainHeads } from "../../support/fakes/audit-roots.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";
import { startDynalite } from "../stores/dynalite-server.ts";
import { clientsAt } from "../stores/environments.ts";
import { createTables, deleteTables } from "../stores/tables.ts";

/** Something that a contract runs on. */
export interface Opened<World> {
  readonly world: World;
  close(): Promise<void>;
}

export interface AuditEnvironment<World> {
  readonly name: string;
  /** Tests that differ here, and why. */
  readonly differences: Readonly<Record<string, string>>;
  /** A fresh, empty one. */
  open(): Promise<Opened<World>>;
}

/** A trail that records at the clock's time, and the heads that it leaves. */
export interface HeadsWorld {
  readonly clock: VirtualClock;
  readonly trail: Pick<AuditTrail, "append">;
  readonly configuration: Pick<ConfigurationTrail, "append">;
  readonly heads: ChainHeads;
}

/** Roots, and what somebody with too many permissions could do to them. */
export interface RootsWorld {
  readonly roots: AuditRoots;
  overwrite(day: Day, text: string): Promise<unknown>;
  hide(day: Day): Promise<unknown>;
  /** Deletes the day's root for good; rejects while it is locked. */
  destroy(day: Day): Promise<unknown>;
}

const motoEndpoint = process.env["MOTO_ENDPOINT"];
const nothing = () => Promise.resolve();

const headsAt = async (endpoint: string, close: () => Promise<void>): Promise<Opened<HeadsWorld>> => {
  const clientsFor = clientsAt(endpoint);
  const client = clientsFor("home", "state").client(DynamoDBClient);
  const tables = await createTables(client, `contract-${randomUUID()}`);
  const clock = new VirtualClock();
  const deps = { clientsFor, tableName: tables.audit };
  return {
    world: {
      clock,
      trail: auditTrail({ ...deps, clock }),
      configuration: configurationTrail({ ...deps, clock }),
      heads: chainHeads(deps),
    },
    close: async () => {
      await deleteTables(client, tables);
      await close();
    },
  };
};

/** Everything that the contract of the chains' heads is run on. */
export const headsEnvironments: readonly AuditEnvironment<HeadsWorld>[] = [
  {
    name: "a fake",
    differences: {},
    open: () => {
      const clock = new VirtualClock();
      const heads = new FakeChainHeads(clock);
      return Promise.resolve({ world: { clock, trail: heads, configuration: heads, heads }, close: nothing });
    },
  },
  {
    name: "DynamoDB (dynalite)",
    differences: {},
    open: async () => {
      const server = await startDynalite();
      return headsAt(server.endpoint, () => server.close());
    },
  },
  ...(motoEndpoint === undefined
    ? []
    : [{ name: "DynamoDB (moto)", differences: {}, open: () => headsAt(motoEndpoint, nothing) }]),
];

const rootsIn = (clientsFor: ClientsFor, bucketName: string): RootsWorld => {
  const s3 = clientsFor("home", "state").client(S3Client);
  const roots = auditRoots({ clientsFor, bucketName });
  const at = (day: Day) => ({ Bucket: bucketName, Key: `roots/${day}.json` });
  return {
    roots,
    overwrite: (day, text) => s3.send(new PutObjectCommand({ ...at(day), Body: text })),
    hide: (day) => s3.send(new DeleteObjectCommand(at(day))),
    destroy: async (day) => {
      const reference = (await roots.list()).find((root) => root.day === day);
      return s3.send(new DeleteObjectCommand({ ...at(day), VersionId: reference?.version }));
    },
  };
};

const ACCOUNT = "111111111111";

const embedded = (): Opened<RootsWorld> => {
  const name = "roots";
  const s3 = createS3({
    buckets: [
      {
        name,
        arn: `arn:aws:s3:::${name}`,
        objectLock: true,
        defaultRetention: { mode: "GOVERNANCE", days: 1 },
      },
    ],
    store: openLocalStore(),
    clock: new VirtualClock(),
    newId: randomUUID,
  });
  const handle = createWire({
    services: [s3],
    principalOf: () => ({ kind: "administrator", arn: `arn:aws:iam::${ACCOUNT}:user/a`, accountId: ACCOUNT }),
    authorize: nothing,
    onCall: () => undefined,
    invokeFunction: () => Promise.resolve(undefined),
    newId: randomUUID,
  });
  const clientsFor = awsClients({
    overrides: {
      region: "eu-west-1",
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
      requestHandler: sdkRequestHandler(handle),
    },
  });
  return { world: rootsIn(clientsFor, name), close: nothing };
};

const onMoto = async (endpoint: string): Promise<Opened<RootsWorld>> => {
  const clientsFor = awsClients({
    overrides: {
      endpoint,
      region: "eu-west-1",
      // moto's host has no names below it that every resolver knows.
      forcePathStyle: true,
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
    },
  });
  const s3 = clientsFor("home", "state").client(S3Client);
  const Bucket = `roots-${randomUUID()}`;
  await s3.send(
    new CreateBucketCommand({
      Bucket,
      ObjectLockEnabledForBucket: true,
      CreateBucketConfiguration: { LocationConstraint: "eu-west-1" },
    }),
  );
  await s3.send(
    new PutObjectLockConfigurationCommand({
      Bucket,
      ObjectLockConfiguration: {
        ObjectLockEnabled: "Enabled",
        Rule: { DefaultRetention: { Mode: "GOVERNANCE", Days: 1 } },
      },
    }),
  );
  return { world: rootsIn(clientsFor, Bucket), close: nothing };
};

/** Everything that the contract of the roots is run on. */
export const rootsEnvironments: readonly AuditEnvironment<RootsWorld>[] = [
  {
    name: "a fake",
    differences: { "does not delete a locked root": "it has no deletions" },
    open: () => {
      const roots = new FakeAuditRoots();
      const world: RootsWorld = {
        roots,
        overwrite: (day, text) => roots.overwrite(day, text),
        hide: (day) => roots.hide(day),
        destroy: nothing,
      };
      return Promise.resolve({ world, close: nothing });
    },
  },
  { name: "the embedded S3", differences: {}, open: () => Promise.resolve(embedded()) },
  ...(motoEndpoint === undefined
    ? []
    : [{ name: "S3 (moto)", differences: {}, open: () => onMoto(motoEndpoint) }]),
];
