import { expect, it } from "vitest";
import {
  factId,
  inAccount,
  membersOf,
  ofPair,
  ofType,
  type Fact,
  type FactKind,
  type FactOf,
} from "../../../lambdas/core/domain/inventory/facts.ts";
import { hashOf } from "../../../lambdas/core/domain/hash.ts";
import type { Inventory, Observed, Scope } from "../../../lambdas/core/ports/inventory.ts";
import {
  aGroupId,
  aPermissionSetArn,
  aRequestId,
  aUserId,
  anAccountId,
  anOrganizationalUnitId,
} from "../../support/builders.ts";
import {
  aGroupFact,
  aMembershipFact,
  aPermissionSetFact,
  aProvisioningFact,
  aResourceFact,
  aUserFact,
  afterMinutes,
  anAccountFact,
  anAssignmentFact,
  seen,
} from "../../support/facts.ts";
import { describeStores } from "./describe-stores.ts";

const account = anAccountFact(2);
const inAccountTwo = { accountId: anAccountId(2) };

const oneOfEachKind: readonly Fact[] = [
  anAccountFact(2, {
    organizationalUnits: [anOrganizationalUnitId("prod")],
    tags: { team: "payments", empty: "" },
  }),
  {
    kind: "organizational-unit",
    id: anOrganizationalUnitId("prod"),
    name: "Prod",
    parent: anOrganizationalUnitId("workloads"),
    path: "/Workloads/Prod",
  },
  aUserFact("alice", { displayName: "Alice", email: "alice@example.com", manager: aUserId("bob") }),
  aGroupFact("payments", { description: "They pay" }),
  aMembershipFact("payments", "alice"),
  aPermissionSetFact("PowerUser", {
    description: "Nearly everything",
    managedPolicies: ["arn:aws:iam::aws:policy/PowerUserAccess"],
    customerManagedPolicies: ["/team/Own"],
    inlinePolicy: '{"Version":"2012-10-17","Statement":[]}',
    tags: { team: "platform" },
  }),
  aProvisioningFact(2, "PowerUser"),
  anAssignmentFact(2, "PowerUser", { user: "alice" }),
  { kind: "iam-user", ...inAccountTwo, arn: "arn:aws:iam::222222222222:user/robot", name: "robot" },
  {
    kind: "iam-group",
    ...inAccountTwo,
    arn: "arn:aws:iam::222222222222:group/robots",
    name: "robots",
    members: ["robot"],
  },
  {
    kind: "iam-role",
    ...inAccountTwo,
    arn: "arn:aws:iam::222222222222:role/deploy",
    name: "deploy",
    assumableBy: ["arn:aws:iam::222222222222:user/robot"],
  },
  aResourceFact(2, "s3-bucket", "invoices", {
    details: { kmsKeys: ["key"], versioned: true, region: "eu-west-1" },
    problem: { code: "no-secret", message: "It lacks its secret.", fix: "Tag it." },
  }),
  {
    kind: "stale-account",
    ...inAccountTwo,
    scope: "resources",
    problem: {
      code: "member-role-missing",
      severity: "warning",
      message: "The role is missing.",
      fix: "Deploy it.",
    },
  },
  {
    kind: "coverage",
    ...inAccountTwo,
    subjects: { "iam-user": "whole", "s3-bucket": "tagged", "sqs-queue": "begun", "sns-topic": "left" },
  },
  { kind: "excluded-account", ...inAccountTwo, name: "sandbox" },
];

/** Every fact of a scope, by pages of two. */
const walk = async <Kind extends FactKind>(
  inventory: Inventory,
  scope: Scope<Kind>,
): Promise<readonly FactOf<Kind>[]> => {
  const found: FactOf<Kind>[] = [];
  let from: string | undefined;
  do {
    const page = await inventory.page(scope, { limit: 2, from });
    expect(page.facts.length).toBeLessThanOrEqual(2);
    found.push(...page.facts.map(({ fact }) => fact));
    from = page.next;
  } while (from !== undefined);
  return found;
};

