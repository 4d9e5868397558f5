import { describe, expect, it } from "vitest";
import { PUBLISHED_RATES } from "../../../local/identity/identity-services.ts";
import { SourceProblem } from "../../../lambdas/core/domain/inventory/problem.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";
import { connectionReset } from "../../support/fakes/scripted-aws.ts";
import { collected, embeddedWorld, type EmbeddedOptions, type SourcesWorld } from "./environments.ts";

type Answer = ReturnType<NonNullable<EmbeddedOptions["around"]>>;

const refusal = (name: string): Answer =>
  Promise.resolve({
    response: {
      statusCode: 400,
      headers: { "content-type": "application/x-amz-json-1.1" },
      body: Buffer.from(JSON.stringify({ __type: name, message: "scripted" })),
    },
  });

/** Everything that a sync of identities reads, by every method of each source. */
const everything = async ({ sources, ids }: SourcesWorld) => {
  const { organization, directory, permissionSets, assignments } = sources;
  const accounts = await collected(organization.accounts());
  const groups = await collected(directory.groups());
  const arns = await collected(permissionSets.arns());
  const contents = [];
  for (const arn of arns)
    contents.push({ ...(await permissionSets.describe(arn)), ...(await permissionSets.contents(arn)) });
  const placesOfSets = [];
  for (const arn of arns) placesOfSets.push(await collected(assignments.accountsOf(arn)));
  const prod = ids.account("sync-prod");
  const inProd = [];
  for (const permissionSetArn of await collected(assignments.permissionSetsIn(prod)))
    inProd.push(await assignments.assignmentsOf({ accountId: prod, permissionSetArn }));
  return {
    accounts,
    account: await organization.account(prod),
    tags: await organization.tagsOf(prod),
    units: await collected(organization.organizationalUnits()),
    users: await collected(directory.users()),
    groups,
    members: await directory.members(ids.group("sync-everybody")),
    contents,
    placesOfSets,
    inProd,
    ofGroup: await assignments.assignmentsOfPrincipal?.({
      principalType: "GROUP",
      principalId: ids.group("sync-oncall"),
    }),
  };
};

/** As much time as the work takes. */
const inVirtualTime = async <T>(clock: VirtualClock, work: Promise<T>): Promise<T> => {
  const end: { at?: Date } = {};
  const noted = work.finally(() => {
    end.at = clock.now();
  });
  while (end.at === undefined) await clock.runUntilIdle(100_000);
  return noted;
};

describe("a sync that AWS throttles", () => {
  it("reads what it would have read unthrottled, when every third call is refused", async () => {
    const whole = await everything(embeddedWorld());
    let calls = 0;
    const world = embeddedWorld({
      around: (_operation, call) => {
        calls += 1;
        return calls % 3 === 0 ? refusal("ThrottlingException") : call();
      },
    });
    expect(await everything(world)).toEqual(whole);
    const { throttles } = world.takeTally();
    expect(throttles).toBeGreaterThan(70);
    expect(throttles).toBe(Math.floor(calls / 3));
  });

  it("reads what it would have read unthrottled, when others leave it little of AWS's rates", async () => {
    const clock = new VirtualClock();
    const little = { perSecond: 1, burst: 1 };
    const world = embeddedWorld({
      clock,
      limits: {
        requestsPerSecond: 2,
        identityStore: little,
        organizations: { ListOrganizationalUnitsForParent: { perAccount: little } },
      },
    });
    expect(await inVirtualTime(clock, everything(world))).toEqual(await everything(embeddedWorld()));
    expect(world.takeTally().throttles).toBeGreaterThan(20);
  });

  it("reads what it would have read, when every fourth answer is lost", async () => {
    const whole = await everything(embeddedWorld());
    let calls = 0;
    const world = embeddedWorld({
      around: async (_operation, call) => {
        calls += 1;
        const answer = await call();
        if (calls % 4 === 0) throw connectionReset();
        return answer;
      },
    });
    expect(await everything(world)).toEqual(whole);
  });
});

describe("a sync under the rates that AWS publishes", () => {
  it("is never throttled by Organizations and the identity store, since it paces itself", async () => {
    const clock = new VirtualClock();
    const world = embeddedWorld({ clock, limits: PUBLISHED_RATES });
    await inVirtualTime(clock, everything(world));
    const { calls, throttles } = world.takeTally();
    expect(calls["organizations:ListOrganizationalUnitsForParent"]).toBe(29);
    expect(throttles).toBe(0);
  });
});

describe("a sync that loses its credentials mid-way", () => {
  /** Reads until it ends, and counts the pages before that. */
  const pagesUntil = async (pages: AsyncIterable<readonly unknown[]>) => {
    let seen = 0;
    try {
      for await (const page of pages) seen += Math.min(1, page.length);
    } catch (error) {
      return { seen, error };
    }
    return { seen, error: undefined };
  };

  it.each([
    ["accounts", "ListAccounts", (world: SourcesWorld) => world.sources.organization.accounts()],
    [
      "units",
      "ListOrganizationalUnitsForParent",
      (world: SourcesWorld) => world.sources.organization.organizationalUnits(),
    ],
    ["users", "ListUsers", (world: SourcesWorld) => world.sources.directory.users()],
    ["groups", "ListGroups", (world: SourcesWorld) => world.sources.directory.groups()],
  ])(
    "says so after the first pages of %s, and does not end as if it had read them all",
    async (_kind, name, pages) => {
      let calls = 0;
      const world = embeddedWorld({
        around: (operation, call) => {
          if (operation === name) calls += 1;
          return calls > 1 ? refusal("ExpiredTokenException") : call();
        },
      });
      const { seen, error } = await pagesUntil(pages(world));
      expect(seen).toBeGreaterThanOrEqual(1);
      expect(error).toBeInstanceOf(SourceProblem);
      expect(error).toMatchObject({ problem: { code: "credentials-expired", severity: "error" } });
    },
  );

  it.each([
    [
      "the members of a group",
      (world: SourcesWorld) => world.sources.directory.members(world.ids.group("sync-everybody")),
    ],
    [
      "the assignments in a place",
      (world: SourcesWorld) =>
        world.sources.assignments.assignmentsOf({
          accountId: world.ids.account("sync-prod"),
          permissionSetArn: world.ids.permissionSet("SyncSet-001"),
        }),
    ],
    [
      "the contents of a permission set",
      (world: SourcesWorld) => world.sources.permissionSets.contents(world.ids.permissionSet("SyncFull")),
    ],
  ])("shows nothing of %s rather than a part", async (_what, look) => {
    let calls = 0;
    const world = embeddedWorld({
      around: (_operation, call) => {
        calls += 1;
        return calls > 1 ? refusal("ExpiredTokenException") : call();
      },
    });
    await expect(look(world)).rejects.toMatchObject({ problem: { code: "credentials-expired" } });
    expect(calls).toBe(2);
  });
});
