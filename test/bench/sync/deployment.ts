import { readFileSync } from "node:fs";
import { integrationStore } from "../../../lambdas/adapters/dynamodb/integration-store.ts";
import { syncStore } from "../../../lambdas/adapters/dynamodb/sync-store.ts";
import { syncStarter } from "../../../lambdas/adapters/step-functions/sync-starter.ts";
import { HOME_INTEGRATION, SETTINGS_WRITTEN_AT } from "../../../lambdas/core/domain/integration.ts";
import type { Sync, SyncScope } from "../../../lambdas/core/domain/sync.ts";
import { homeIntegration } from "../../../lambdas/core/use-cases/integrations/all-integrations.ts";
import { beginSync } from "../../../lambdas/core/use-cases/integrations/begin-sync.ts";
import type { OrganizationFile } from "../../../local/organization-file.ts";
import { createStepFunctions } from "../../../local/step-functions/step-functions.ts";
import { MemoryStore } from "../../simulation/aws/memory-store.ts";
import { tableNamesInMemory } from "../../simulation/aws/tables.ts";
import { VirtualTime } from "../../simulation/virtual-time.ts";
import { savedEntry } from "../../support/configuration.ts";
import { clientsAnsweredBy } from "./clients.ts";
import { HostedFunction } from "./hosted-function.ts";
import type { FunctionName } from "./messages.ts";
import { untilQuiet } from "./quiet.ts";
import { EXTERNAL_ID, SimulatedAws } from "./simulated-aws.ts";

/** On the hour: which permission sets and tags a pass reads whole depends on the hour. */
const BEGINNING = Date.UTC(2026, 0, 5, 8);

const DEFINITION = new URL("../../../statemachines/sync.asl.json", import.meta.url);

/** An execution that has come to its end. */
export interface EndedExecution {
  readonly status: string;
  readonly cause?: string;
  /** How many events its history has. */
  readonly events: number;
}

export interface DeploymentOptions {
  readonly organization: OrganizationFile;
  /** Lockstep is in the management account; else in another one, as its delegated administrator. */
  readonly inManagementAccount: boolean;
  readonly limits: boolean;
  readonly seed: number;
}

/** Lockstep's sync, deployed on a simulated AWS: the machine, the functions in their threads, and the tables. */
export class Deployment {
  readonly time: VirtualTime;
  readonly aws: SimulatedAws;
  /** Reads everything. */
  readonly reader: HostedFunction;
  /** Looks into accounts, twenty slices at once. */
  readonly visitor: HostedFunction;
  /** Looks at what events tell of. */
  readonly watcher: HostedFunction;
  /** The newest record of a pass. */
  sync: Sync | undefined;
  readonly executions: EndedExecution[] = [];
  /** Events of the longest history of all executions, those of slices among them. */
  longestHistory = 0;
  private readonly begin: ReturnType<typeof beginSync>;
  private happened = 0;

  constructor({ organization, inManagementAccount, limits, seed }: DeploymentOptions) {
    this.time = new VirtualTime(BEGINNING, () => this.untilQuiet());
    const homeAccount = homeAccountOf(organization, inManagementAccount);
    this.aws = new SimulatedAws({ time: this.time, organization, homeAccount, limits });
    const { region, instanceArn, identityStoreId, accessPortalUrl, managementAccountId } = this.aws.identity;
    const hosted = (name: FunctionName) =>
      new HostedFunction({
        time: this.time,
        answer: (call) => {
          this.happened += 1;
          return this.aws.answer(call);
        },
        settings: {
          function: name,
          environment: {
            ACCESS_TABLE: tableNamesInMemory.access,
            CONFIG_TABLE: tableNamesInMemory.config,
            INVENTORY_TABLE: tableNamesInMemory.inventory,
            HOME_ACCOUNT: homeAccount,
            MANAGEMENT_ACCOUNT: managementAccountId,
            IDENTITY_CENTER: { region, instanceArn, identityStoreId, accessPortalUrl },
          },
          region,
          seed,
          now: BEGINNING,
        },
      });
    this.reader = hosted("sync");
    this.visitor = hosted("sync-accounts");
    this.watcher = hosted("inventory-events");
    const stateMachineArn = `arn:aws:states:${region}:${homeAccount}:stateMachine:lockstep-sync`;
    this.deployMachine({ region, homeAccount, stateMachineArn });
    const clientsFor = clientsAnsweredBy(this.aws.answerAtOnce, region)();
    this.begin = beginSync({
      syncs: syncStore({ clientsFor, tableName: tableNamesInMemory.inventory }),
      starter: syncStarter({ clientsFor, stateMachineArn }),
      clock: this.time,
    });
    this.watchSync();
  }

