import { setImmediate as nextTurn } from "node:timers/promises";
import { SHARES } from "../../lambdas/adapters/admission.ts";
import { connectToIdentity } from "../../lambdas/adapters/sync/identity-connection.ts";
import { yieldingAdmission } from "../../lambdas/adapters/yielding-admission.ts";
import {
  LookIntoAccountsInputSchema,
  LookIntoAccountsOutputSchema,
  SyncInputSchema,
  SyncOutputSchema,
} from "../../lambdas/core/contracts/sync-workflow.ts";
import { HOME_INTEGRATION, type OrganizationIntegration } from "../../lambdas/core/domain/integration.ts";
import type { Fact, FactKind, FactOf } from "../../lambdas/core/domain/inventory/facts.ts";
import { timestamp } from "../../lambdas/core/domain/ids.ts";
import type { Sync, SyncScope } from "../../lambdas/core/domain/sync.ts";
import type { InventoryWriter } from "../../lambdas/core/ports/inventory.ts";
import type { Admission } from "../../lambdas/core/ports/provider.ts";
import type {
  AccountsConnection,
  EntitlementWatch,
  IdentitySources,
  SyncStore,
} from "../../lambdas/core/ports/sync.ts";
import { beginSync } from "../../lambdas/core/use-cases/integrations/begin-sync.ts";
import { beginDueSyncs } from "../../lambdas/core/use-cases/sync/begin-due-syncs.ts";
import { lookIntoSlice } from "../../lambdas/core/use-cases/sync/look-into-slice.ts";
import { runSync } from "../../lambdas/core/use-cases/sync/run-sync.ts";
import type { IdentityLimits } from "../../local/identity/identity-services.ts";
import type { OrganizationFile } from "../../local/organization-file.ts";
import type { Json } from "../../local/wire/json.ts";
import { EagerClock } from "../support/fakes/eager-clock.ts";
import { FakeIntegrationStore } from "../support/fakes/integration-store.ts";
import { FakeInventory } from "../support/fakes/inventory.ts";
import { FakePaceItem } from "../support/fakes/pace-item.ts";
import { FakeSyncStore } from "../support/fakes/sync-store.ts";
import { aFinishedSync } from "../support/integrations.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import { FakeAccounts } from "./accounts-under-test.ts";
import { awsUnderTest, inOrder } from "./aws-under-test.ts";
import { small } from "./organizations.ts";
import { Sandbox, type Step } from "./process.ts";
import { createSyncMachine } from "./sync-machine.ts";

export interface Options {
  readonly organization: OrganizationFile;
  readonly integration?: Partial<OrganizationIntegration>;
  readonly limits?: Partial<IdentityLimits>;
  /** Whether Lockstep is in the management account: only there AWS tells assignments by principal. */
  readonly mayAskByPrincipal?: boolean;
  /** What Lockstep's own records say; it never had to do with anything unless a test says otherwise. */
  readonly entitlements?: EntitlementWatch;
  readonly clock?: VirtualClock;
  /** What the pass before is said to have counted: it decides how assignments are read. */
  readonly countsBefore?: Readonly<Record<string, number>>;
}

/** More wake-ups than any pass of these tests takes. */
const WAKE_UPS = 2_000_000;

const HOUR = 3_600_000;

/** An invocation of one of the machine's functions. */
interface Invocation {
  readonly function: string;
  readonly begunAt: number;
  endedAt?: number;
  /** What it threw. */
  error?: Error;
}

let warm: Promise<unknown> | undefined;

/** The SDK's first calls load parts of it, in which nobody sleeps on the clock: time would run away. */
const warmUp = (): Promise<unknown> =>
  awsUnderTest({ clock: new EagerClock(), organization: small() }).everything();

/**
 * Syncs on a virtual clock: the real machine, use cases and adapters of identities, over the embedded AWS under its published
 * limits, and fakes that hold state.
 */