/** The same page by page, of so many each. */
const pagesOf = async <Kind extends FactKind>(
  inventory: Inventory,
  scope: Scope<Kind>,
  limit: number,
): Promise<readonly (readonly FactOf<Kind>[])[]> => {
  const pages: (readonly FactOf<Kind>[])[] = [];
  let from: string | undefined;
  do {
    const page = await inventory.page(scope, { limit, from });
    pages.push(page.facts.map(({ fact }) => fact));
    from = page.next;
  } while (from !== undefined);
  return pages;
};

const byId = (facts: readonly Fact[]): readonly Fact[] =>
  [...facts].sort((a, b) => (factId(a) < factId(b) ? -1 : 1));

describeStores("the inventory", (stores) => {
  const record = async (...all: readonly (Fact | Observed)[]) => {
    for (const one of all) await stores().inventory.record("fact" in one ? one : seen(one));
  };

  it.each(oneOfEachKind.map((fact) => [fact.kind, fact] as const))(
    "gives back exactly what was recorded of a fact of kind %s",
    async (kind, fact) => {
      const observed: Observed = {
        ...seen(fact, { observedAt: afterMinutes(1) }),
        by: "arn:aws:sts::222222222222:assumed-role/admin/carol",
        heldBy: [aRequestId("one")],
        baseline: true,
      };
      expect(await stores().inventory.get(kind, factId(fact))).toBeUndefined();
      expect(await stores().inventory.record(observed)).toBe("written");
      expect(await stores().inventory.get(kind, factId(fact))).toEqual(observed);
      expect(await walk(stores().inventory, { kind })).toEqual([fact]);
    },
  );

  it("replaces all of what was seen before, what is left out too", async () => {
    await record(seen(account, { by: "arn:aws:iam::222222222222:user/carol", baseline: true }));
    const later = seen(anAccountFact(2, { name: "renamed" }), { observedAt: afterMinutes(1) });
    expect(await stores().inventory.record(later)).toBe("written");
    expect(await stores().inventory.get("account", account.id)).toEqual(later);
  });

  it("says when tags were seen, as it was written last", async () => {
    await record(seen(account, { tagsSeenAt: afterMinutes(-5) }));
    expect(await stores().inventory.get("account", account.id)).toMatchObject({
      tagsSeenAt: afterMinutes(-5),
    });
    const later = seen(account, { observedAt: afterMinutes(1) });
    await stores().inventory.record(later);
    expect(await stores().inventory.get("account", account.id)).toEqual(later);
  });

  it("gives those of many ids that are there, each once", async () => {
    const facts = Array.from({ length: 102 }, (_, index) => aUserFact(`person ${String(index)}`));
    await record(...facts);
    const ids = facts.map(({ id }) => id);
    const found = await stores().inventory.getAll("user", [...ids, aUserId("nobody"), ...ids.slice(0, 3)]);
    expect(byId(found.map(({ fact }) => fact))).toEqual(byId(facts));
    expect(await stores().inventory.getAll("user", [])).toEqual([]);
  });

  it("shows a kind, and what is within something, in the order of ids", async () => {
    const assignments = [
      anAssignmentFact(2, "PowerUser", { user: "alice" }),
      anAssignmentFact(2, "PowerUser", { group: "payments" }),
      anAssignmentFact(2, "ReadOnly", { user: "alice" }),
      anAssignmentFact(3, "PowerUser", { user: "alice" }),
      anAssignmentFact(3, "ReadOnly", { user: "bob" }),
    ];
    await record(...assignments, account);
    const { inventory } = stores();
    expect(await walk(inventory, { kind: "assignment" })).toEqual(byId(assignments));
    expect(await walk(inventory, { kind: "assignment", within: inAccount(anAccountId(2)) })).toEqual(
      byId(assignments.slice(0, 3)),
    );
    const pair = { ...inAccountTwo, permissionSetArn: aPermissionSetArn("PowerUser") };
    expect(await walk(inventory, { kind: "assignment", within: ofPair(pair) })).toEqual(
      byId(assignments.slice(0, 2)),
    );
    expect(await walk(inventory, { kind: "assignment", within: inAccount(anAccountId(4)) })).toEqual([]);
  });

  it("shows the members of a group, and the groups of a user", async () => {
    const memberships = [
      aMembershipFact("payments", "alice"),
      aMembershipFact("payments", "bob"),
      aMembershipFact("platform", "alice"),
    ];
    await record(...memberships);
    const members = await walk(stores().inventory, {
      kind: "membership",
      within: membersOf(aGroupId("payments")),
    });
    expect(members).toEqual(byId(memberships.slice(0, 2)));
    const groups = await walk(stores().inventory, { kind: "membership", userId: aUserId("alice") });
    expect(groups).toEqual(byId([memberships[0], memberships[2]] as Fact[]));
  });

  it("shows a membership by AWS's own id of it, until it vanished", async () => {
    const { inventory } = stores();
    const [one, other] = ["alice", "bob"].map((name) => ({
      ...aMembershipFact("payments", name),
      membershipId: `membership-of-${name}`,
    })) as [Fact, Fact];
    await record(one, other);
    const scope = { kind: "membership", membershipId: "membership-of-alice" } as const;
    expect(await walk(inventory, scope)).toEqual([one]);
    await inventory.forget({ kind: "membership", id: factId(one) }, { observedAt: afterMinutes(1) });
    expect(await walk(inventory, scope)).toEqual([]);
  });

  it("shows who has what by principal, and not the memberships of the same user", async () => {
    const assignments = [
      anAssignmentFact(2, "PowerUser", { user: "alice" }),
      anAssignmentFact(3, "ReadOnly", { user: "alice" }),
    ];
    await record(...assignments, anAssignmentFact(2, "ReadOnly", { user: "bob" }));
    await record(aMembershipFact("payments", "alice"), aMembershipFact("platform", "alice"));
    const scope = { kind: "assignment", principalId: aUserId("alice") } as const;
    expect(await walk(stores().inventory, scope)).toEqual(byId(assignments));
  });

  it("shows the assignments of a permission set with the oldest first, and where it is provisioned by account", async () => {
    const [oldest, older, newer] = [
      anAssignmentFact(9, "PowerUser", { user: "alice" }),
      anAssignmentFact(2, "PowerUser", { user: "alice" }),
      anAssignmentFact(3, "PowerUser", { user: "alice" }),
    ];
    const provisionings = [aProvisioningFact(3, "PowerUser"), aProvisioningFact(2, "PowerUser")];
    await record(
      seen(newer, { since: afterMinutes(3) }),
      seen(older, { since: afterMinutes(2) }),
      seen(oldest, { since: afterMinutes(1) }),
      seen(anAssignmentFact(2, "ReadOnly", { user: "alice" })),
      ...provisionings,
      aProvisioningFact(2, "ReadOnly"),
    );
    const permissionSetArn = aPermissionSetArn("PowerUser");
    const { inventory } = stores();
    expect(await walk(inventory, { kind: "assignment", permissionSetArn })).toEqual([oldest, older, newer]);
    expect(await walk(inventory, { kind: "provisioning", permissionSetArn })).toEqual(byId(provisionings));
  });

  it("shows the resources of a type, of all accounts and of one", async () => {
    const buckets = ["a", "b", "c"].map((name) => aResourceFact(2, "s3-bucket", name));
    const elsewhere = aResourceFact(3, "s3-bucket", "a");
    await record(...buckets, elsewhere, aResourceFact(2, "sqs-queue", "a"), aResourceFact(2, "secret", "a"));
    const { inventory } = stores();
    expect(await walk(inventory, { kind: "resource", type: "s3-bucket" })).toEqual(
      byId([...buckets, elsewhere]),
    );
    const inTwo = { ...inAccountTwo, type: "s3-bucket" } as const;
    expect(await walk(inventory, { kind: "resource", ...inTwo })).toEqual(byId(buckets));
    expect(await walk(inventory, { kind: "resource", within: ofType(inTwo) })).toEqual(byId(buckets));
    expect(await walk(inventory, { kind: "resource", within: inAccount(anAccountId(2)) })).toHaveLength(5);
  });

  it("finds accounts, permission sets, users and groups by their names, and nothing else of that name", async () => {
    const { inventory } = stores();
    const [one, two] = [anAccountFact(2, { name: "same" }), anAccountFact(3, { name: "same" })];
    const others = [aPermissionSetFact("same"), aUserFact("same"), aGroupFact("same")] as const;
    await record(one, two, ...others, anAccountFact(4, { name: "Same" }));
    expect((await inventory.named("account", "same")).map(({ fact }) => fact)).toEqual([one, two]);
    expect((await inventory.named("permission-set", "same")).map(({ fact }) => fact)).toEqual([others[0]]);
    expect((await inventory.named("user", "same")).map(({ fact }) => fact)).toEqual([others[1]]);
    expect((await inventory.named("group", "same")).map(({ fact }) => fact)).toEqual([others[2]]);
    expect(await inventory.named("account", "other")).toEqual([]);
  });

  it("finds a group by the longest name that there can be", async () => {
    const name = "💸".repeat(1_024);
    await record(aGroupFact(name), aGroupFact(`${name.slice(2)}x`));
    const found = await stores().inventory.named("group", name);
    expect(found.map(({ fact }) => fact.displayName)).toEqual([name]);
  });

  it("tells a long name from the one that is its hash", async () => {
    const name = "💸".repeat(1_024);
    await record(aGroupFact(name), aGroupFact(hashOf({ name })));
    const found = await stores().inventory.named("group", name);
    expect(found.map(({ fact }) => fact.displayName)).toEqual([name]);
  });

  it("follows a new name", async () => {
    await record(aUserFact("alice"));
    await record(seen(aUserFact("alice", { userName: "alicia" }), { observedAt: afterMinutes(1) }));
    expect(await stores().inventory.named("user", "alice")).toEqual([]);
    expect(await stores().inventory.named("user", "alicia")).toHaveLength(1);
  });

  it.each<readonly [string, Scope]>([
    ["all of a kind", { kind: "account" }],
    ["what is within an account", { kind: "assignment", within: inAccount(anAccountId(2)) }],
    ["an index", { kind: "assignment", principalId: aUserId("alice") }],
    ["an index with an order", { kind: "assignment", permissionSetArn: aPermissionSetArn("PowerUser") }],
  ])("refuses a cursor that it never gave: %s", async (_name, scope) => {
    await expect(stores().inventory.page(scope, { limit: 1, from: "nonsense" })).rejects.toMatchObject({
      code: "invalid-cursor",
    });
  });

  it("refuses a cursor of another account", async () => {
    await record(...["a", "b", "c"].map((name) => aResourceFact(2, "s3-bucket", name)));
    const page = await stores().inventory.page(
      { kind: "resource", within: inAccount(anAccountId(2)) },
      { limit: 1 },
    );
    expect(page.next).toBeDefined();
    const elsewhere = { kind: "resource", within: inAccount(anAccountId(3)) } as const;
    await expect(stores().inventory.page(elsewhere, { limit: 1, from: page.next })).rejects.toMatchObject({
      code: "invalid-cursor",
    });
  });

  it("shows nothing of what vanished, however it is looked for", async () => {
    const { inventory } = stores();
    const assignment = anAssignmentFact(2, "PowerUser", { user: "alice" });
    const bucket = aResourceFact(2, "s3-bucket", "a");
    const membership = aMembershipFact("payments", "alice");
    for (const fact of [account, assignment, bucket, membership]) {
      await record(fact);
      const reference = { kind: fact.kind, id: factId(fact) };
      expect(await inventory.forget(reference, { observedAt: afterMinutes(1) })).toBe("written");
      expect(await inventory.get(fact.kind, factId(fact))).toBeUndefined();
      expect(await inventory.getAll(fact.kind, [factId(fact)])).toEqual([]);
      expect(await walk(inventory, { kind: fact.kind })).toEqual([]);
    }
    expect(await inventory.named("account", account.name)).toEqual([]);
    const { principalId, permissionSetArn } = assignment;
    expect(await walk(inventory, { kind: "assignment", principalId })).toEqual([]);
    expect(await walk(inventory, { kind: "assignment", permissionSetArn })).toEqual([]);
    expect(await walk(inventory, { kind: "resource", type: "s3-bucket" })).toEqual([]);
    expect(await walk(inventory, { kind: "membership", userId: membership.userId })).toEqual([]);
  });

  it("goes on behind what vanished", async () => {
    const facts = Array.from({ length: 9 }, (_, digit) => anAccountFact(digit));
    await record(...facts);
    for (const { kind, id } of facts.slice(1, 8)) {
      await stores().inventory.forget({ kind, id }, { observedAt: afterMinutes(1) });
    }
    expect(await walk(stores().inventory, { kind: "account" })).toEqual([facts[0], facts[8]]);
  });

  it("counts what vanished among what a page looks at: pages come back short, and empty, and are not the last", async () => {
    const facts = Array.from({ length: 9 }, (_, digit) => anAccountFact(digit));
    await record(...facts);
    for (const { kind, id } of facts.slice(1, 8)) {
      await stores().inventory.forget({ kind, id }, { observedAt: afterMinutes(1) });
    }
    // Of what was never there, a look that did not find it leaves a trace as well.
    const { inventory } = stores();
    await inventory.forget({ kind: "account", id: "000000000001" }, { observedAt: afterMinutes(1) });
    expect(await pagesOf(inventory, { kind: "account" }, 4)).toEqual([[facts[0]], [], [facts[8]]]);
  });

  it("may say that there is more where a page was just long enough", async () => {
    await record(anAccountFact(1), anAccountFact(2));
    const [first, ...behind] = await pagesOf(stores().inventory, { kind: "account" }, 2);
    expect(first).toEqual([anAccountFact(1), anAccountFact(2)]);
    // DynamoDB may tell of more where there is none (API_Query, LastEvaluatedKey); dynalite and Lockstep's do, moto does not.
    expect(behind.flat()).toEqual([]);
  });

  it("counts what vanished of an account, and nothing that vanished in an index, which holds no traces", async () => {
    const { inventory } = stores();
    const inTwo = ["PowerUser", "ReadOnly", "Support"].map((set) =>
      anAssignmentFact(2, set, { user: "alice" }),
    );
    await record(...inTwo, anAssignmentFact(3, "ReadOnly", { user: "alice" }));
    const [first, ...others] = byId(inTwo).slice(0, 2);
    if (first === undefined) throw new Error("expected assignments");
    for (const { kind, id } of [first, ...others].map((fact) => ({ kind: fact.kind, id: factId(fact) }))) {
      await inventory.forget({ kind, id }, { observedAt: afterMinutes(1) });
    }
    const within = { kind: "assignment", within: inAccount(anAccountId(2)) } as const;
    const [empty, ...rest] = await pagesOf(inventory, within, 2);
    expect(empty).toEqual([]);
    expect(rest.flat()).toEqual(byId(inTwo).slice(2));
    const indexed = await inventory.page({ kind: "assignment", principalId: aUserId("alice") }, { limit: 2 });
    expect(indexed.facts).toHaveLength(2);
  });

  it("writes over nothing but what was read, where the write says what that was", async () => {
    const { inventory } = stores();
    const nothing = { observedAt: undefined };
    const first = seen(account, { since: afterMinutes(0), observedAt: afterMinutes(1) });
    expect(await inventory.record(first, nothing)).toBe("written");
    const second = seen(account, { since: afterMinutes(0), observedAt: afterMinutes(2) });
    expect(await inventory.record(second, nothing)).toBe("outdated");
    expect(await inventory.forget(account, { observedAt: afterMinutes(2) }, nothing)).toBe("outdated");
    expect(await inventory.get("account", account.id)).toEqual(first);

    expect(await inventory.record(second, { observedAt: afterMinutes(1) })).toBe("written");
    const third = seen(account, { since: afterMinutes(0), observedAt: afterMinutes(3) });
    expect(await inventory.record(third, { observedAt: afterMinutes(1) })).toBe("outdated");
    const gone = { observedAt: afterMinutes(3) };
    expect(await inventory.forget(account, gone, { observedAt: afterMinutes(1) })).toBe("outdated");
    expect(await inventory.get("account", account.id)).toEqual(second);
    expect(await inventory.forget(account, gone, { observedAt: afterMinutes(2) })).toBe("written");
    const back = seen(account, { since: afterMinutes(4), observedAt: afterMinutes(4) });
    expect(await inventory.record(back, nothing)).toBe("written");
  });

  it("shows again what came back, as it is now", async () => {
    await record(account);
    await stores().inventory.forget(account, { observedAt: afterMinutes(1) });
    const back = seen(account, { since: afterMinutes(2), observedAt: afterMinutes(2) });
    expect(await stores().inventory.record(back)).toBe("written");
    expect(await stores().inventory.get("account", account.id)).toEqual(back);
    expect(await stores().inventory.named("account", account.name)).toEqual([back]);
  });

  const saw = (minutes: number, name: string) => (inventory: Inventory) =>
    inventory.record(seen(anAccountFact(2, { name }), { observedAt: afterMinutes(minutes) }));
  const sawNothing = (minutes: number) => (inventory: Inventory) =>
    inventory.forget(account, { observedAt: afterMinutes(minutes) });

  it.each([
    ["a pass saw it, and a later look that it is gone", saw(0, "old"), sawNothing(1), undefined],
    ["a pass saw nothing, and a later look that it appeared", sawNothing(0), saw(1, "new"), "new"],
    ["both saw it, differently", saw(0, "old"), saw(1, "new"), "new"],
    ["both saw nothing", sawNothing(0), sawNothing(1), undefined],
    ["two looks began at one moment, and one saw it", sawNothing(1), saw(1, "seen"), "seen"],
  ])("lets the later look win in either order: %s", async (_name, earlier, later, name) => {
    const { inventory } = stores();
    expect(await earlier(inventory)).toBe("written");
    expect(await later(inventory)).toBe("written");
    expect((await inventory.get("account", account.id))?.fact.name).toBe(name);
  });

  it.each([
    ["a pass saw it, and a later look that it is gone", saw(0, "old"), sawNothing(1), undefined],
    ["a pass saw nothing, and a later look that it appeared", sawNothing(0), saw(1, "new"), "new"],
    ["both saw it, differently", saw(0, "old"), saw(1, "new"), "new"],
    ["both saw nothing", sawNothing(0), sawNothing(1), undefined],
    ["two looks began at one moment, and one saw it", sawNothing(1), saw(1, "seen"), "seen"],
  ])("refuses the earlier look when it is written last: %s", async (_name, earlier, later, name) => {
    const { inventory } = stores();
    expect(await later(inventory)).toBe("written");
    expect(await earlier(inventory)).toBe("outdated");
    expect((await inventory.get("account", account.id))?.fact.name).toBe(name);
  });

  it("takes the same look once, as often as it is written", async () => {
    const { inventory } = stores();
    expect(await saw(0, "one")(inventory)).toBe("written");
    expect(await saw(0, "one")(inventory)).toBe("outdated");
    expect(await sawNothing(1)(inventory)).toBe("written");
    expect(await sawNothing(1)(inventory)).toBe("outdated");
  });

  it("lets one of many looks that began at the same moment win", async () => {
    const { inventory } = stores();
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, (_, index) => saw(1, `number ${String(index)}`)(inventory)),
    );
    expect(outcomes.filter((outcome) => outcome === "written")).toHaveLength(1);
    const winner = outcomes.indexOf("written");
    expect((await inventory.get("account", account.id))?.fact.name).toBe(`number ${String(winner)}`);
  });
});
