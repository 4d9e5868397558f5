import { accountOf, looksOf } from "../../domain/inventory/cloudtrail.ts";
import type { Look as EventLook } from "../../domain/inventory/looks/look.ts";
import { SourceProblem } from "../../domain/inventory/problem.ts";
import { AccountIdSchema, timestamp } from "../../domain/ids.ts";
import {
  isExcluded,
  lacksConnector,
  type Deployment,
  type Integration,
  type IntegrationName,
  type OrganizationIntegration,
} from "../../domain/integration.ts";
import { isFirstSyncThrough } from "../../domain/sync-progress.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Inventory } from "../../ports/inventory.ts";
import type {
  ConnectToIam,
  ConnectToIdentity,
  EntitlementWatch,
  IntegrationStore,
  Look,
  SyncStore,
} from "../../ports/sync.ts";
import { withDoer } from "./look-again-doing.ts";
import { lookAgainAtIam, type IamLook } from "./look-again-iam.ts";
import { lookAgainAtIdentity, type IdentityLook, type LookOutcome } from "./look-again-identity.ts";
import { writeDifferences } from "./reconcile.ts";
import { writeAssignments } from "./write-assignments.ts";

export interface LookAgainDeps {
  readonly integrations: Pick<IntegrationStore, "list">;
  readonly syncs: Pick<SyncStore, "list">;
  readonly inventory: Inventory;
  readonly entitlements: EntitlementWatch;
  readonly connectToIdentity: ConnectToIdentity;
  readonly connectToIam: ConnectToIam;
  readonly deployment: Deployment;
  /** Where the administration of Identity Center is delegated to; undefined where nobody forwards changes from there. */
  readonly delegatedAdministrator: string | undefined;
  readonly clock: Pick<Clock, "now">;
}

/**
 * What came of an event. `later`: what it tells of is still changing. `ignored`: nothing of it is in the inventory, or
 * waiting does not heal why it cannot be looked at; the next sync says so.
 */
export type EventOutcome =
  { readonly outcome: "done" | "later" } | { readonly outcome: "ignored"; readonly reason: string };

/** What the names of role sessions say. */
const ON_BEHALF_OF = "events";

/**
 * A list of everything of a kind that began so much after an event shows what the event tells of, and is not made again for
 * it: AWS's lists follow within moments, and CloudTrail's times are whole seconds.
 */
const LISTED_AFTER_MILLISECONDS = 5_000;

/**
 * Looks at what an event of CloudTrail's tells of, and makes the inventory say what is there now: an event says where to
 * look, never what is there. Events come late, twice, out of order or never, beside syncs and other handlers:
 *
 * - Twice, or after a sync that saw it: the second look finds what the inventory says, and writes nothing.
 * - Create and Delete in the wrong order: both look at the same moment's AWS, and find the same.
 * - Of two looks at once the one wins that began last (ports/inventory.ts), whichever is written first. A sync that listed
 *   before the change and writes after the event's look is refused; what it would take away stays.
 * - The event never comes: the next sync finds the change, without who did it.
 * - Somebody creates, another one deletes, a third creates, and the first event's look sees the third's assignment: it is
 *   said to be the first's. Of one that is made again and again, the inventory says one that made it.
 * - Before the first sync of an integration is through, what appears was there as far as anybody knows: nobody is told.
 *   Within an account that goes by how far the account itself was looked into (look-again-iam.ts).
 *
 * Throws what a delivery later may heal.
 */