export const syncUnderTest = async (options: Options) => {
  await (warm ??= warmUp());
  const { mayAskByPrincipal = true, clock = new VirtualClock() } = options;
  const aws = awsUnderTest({ clock, organization: options.organization, limits: options.limits ?? {} });
  const { managementAccountId, instanceArn, identityStoreId } = aws;
  const inventory = new FakeInventory();
  const syncs = new FakeSyncStore();
  const integrations = new FakeIntegrationStore();
  const accounts = new FakeAccounts(clock);
  const pace = new FakePaceItem();
  const deployment = {
    homeAccount: mayAskByPrincipal ? managementAccountId : "999999999999",
    managementAccount: managementAccountId,
  };
  const identityCenter = {
    region: "eu-west-1",
    instanceArn,
    identityStoreId,
    accessPortalUrl: "https://portal.example",
  };
  const integration: OrganizationIntegration = {
    name: HOME_INTEGRATION,
    version: 1,
    kind: "aws-organization",
    managementAccountId: aws.ids.account(managementAccountId),
    region: "eu-west-1",
    identityCenterRegion: "eu-west-1",
    accessPortalUrl: identityCenter.accessPortalUrl,
    memberAccounts: false,
    exclude: { organizationalUnits: [], accounts: [] },
    externalId: "",
    resourceTypes: ["s3-bucket"],
    updatedAt: timestamp(new Date(0)),
    ...options.integration,
  };
  await integrations.put(integration);

  /** What a test changes while passes run. */
  const world = {
    /** Whether somebody removes. */
    removalsTaken: (): boolean => false,
    entitlements: options.entitlements ?? neverOurs,
    /** Whether the sandbox that did this step is killed before it sees the answer. */
    isKilledAfter: (_step: Step): boolean => false,
    /** What is between a pass and its sources. */
    around: (sources: IdentitySources): IdentitySources => sources,
  };
  const steps: Step[] = [];
  const invocations: Invocation[] = [];

  /** What a process of its own waits for before each call of sso-admin. */
  const admission = (ahead: number): Admission =>
    yieldingAdmission({
      pace,
      usual: SHARES.sync,
      meanwhile: SHARES.syncBesideRemovals,
      mustYield: () => Promise.resolve(world.removalsTaken()),
      clock,
      ahead,
    });

  const outsideOf =
    (sandbox: Sandbox, kind: Step["kind"]) =>
    <T>(name: string, does: () => Promise<T>): Promise<T> => {
      const step = { kind, name };
      return sandbox.outside(
        () => {
          steps.push(step);
          return does();
        },
        () => world.isKilledAfter(step),
      );
    };

  /** Everything anew for each invocation: none finds a warm sandbox. */
  const functionsIn = (sandbox: Sandbox) => {
    const write = outsideOf(sandbox, "write");
    const call = outsideOf(sandbox, "call");
    const facts = Object.assign(Object.create(inventory) as FakeInventory, {
      record: (...observed: Parameters<InventoryWriter["record"]>) =>
        write("record", () => inventory.record(...observed)),
      forget: (...gone: Parameters<InventoryWriter["forget"]>) =>
        write("forget", () => inventory.forget(...gone)),
    });
    const passes: SyncStore = {
      get: (id) => syncs.get(id),
      put: (next) => write("put", () => syncs.put(next)),
      list: async (of, page) => {
        const { items, more } = await syncs.list(of, page);
        if (options.countsBefore === undefined) return { items, more };
        const earlier = aFinishedSync({ begunAt: new Date(0), ...of });
        return {
          items: [...items, earlier].map((sync) => ({ ...sync, counts: { ...options.countsBefore } })),
          more,
        };
      },
      putAccount: (id, account) => write("putAccount", () => syncs.putAccount(id, account)),
      accounts: (id, range) => syncs.accounts(id, range),
    };
    const connect = connectToIdentity({
      clock,
      random: () => 0.5,
      admission: admission(SHARES.sync.perSecond),
      homeAccount: deployment.homeAccount,
      identityCenter,
      clientsThrough: () => aws.clientsFor(call),
    });
    const connectToAccounts = (): AccountsConnection => accounts.connection(call);
    return {
      sync: async (payload: unknown) => {
        const run = runSync({
          integrations,
          syncs: passes,
          inventory: facts,
          entitlements: world.entitlements,
          connectTo: (of, onBehalfOf) => {
            const connection = connect(of, onBehalfOf);
            return { ...connection, sources: world.around(connection.sources) };
          },
          deployment,
          clock,
        });
        return SyncOutputSchema.parse(await run(SyncInputSchema.parse(payload)));
      },
      "sync-accounts": async (payload: unknown) => {
        const look = lookIntoSlice({
          integrations,
          syncs: passes,
          inventory: facts,
          connectTo: connectToAccounts,
          clock,
        });
        return LookIntoAccountsOutputSchema.parse(await look(LookIntoAccountsInputSchema.parse(payload)));
      },
    };
  };

  const machine = createSyncMachine({
    clock,
    invokeFunction: async (arn, payload) => {
      const name = arn.slice(arn.lastIndexOf(":") + 1) as "sync" | "sync-accounts";
      const invocation: Invocation = { function: name, begunAt: clock.now().getTime() };
      invocations.push(invocation);
      const sandbox = new Sandbox();
      try {
        return { payload: await sandbox.run<Json>(() => functionsIn(sandbox)[name](payload)) };
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        invocation.error = error;
        return { functionError: { errorType: error.name, errorMessage: error.message } };
      } finally {
        invocation.endedAt = clock.now().getTime();
      }
    },
  });
  const { starter } = machine;

  /** As much time as the work takes, and whatever it set going. */
  const inTime = async <T>(work: Promise<T>): Promise<T> => {
    const wait = { isOver: false };
    void Promise.allSettled([work]).then(() => {
      wait.isOver = true;
    });
    while (!wait.isOver || (await machine.statuses()).includes("RUNNING")) {
      await clock.runUntilIdle(WAKE_UPS);
      await nextTurn();
    }
    return work;
  };
  const begin = (scope: SyncScope) =>
    beginSync({ syncs, starter, clock })({ integration, scope, reason: "schedule" });
  const newest = async (scope: SyncScope): Promise<Sync> => {
    const { items } = await syncs.list({ integration: integration.name, scope }, { limit: 1 });
    const [sync] = items;
    if (sync === undefined) throw new Error("There is no pass yet");
    return sync;
  };

  return {
    clock,
    aws,
    inventory,
    syncs,
    integrations,
    integration,
    accounts,
    /** The admission of another process that reads. */
    anotherProcess: (): Admission => admission(1),
    world,
    steps,
    invocations,
    machine,
    begin,
    newest,
    inTime,
    /** Begins a pass, or takes up the one that failed, and lets it run to its end. */
    pass: async (scope: SyncScope = "identity"): Promise<Sync> => {
      await inTime(begin(scope));
      return newest(scope);
    },
    /** What the schedule does, an hour later. */
    nextHour: async (scope: SyncScope = "identity"): Promise<Sync> => {
      await clock.advanceBy(HOUR);
      await inTime(beginDueSyncs({ integrations, syncs, starter, clock, deployment })());
      return newest(scope);
    },
    /** What the inventory holds of a kind. */
    facts: <Kind extends FactKind>(kind: Kind): readonly FactOf<Kind>[] =>
      inventory.all.map(({ fact }) => fact).filter((fact): fact is FactOf<Kind> & Fact => fact.kind === kind),
    /** All of it, in the order of `aws.everything`. */
    everything: (): readonly Fact[] => inOrder(inventory.all.map(({ fact }) => fact)),
    /** How often each operation of AWS was called. */
    callsOf: (operation: string): number => aws.calls.filter((call) => call.operation === operation).length,
  };
};

export type SyncUnderTest = Awaited<ReturnType<typeof syncUnderTest>>;

/** Lockstep never had to do with any assignment. */
const neverOurs: EntitlementWatch = { of: () => Promise.resolve({ version: 0, heldBy: [] }) };