  /** From now on the accounts themselves are looked into, too. */
  async lookIntoAccounts(): Promise<void> {
    const { identity } = this.aws;
    const { region, accessPortalUrl, managementAccountId } = identity;
    const home = homeIntegration({
      identityCenter: { region, accessPortalUrl },
      managementAccount: managementAccountId,
    });
    const clientsFor = clientsAnsweredBy(this.aws.answerAtOnce, region)();
    const integration = { ...home, externalId: EXTERNAL_ID, memberAccounts: true };
    await integrationStore({ clientsFor, tableName: tableNamesInMemory.config }).put(
      integration,
      savedEntry("integration", { version: 0 }, integration),
    );
  }

  /** Runs one pass to its end; `onTime` is told that time went on. */
  async pass(scope: SyncScope, onTime: () => void): Promise<EndedExecution> {
    const before = this.executions.length;
    const integration = { name: HOME_INTEGRATION, updatedAt: SETTINGS_WRITTEN_AT };
    await this.begin({ integration, scope, reason: "schedule" });
    const ran = this.time.run(() => {
      onTime();
      return this.executions.length > before;
    }, Infinity);
    await Promise.race([ran, this.reader.failure, this.visitor.failure]);
    const ended = this.executions.at(-1);
    if (ended === undefined) throw new Error("No execution ended, and nothing is left to wait for");
    return ended;
  }

  async close(): Promise<void> {
    await Promise.all([this.reader.close(), this.visitor.close(), this.watcher.close()]);
  }

  private deployMachine(where: {
    readonly region: string;
    readonly homeAccount: string;
    readonly stateMachineArn: string;
  }): void {
    const { region, homeAccount, stateMachineArn } = where;
    let ids = 0;
    const store = new MemoryStore();
    const engine = createStepFunctions({
      clock: this.time,
      store,
      invokeFunction: (arn, payload) =>
        (arn.endsWith("sync-accounts") ? this.visitor : this.reader).invoke(payload),
      publish: ({ detail }) => {
        const { status, executionArn } = detail as { readonly status: string; readonly executionArn: string };
        if (status === "RUNNING") return;
        const { lastEventId, cause } = store.get("states/executions", executionArn) as ExecutionRecord;
        this.longestHistory = Math.max(this.longestHistory, lastEventId);
        // What a slice came to is the pass's to say.
        if (!executionArn.includes(":lockstep-sync:")) return;
        this.executions.push({ status, events: lastEventId, ...(cause === undefined ? {} : { cause }) });
      },
      region,
      accountId: homeAccount,
      newId: () => `bench-${(ids += 1)}`,
      random: () => 0.5,
    });
    this.aws.services.push(engine.service);
    engine.registerMachine({
      arn: stateMachineArn,
      name: "lockstep-sync",
      definition: readFileSync(DEFINITION, "utf8")
        .replaceAll("${SyncFunction}", "sync")
        .replaceAll("${SyncAccountsFunction}", "sync-accounts"),
      roleArn: `arn:aws:iam::${homeAccount}:role/lockstep-sync`,
      type: "STANDARD",
    });
    engine.start();
  }

  private watchSync(): void {
    this.aws.onWrite.add((item) => {
      if (item.kind === "sync") this.sync = item as unknown as Sync;
    });
  }

  /** Nothing happens any more, here or in the function's thread, until time goes on. */
  private async untilQuiet(): Promise<void> {
    for (;;) {
      await untilQuiet(() => this.happened);
      const busy = [this.reader, this.visitor, this.watcher].filter(({ isBusy }) => isBusy);
      if (busy.length === 0) return;
      await Promise.all(busy.map((hosted) => hosted.untilQuiet()));
    }
  }
}

interface ExecutionRecord {
  readonly lastEventId: number;
  readonly cause?: string;
}

/** The management account, or the first member account. */
const homeAccountOf = (
  { managementAccountId, accounts }: OrganizationFile,
  inManagementAccount: boolean,
): string => {
  if (inManagementAccount) return managementAccountId;
  const member = accounts.find(({ id, state }) => id !== managementAccountId && state === "ACTIVE");
  return member?.id ?? managementAccountId;
};