export const lookAgain = (deps: LookAgainDeps) => {
  const isFirstThrough = firstSyncs(deps);
  /** When the last list of everything of a kind began. */
  const listings = new Map<string, number>();

  const unlessListed = async (
    event: EventLook,
    integration: Integration,
    work: () => Promise<LookOutcome>,
  ): Promise<LookOutcome> => {
    const kind = `${integration.name}.${event.look}.${"accountId" in event ? event.accountId : ""}`;
    const began = deps.clock.now().getTime();
    if (isOfEverything(event)) {
      const listed = listings.get(kind);
      if (listed !== undefined && Date.parse(event.at) + LISTED_AFTER_MILLISECONDS < listed) return "done";
    }
    const outcome = await work();
    if (isOfEverything(event)) listings.set(kind, began);
    return outcome;
  };

  const atIdentity = (event: EventLook & IdentityLook, integration: OrganizationIntegration) =>
    unlessListed(event, integration, async () => {
      const { inventory, entitlements } = deps;
      const baseline = (await isFirstThrough(integration.name)) ? {} : { baseline: true };
      const look = (): Look => ({ observedAt: timestamp(deps.clock.now()), ...baseline });
      const { sources } = deps.connectToIdentity(integration, ON_BEHALF_OF);
      const write = writeDifferences({ inventory });
      const writes = {
        write,
        writeAssignments: writeAssignments({ write, entitlements, assignments: sources.assignments, look }),
      };
      const integrations = () => deps.integrations.list();
      const seeing = { integration, integrations, inventory, sources, entitlements, look };
      const around = { ...seeing, ...withDoer(writes, event) };
      return lookAgainAtIdentity(around, event);
    });

  const atIam = (event: EventLook & IamLook, integration: Integration) =>
    unlessListed(event, integration, async () => {
      const { inventory } = deps;
      const look = (): Look => ({ observedAt: timestamp(deps.clock.now()) });
      const source = deps.connectToIam(integration, ON_BEHALF_OF).within(event.accountId);
      const write = writeDifferences({ inventory, integration });
      // Assignments are none of IAM's.
      const writes = withDoer({ write, writeAssignments: write }, event);
      await lookAgainAtIam({ inventory, source, look, write: writes.write }, event);
      return "done";
    });

  const lookAt = async (event: EventLook, account: string): Promise<EventOutcome> => {
    const integrations = (await deps.integrations.list()).filter(
      (integration) => !lacksConnector(integration, deps.deployment),
    );
    if (isWithinAccount(event)) {
      const integration = await integrationWithin(deps, integrations, event);
      return integration === undefined ? unknown(account) : outcomeOf(await atIam(event, integration));
    }
    const integration = integrations.find((one) => isOrganizationOf(one, account, deps));
    if (integration?.kind !== "aws-organization") return unknown(account);
    return outcomeOf(await atIdentity(event, integration));
  };

  return async (event: unknown): Promise<EventOutcome> => {
    const account = accountOf(event);
    const outcomes: EventOutcome[] = [];
    for (const look of looksOf(event)) outcomes.push(await tried(() => lookAt(look, account)));
    return (
      outcomes.find(({ outcome }) => outcome === "later") ??
      outcomes.find(({ outcome }) => outcome === "ignored") ?? { outcome: "done" }
    );
  };
};

/** Waiting does not heal it, and the next sync tells of it: the event is not delivered again. */
const tried = async (look: () => Promise<EventOutcome>): Promise<EventOutcome> => {
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof SourceProblem)) throw error;
    return { outcome: "ignored", reason: `${error.problem.code}: ${error.problem.message}` };
  }
};

const unknown = (account: string): EventOutcome => ({
  outcome: "ignored",
  reason: `No integration covers account ${account}`,
});

const outcomeOf = (outcome: LookOutcome): EventOutcome =>
  outcome === "excluded"
    ? { outcome: "ignored", reason: "The account is excluded, or none of the organization's" }
    : { outcome };

const isWithinAccount = (look: EventLook): look is EventLook & IamLook =>
  look.look === "iam" || look.look === "iam-user" || look.look === "iam-group" || look.look === "iam-role";

const isOfEverything = ({ look }: EventLook): boolean =>
  look === "permission-sets" || look === "directory" || look === "accounts" || look === "iam";

/**
 * Identity Center and Organizations are called in the management account, or where they are delegated to: Lockstep's own
 * account, or one that forwards to it.
 */
const isOrganizationOf = (
  integration: Integration,
  account: string,
  { deployment, delegatedAdministrator }: Pick<LookAgainDeps, "deployment" | "delegatedAdministrator">,
): boolean =>
  integration.kind === "aws-organization" &&
  (integration.managementAccountId === account ||
    ((account === deployment.homeAccount || account === delegatedAdministrator) &&
      integration.managementAccountId === deployment.managementAccount));

/** The integration whose syncs look into the account. */
const integrationWithin = async (
  { inventory }: LookAgainDeps,
  integrations: readonly Integration[],
  { accountId }: IamLook,
): Promise<Integration | undefined> => {
  const own = integrations.find((one) => one.kind === "aws-account" && one.accountId === accountId);
  if (own !== undefined) return own;
  const account = (await inventory.get("account", AccountIdSchema.parse(accountId)))?.fact;
  if (account === undefined) return undefined;
  return integrations.find(
    (one) => one.kind === "aws-organization" && one.memberAccounts && !isExcluded(one, account),
  );
};

/** Whether the first pass over who has access has come to its end; once it has, it stays so. */
const firstSyncs = ({ syncs }: Pick<LookAgainDeps, "syncs">) => {
  const through = new Set<IntegrationName>();
  return async (integration: IntegrationName): Promise<boolean> => {
    if (through.has(integration)) return true;
    const { items } = await syncs.list({ integration, scope: "identity" }, { limit: 1 });
    const isThrough = isFirstSyncThrough(items[0]);
    if (isThrough) through.add(integration);
    return isThrough;
  };
};
