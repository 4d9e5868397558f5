import { awsClients } from "../../../../../lambdas/adapters/aws-clients.ts";
import { AccountIdSchema, timestamp, type AccountId } from "../../../../../lambdas/core/domain/ids.ts";
import type { IamRoleFact, IamUserFact } from "../../../../../lambdas/core/domain/inventory/facts.ts";
import type { Integration, OrganizationIntegration } from "../../../../../lambdas/core/domain/integration.ts";
import { syncIdOf, type Sync } from "../../../../../lambdas/core/domain/sync.ts";
import type { Clock } from "../../../../../lambdas/core/ports/clock.ts";
import type {
  AccountSource,
  EntitlementWatch,
  IdentitySources,
} from "../../../../../lambdas/core/ports/sync.ts";
import { homeIntegration } from "../../../../../lambdas/core/use-cases/integrations/all-integrations.ts";
import { lookAgain } from "../../../../../lambdas/core/use-cases/sync/look-again.ts";
import type { BusEvent } from "../../../../../local/events/event.ts";
import { sourcesOf } from "../../../../contract/sync-sources/environments.ts";
import { anAccountId } from "../../../../support/builders.ts";
import { FakeInventory } from "../../../../support/fakes/inventory.ts";
import { FakeSyncStore } from "../../../../support/fakes/sync-store.ts";
import { administratorOf, inProcessClient } from "../../../../support/in-process-aws.ts";
import { openOffice } from "../../../local/identity/office.ts";

/** What Lockstep says of an assignment, unless a test says otherwise: it never had to do with it. */
const NEVER_OURS = { version: 0, heldBy: [] } as const;

/** Where Identity Center is administered, too. */
export const DELEGATED_ADMINISTRATOR = anAccountId(8);

/** The embedded AWS with its events, an inventory that a first sync has filled, and looks after events. */
export const worldOfEvents = async (
  changes: Partial<OrganizationIntegration> = {},
  others: readonly Integration[] = [],
) => {
  const events: BusEvent[] = [];
  const office = openOffice({ onEvent: (event) => events.push(event) });
  const { clock, identity } = office;
  const { managementAccountId, region, instanceArn, identityStoreId } = identity;

  const calls: string[] = [];
  const settings = inProcessClient(identity.services, administratorOf(managementAccountId));
  const { handle } = settings.requestHandler;
  const clientsFor = awsClients({
    overrides: {
      credentials: settings.credentials,
      region: settings.region,
      requestHandler: {
        handle: (request: Parameters<typeof handle>[0]) => {
          calls.push(request.headers["x-amz-target"]?.split(".").at(-1) ?? "");
          return handle(request);
        },
      },
    },
  });
  const { sources } = sourcesOf({ clientsFor, clock, region, instanceArn, identityStoreId });
  const inventory = new FakeInventory();
  const syncs = new FakeSyncStore();
  const integration: OrganizationIntegration = {
    ...homeIntegration({
      identityCenter: { region, accessPortalUrl: "https://example.awsapps.com/start" },
      managementAccount: managementAccountId,
    }),
    ...changes,
  };
  const entitlements: { of: EntitlementWatch["of"] } = { of: () => Promise.resolve(NEVER_OURS) };
  const iamUsers = new Map<AccountId, readonly IamUserFact[]>();
  const iamRoles = new Map<AccountId, readonly IamRoleFact[]>();

  const look = lookAgain({
    integrations: { list: () => Promise.resolve([integration, ...others]) },
    syncs,
    inventory,
    entitlements: { of: (assignment) => entitlements.of(assignment) },
    connectToIdentity: () => ({ sources, takeTally: () => ({ calls: {}, throttles: 0 }) }),
    connectToIam: () => ({
      within: (account) =>
        iamOf({ users: iamUsers.get(account) ?? [], roles: iamRoles.get(account) ?? [], clock }),
      resources: { resources: () => Promise.reject(new Error("Nobody asks for resources")) },
      takeTally: () => ({ calls: {}, throttles: 0 }),
    }),
    deployment: { homeAccount: managementAccountId, managementAccount: managementAccountId },
    delegatedAdministrator: DELEGATED_ADMINISTRATOR,
    clock,
  });

  /** Lets time pass for as long as the work waits for it. */
  const settled = async <T>(work: Promise<T>): Promise<T> => {
    const state = { isOver: false };
    const over = () => {
      state.isOver = true;
    };
    work.then(over, over);
    while (!state.isOver) await clock.advanceBy(100);
    return work;
  };

  const begunAt = clock.now();
  const finished: Sync = {
    ...NOTHING_YET,
    problems: [],
    id: syncIdOf(integration.name, "identity", begunAt),
    integration: integration.name,
    scope: "identity",
    begunAt: timestamp(begunAt),
    updatedAt: timestamp(begunAt),
    endedAt: timestamp(begunAt),
  };
  await syncs.put(finished);
  await settled(fill(inventory, sources, timestamp(clock.now())));
  await clock.advanceBy(1_000);
  calls.length = 0;

  return {
    office,
    clock,
    sources,
    inventory,
    syncs,
    entitlements,
    iamUsers,
    iamRoles,
    calls,
    settled,
    look: (event: unknown) => settled(look(event)),
    /** The events of what `act` does, after which AWS is left alone for a minute. */
    eventsOf: async (act: () => Promise<unknown>): Promise<readonly BusEvent[]> => {
      events.length = 0;
      await act();
      await clock.advanceBy(60_000);
      calls.length = 0;
      return [...events];
    },
    /** The events of what `act` does, at once. */
    eventsAtOnce: async (act: () => Promise<unknown>): Promise<readonly BusEvent[]> => {
      events.length = 0;
      await act();
      await clock.advanceBy(0);
      return [...events];
    },
    account: (id: string) => AccountIdSchema.parse(id),
  };
};

