import {
  claim,
  entitlementKey,
  verdict,
  type EntitlementRecord,
} from "../../../../../lambdas/core/domain/entitlement.ts";
import type { AccessRequest, RequestIn } from "../../../../../lambdas/core/domain/access-request.ts";
import { commonOf, evolve } from "../../../../../lambdas/core/domain/evolve.ts";
import { secondsAfter, timestamp, type RequestId } from "../../../../../lambdas/core/domain/ids.ts";
import type { Finding } from "../../../../../lambdas/core/contracts/http/sweep.ts";
import {
  sweep,
  type SweepDependencies,
  type Swept,
} from "../../../../../lambdas/core/use-cases/sweep/sweep.ts";
import { aPendingRequest, aPerson, aRequestId, anEntitlement } from "../../../../support/builders.ts";
import {
  FakeConfigurationTrail,
  fakeConfigurationHeads,
} from "../../../../support/fakes/configuration-trail.ts";
import { FakeEventPublisher } from "../../../../support/fakes/event-publisher.ts";
import { FakeProvider } from "../../../../support/fakes/provider.ts";
import {
  FakeAccessRequestStore,
  FakeAuditTrail,
  FakeEntitlementStore,
} from "../../../../support/fakes/stores.ts";
import { flowStoreWith } from "../../../../support/policies.ts";
import { FakeTurns } from "../../../../support/fakes/turns.ts";
import { FakeWorkflow } from "../../../../support/fakes/workflow.ts";
import { EagerClock } from "../../../../support/fakes/eager-clock.ts";

const actor = { type: "lockstep", name: "workflow" } as const;

/** The sweep over fakes that hold state, on a clock on which waiting takes no time. */
export const sweepUnderTest = (overrides: Partial<SweepDependencies> = {}) => {
  const clock = new EagerClock();
  const requests = new FakeAccessRequestStore();
  const entitlements = new FakeEntitlementStore(clock);
  const audit = new FakeAuditTrail();
  const events = new FakeEventPublisher();
  const workflow = new FakeWorkflow();
  const provider = new FakeProvider(clock);
  const turns = new FakeTurns(clock);
  const drains: Date[] = [];
  const dependencies: SweepDependencies = {
    requests,
    flows: flowStoreWith(),
    due: requests,
    entitlements,
    index: entitlements,
    turns,
    audit,
    configurationHeads: fakeConfigurationHeads({}),
    configurationTrail: new FakeConfigurationTrail(),
    events,
    workflow,
    removals: {
      drain: () => {
        drains.push(clock.now());
        return Promise.resolve();
      },
    },
    counts: requests,
    providers: { [provider.kind]: provider },
    clock,
    ...overrides,
  };

  const writeAll = async (versions: readonly AccessRequest[], recorded: boolean): Promise<void> => {
    for (const version of versions) {
      if (version.version === 1) await requests.create(version);
      else await requests.replace(version, [(await requests.get(version.id))?.status ?? "pending"]);
      const entry = version.trail.at(-1);
      if (recorded && entry !== undefined) await audit.append(entry);
    }
  };

  return {
    clock,
    requests,
    entitlements,
    audit,
    events,
    workflow,
    provider,
    turns,
    drains,
    dependencies,
    writeAll,
    /** A request of `person`'s, active since now and for an hour, held and there, as a grant leaves it. */
    grant: async (person: string, { recorded = true } = {}): Promise<RequestIn<"active">> => {
      const versions = lifeOf(person, clock.now());
      await writeAll(versions.all, recorded);
      const record = await holding(entitlements, versions.active);
      provider.present.add(entitlementKey(record.entitlement));
      return versions.active;
    },
    wait: (seconds: number): Promise<void> => clock.sleep(seconds * 1000),
    sweep: (seconds = 240): Promise<Swept> => sweep(dependencies)({ seconds, counting: false }),
    kinds: ({ report }: Swept): readonly Finding["kind"][] => report.findings.map(({ kind }) => kind),
    record: async (person: string): Promise<EntitlementRecord> => {
      const entitlement = anEntitlement({ principalId: aPerson(person).userId });
      const found = entitlements.all.find(
        (record) => record.entitlement.principalId === entitlement.principalId,
      );
      if (found === undefined) throw new Error(`Nothing of ${person}'s is kept`);
      return Promise.resolve(found);
    },
  };
};

export type SweepUnderTest = ReturnType<typeof sweepUnderTest>;

/** Every version of a request that was approved, granted and became active, all at `now`, for an hour. */
export const lifeOf = (person: string, now: Date) => {
  const requester = aPerson(person);
  const pending = aPendingRequest({ id: requestIdOf(person), requester }, now);
  const approved = evolve("RequestApproved", pending, commonOf(pending), { actor, now });
  const expiresAt = secondsAfter(now, 3600);
  const granting = evolve("GrantStarted", approved, { ...commonOf(approved), expiresAt }, { actor, now });
  const entitlements = granting.entitlements.map((one) => ({ ...one, status: "granted" as const }));
  const active = evolve(
    "AccessGranted",
    granting,
    { ...commonOf(granting), entitlements, activeAt: timestamp(now), expiresAt },
    { actor, now },
  );
  return { pending, approved, granting, active, all: [pending, approved, granting, active] };
};

/** The same request once it is over, without anything having been done about what it held. */
export const endedOf = (active: RequestIn<"active">, now: Date) => {
  const { activeAt, expiresAt } = active;
  const revoking = evolve(
    "RevocationStarted",
    active,
    { ...commonOf(active), activeAt, expiresAt, ending: { reason: "expired" } },
    { actor, now },
  );
  const ended = evolve(
    "AccessEnded",
    revoking,
    { ...commonOf(revoking), activeAt, expiresAt, ended: { reason: "expired", at: timestamp(now) } },
    { actor, now },
  );
  return { revoking, ended };
};

export const requestIdOf = (person: string): RequestId => aRequestId(person);

/** Makes the request a holder, as the grant does, of what was not there before. */
const holding = async (
  entitlements: FakeEntitlementStore,
  { id, expiresAt, entitlements: [requested] }: RequestIn<"active">,
): Promise<EntitlementRecord> => {
  if (requested === undefined) throw new Error("A request without entitlements");
  const claimed = claim(undefined, { id, expiresAt, entitlement: requested.entitlement });
  if (claimed.do !== "write" || claimed.next.state !== "observing") throw new Error("Not the first holder");
  await entitlements.put(claimed.next);
  const ours = verdict(claimed.next, "absent");
  await entitlements.put(ours);
  return ours;
};
