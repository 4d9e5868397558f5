import { readFileSync, readdirSync } from "node:fs";
import { accessRequestOf } from "../../lambdas/adapters/dynamodb/access-request-store.ts";
import { stored } from "../../lambdas/adapters/dynamodb/stored.ts";
import { EntitlementRecordSchema } from "../../lambdas/core/domain/entitlement.ts";
import type { ExecutionInput } from "../../lambdas/core/contracts/workflow.ts";
import type { InvocationAnswer } from "../../local/step-functions/ports.ts";
import type { Json } from "../../local/wire/json.ts";
import type { FunctionName, LockstepUnderTest } from "../support/lockstep-under-test.ts";

/** What earlier versions of Lockstep wrote, sent and answered: test/fixtures/README.md says how it was recorded. */
const FIXTURES = new URL("../fixtures/", import.meta.url);

export type StoredItem = Readonly<Record<string, unknown>> & { readonly pk: string };

/** What there was at one moment: items of the Access table, and the assignments that AWS had, by entitlement key. */
export interface RecordedWorld {
  readonly stored: { readonly requests: readonly StoredItem[]; readonly entitlements: readonly StoredItem[] };
  readonly assignments: readonly string[];
}

/** One call of a Task state, and the world as it was just before. */
export interface RecordedTask extends RecordedWorld {
  readonly state: string;
  readonly function: FunctionName;
  readonly begin: ExecutionInput["begin"];
  readonly at: string;
  readonly payload: Json & { readonly requestId: string };
}

interface RecordedCall {
  readonly execution: string;
  readonly function: FunctionName;
  readonly at: string;
  /** When the answer came, if time passed. */
  readonly answeredAt?: string;
  readonly answer: InvocationAnswer;
}

/** Executions that were asleep at one moment, and all that had happened to them until then. */
export interface RecordedSleep extends RecordedWorld {
  readonly at: string;
  readonly asleep: readonly { readonly name: string; readonly state: string }[];
  readonly executions: readonly {
    readonly name: string;
    readonly startedAt: string;
    readonly input: ExecutionInput;
  }[];
  /** When an execution that waited was woken. */
  readonly wokenAt: Readonly<Record<string, readonly string[]>>;
  readonly calls: readonly RecordedCall[];
}

const read = (path: string): unknown => JSON.parse(readFileSync(new URL(path, FIXTURES), "utf8"));

interface Recordings {
  readonly "task-payloads": RecordedTask;
  readonly "execution-inputs": ExecutionInput;
  readonly "sleeping-executions": RecordedSleep;
  readonly "stored-items": readonly StoredItem[];
}

/** Every recording of that kind, of every version: `[name, recording]`. */
export const recordings = <Kind extends keyof Recordings>(
  kind: Kind,
): readonly (readonly [name: string, recording: Recordings[Kind]])[] =>
  readdirSync(new URL(`${kind}/`, FIXTURES)).flatMap((version) =>
    readdirSync(new URL(`${kind}/${version}/`, FIXTURES)).map(
      (file) => [`${version}/${file}`, read(`${kind}/${version}/${file}`) as Recordings[Kind]] as const,
    ),
  );

/** The state machine of that version. */
export const machineOf = (version: string): string =>
  readFileSync(new URL(`machines/access-request.${version}.asl.json`, FIXTURES), "utf8");

/** Puts the world into today's stores and AWS: read by today's adapters, as a deployment leaves it. */
export const restore = async (
  { requests, entitlements, provider }: LockstepUnderTest,
  world: RecordedWorld,
): Promise<void> => {
  for (const item of world.stored.requests) await requests.create(accessRequestOf(item));
  for (const item of world.stored.entitlements) {
    const record = stored(EntitlementRecordSchema, item);
    // The store takes one version after the other.
    for (let version = 1; version <= record.version; version += 1)
      await entitlements.put({ ...record, version });
  }
  for (const key of world.assignments) provider.present.add(key);
};