const NOTHING_YET = {
  status: "finished",
  version: 1,
  baseline: true,
  calls: {},
  throttles: 0,
  changes: { appeared: 0, changed: 0, vanished: 0 },
  counts: {},
  moreProblems: 0,
} as const;

/** A call of IAM. */
const LATENCY_MILLISECONDS = 40;

interface Inside {
  readonly users: readonly IamUserFact[];
  readonly roles: readonly IamRoleFact[];
  readonly clock: Pick<Clock, "sleep">;
}

const iamOf = ({ users, roles, clock }: Inside): AccountSource => {
  async function* pages<T>(...all: readonly (readonly T[])[]) {
    for (const page of all) {
      await clock.sleep(LATENCY_MILLISECONDS);
      yield page;
    }
  }
  return {
    iamUsers: () => pages(users),
    iamGroups: () => pages(),
    iamRoles: () => pages(roles),
    iamUser: (name) => Promise.resolve(users.find((user) => user.name === name)),
    iamGroup: () => Promise.resolve(undefined),
    iamRole: (name) => Promise.resolve(roles.find((role) => role.name === name)),
  };
};

/** What a first sync finds, but for tags and the contents of permission sets. */
const fill = async (
  inventory: FakeInventory,
  { organization, directory, permissionSets, assignments }: IdentitySources,
  observedAt: ReturnType<typeof timestamp>,
): Promise<void> => {
  const seen = { since: observedAt, observedAt, baseline: true } as const;
  for await (const page of organization.organizationalUnits())
    for (const fact of page) await inventory.record({ fact, ...seen });
  for await (const page of directory.users())
    for (const fact of page) await inventory.record({ fact, ...seen });
  for await (const page of directory.groups())
    for (const fact of page) {
      await inventory.record({ fact, ...seen });
      for (const member of (await directory.members(fact.id)) ?? [])
        await inventory.record({ fact: member, ...seen });
    }
  for await (const page of organization.accounts())
    for (const account of page) {
      const tags = { ...(await organization.tagsOf(account.id)) };
      await inventory.record({ fact: { ...account, tags }, ...seen });
    }
  for await (const arns of permissionSets.arns())
    for (const arn of arns) {
      const [description, contents] = [
        await permissionSets.describe(arn),
        await permissionSets.contents(arn),
      ];
      if (description === undefined || contents === undefined) continue;
      await inventory.record({ fact: { kind: "permission-set", ...description, ...contents }, ...seen });
      for await (const accounts of assignments.accountsOf(arn))
        for (const accountId of accounts) {
          const pair = { accountId, permissionSetArn: arn };
          await inventory.record({ fact: { kind: "provisioning", ...pair }, ...seen });
          for (const fact of await assignments.assignmentsOf(pair)) await inventory.record({ fact, ...seen });
        }
    }
};
