import fc from "fast-check";
import { expect, it } from "vitest";
import type { AccessFlow } from "../../../../../lambdas/core/domain/access-flow.ts";
import { DomainError } from "../../../../../lambdas/core/domain/errors.ts";
import type { Ask } from "../../../../../lambdas/core/domain/ask.ts";
import {
  evaluateRequest,
  type Allowed,
} from "../../../../../lambdas/core/use-cases/evaluation/eligibility.ts";
import { aGroupId, aUserId } from "../../../../support/builders.ts";
import { FakeDirectory, FakeOrganization } from "../../../../support/fakes/directory.ts";
import { VirtualClock } from "../../../../support/virtual-clock.ts";
import { anyRequest, someFlows } from "../../../../support/flows.ts";
import { home } from "../../../../support/integrations.ts";
import { noPolicies } from "../../../../support/policies.ts";

const RUNS = 500;
const alice = { userId: aUserId("alice"), userName: "alice" };
const bob = { userId: aUserId("bob"), userName: "bob" };

const leads = { id: aGroupId("leads"), name: "leads" };

/** Who is in the groups that flows ask to decide, who of them is enabled, and who alice's manager is. */
interface Staff {
  readonly leads: readonly string[];
  readonly security: readonly string[];
  readonly disabled: readonly string[];
  readonly manager: string | undefined;
  /** Whether the integration's owner, who owns whatever no tag gives to somebody, is the group of leads, or nobody. */
  readonly leadsOwn: boolean;
}

const people = ["alice", "bob", "carol", "dave"];
const anyStaff: fc.Arbitrary<Staff> = fc.record({
  leads: fc.subarray(people),
  security: fc.subarray(people),
  disabled: fc.subarray(people.slice(1)),
  manager: fc.constantFrom(undefined, "bob", "dave"),
  leadsOwn: fc.boolean(),
});

const directoryOf = ({ leads, security, disabled, manager }: Staff): FakeDirectory => {
  const directory = new FakeDirectory();
  for (const name of people) directory.addUser({ userId: aUserId(name), userName: name });
  for (const name of disabled) directory.setEnabled(aUserId(name), false);
  if (manager !== undefined) directory.setAttributes(alice.userId, { manager });
  const groups = { leads, security, mine: ["alice"] };
  for (const [name, members] of Object.entries(groups)) {
    directory.addGroup({ groupId: aGroupId(name), displayName: name, members: members.map(aUserId) });
  }
  return directory;
};

/** What comes of the request, with who decides looked up in the directory. */
const outcomeOf = async (
  ask: Ask,
  flows: readonly AccessFlow[],
  staff: Staff,
): Promise<Allowed | undefined> => {
  const dependencies = {
    ...noPolicies(),
    clock: new VirtualClock(),
    directory: directoryOf(staff),
    home: () => Promise.resolve(staff.leadsOwn ? { ...home, owner: { users: [], groups: [leads] } } : home),
    organization: new FakeOrganization(),
    protectedAccounts: [],
    delegatedAdministrator: false,
  };
  const { userId: id, userName: name } = ask.beneficiary === bob.userId ? bob : alice;
  try {
    return await evaluateRequest(dependencies, flows, {
      caller: alice,
      principal:
        ask.beneficiary === undefined
          ? { type: "GROUP", id: aGroupId("mine"), name: "mine" }
          : { type: "USER", id, name },
      requestFor: ask.requestFor,
      targets: ask.targets.map(({ accountId, permissionSetArn }) => ({
        account: { id: accountId, name: accountId },
        permissionSet: {
          arn: permissionSetArn,
          name: permissionSetArn,
          sessionDuration: "PT1H",
          inManagementAccount: false,
        },
      })),
      durationSeconds: ask.durationSeconds,
      now: ask.start,
      justification: ask.justification,
      ticket: ask.ticket,
      mfa: ask.mfa,
      breakGlass: ask.breakGlass,
    });
  } catch (error) {
    if (error instanceof DomainError) return undefined;
    throw error;
  }
};

const stepsOf = (outcome: Allowed | undefined): number => outcome?.steps.length ?? Number.POSITIVE_INFINITY;

it("several flows allow what one of them does alone, and the one with the fewest steps serves", async () => {
  const seen = { refused: 0, first: 0, later: 0 };
  await fc.assert(
    fc.asyncProperty(anyRequest, someFlows, anyStaff, async (ask, flows, staff) => {
      const together = await outcomeOf(ask, flows, staff);
      const alone: (Allowed | undefined)[] = [];
      for (const flow of flows) alone.push(await outcomeOf(ask, [flow], staff));
      expect(stepsOf(together)).toBe(Math.min(...alone.map(stepsOf)));
      const refused = flows.filter((_, index) => alone[index] === undefined);
      const isFirst = refused.every(({ approval }) => approval.steps.length >= stepsOf(together));
      seen[together === undefined ? "refused" : isFirst ? "first" : "later"] += 1;
    }),
    { numRuns: RUNS },
  );
  // It is about something only where each of these comes to pass.
  expect(Math.min(...Object.values(seen))).toBeGreaterThan(0);
});

it("a flow that serves fewer, or none, never lets a request in", async () => {
  await fc.assert(
    fc.asyncProperty(anyRequest, someFlows, anyStaff, fc.nat(3), async (ask, flows, staff, place) => {
      const narrower = flows.map((flow, index) =>
        index === place % flows.length ? { ...flow, active: false } : flow,
      );
      const before = stepsOf(await outcomeOf(ask, flows, staff));
      expect(stepsOf(await outcomeOf(ask, narrower, staff))).toBeGreaterThanOrEqual(before);
    }),
    { numRuns: RUNS },
  );
});
