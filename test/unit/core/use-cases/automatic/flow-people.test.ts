import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AccessFlow, PersonRule } from "../../../../../lambdas/core/domain/access-flow.ts";
import { anchorsOf } from "../../../../../lambdas/core/domain/automatic/anchors.ts";
import { RetryableError } from "../../../../../lambdas/core/domain/errors.ts";
import { timestamp, type FlowName, type RotaName } from "../../../../../lambdas/core/domain/ids.ts";
import { isWhom } from "../../../../../lambdas/core/domain/person-rule.ts";
import {
  ATTRIBUTES_LOOKED_AT,
  peopleOfFlows,
} from "../../../../../lambdas/core/use-cases/automatic/flow-people.ts";
import { loadPerson } from "../../../../../lambdas/core/use-cases/evaluation/load-person.ts";
import { neededOfPerson } from "../../../../../lambdas/core/use-cases/evaluation/needed-facts.ts";
import { anAutomaticFlow } from "../../../../support/automatic.ts";
import { aGroupId, aUserId } from "../../../../support/builders.ts";
import { afterMinutes, aUserFact, seen } from "../../../../support/facts.ts";
import { FakeDirectory } from "../../../../support/fakes/directory.ts";
import { noPolicies } from "../../../../support/policies.ts";

const now = new Date("2026-01-01T12:00:00.000Z");
const names = ["alice", "bob", "carol", "dave", "erin"] as const;

/** Engineers are alice and bob, leads are bob and carol; there is no group of ghosts. Carol manages alice. Dave is on call. */
const world = async () => {
  const policies = noPolicies();
  const directory = new FakeDirectory();
  for (const name of names) {
    directory.addUser({ userId: aUserId(name), userName: name });
    await policies.inventory.record(seen(aUserFact(name)));
  }
  directory.addGroup({
    groupId: aGroupId("engineers"),
    displayName: "engineers",
    members: ["alice", "bob"].map(aUserId),
  });
  directory.addGroup({
    groupId: aGroupId("leads"),
    displayName: "leads",
    members: ["bob", "carol"].map(aUserId),
  });
  directory.setAttributes(aUserId("alice"), { manager: aUserId("carol"), department: "payments" });
  directory.setAttributes(aUserId("dave"), { department: "sales" });
  await policies.rotas.put({
    name: "payments" as RotaName,
    version: 1,
    timeZone: "UTC",
    shifts: [
      {
        user: { id: aUserId("dave"), name: "dave" },
        from: timestamp(new Date(now.getTime() - 1000)),
        to: timestamp(new Date(now.getTime() + 1000)),
      },
    ],
    overrides: [],
    updatedAt: afterMinutes(0),
    updatedBy: "test",
  });
  return { ...policies, directory };
};

const group = (name: string) => ({ type: "group" as const, id: aGroupId(name), name });
const user = (name: string) => ({ type: "user" as const, id: aUserId(name), name });
const department = (value: string): PersonRule => ({
  type: "attribute",
  attribute: "department",
  operator: "is",
  values: [value],
});
const title: PersonRule = { type: "attribute", attribute: "title", operator: "contains", values: ["lead"] };
const leaf: fc.Arbitrary<PersonRule> = fc.oneof(
  fc.constantFrom("engineers", "leads", "ghosts").map(group),
  fc.constantFrom(...names).map(user),
  fc.constantFrom("payments", "sales").map((value) => ({
    type: "attribute" as const,
    attribute: "department",
    operator: "is" as const,
    values: [value],
  })),
  fc.constantFrom<PersonRule>(
    { type: "manager-of", of: group("engineers") },
    { type: "manager-of", of: user("bob") },
    { type: "on-call", rota: "payments" as RotaName },
    { type: "on-call", rota: "nobodys" as RotaName },
  ),
);
const { rule } = fc.letrec<{ rule: PersonRule }>((tie) => ({
  rule: fc.oneof(
    { maxDepth: 3 },
    leaf,
    fc.array(tie("rule"), { minLength: 1, maxLength: 3 }).map((anyOf) => ({ anyOf })),
    fc.array(tie("rule"), { minLength: 1, maxLength: 3 }).map((allOf) => ({ allOf })),
    tie("rule").map((not) => ({ not })),
  ),
}));

describe("whom a flow is for", () => {
  it("comes to the same as asking of each person, and misses nobody, whatever the rule", async () => {
    const dependencies = await world();
    await fc.assert(
      fc.asyncProperty(rule, async (requestors) => {
        const flow: AccessFlow = anAutomaticFlow({ requestors });
        const everybody = names.map((name) => aUserId(name));
        const { people, verdict } = await peopleOfFlows(dependencies, now, [flow])(flow, everybody);
        for (const id of everybody) {
          const facts = await loadPerson(dependencies, id, neededOfPerson([flow]), now);
          const asked = isWhom(requestors, facts);
          // What the directory has no value for is in doubt for whoever asks, and ends what an automatic flow gave.
          expect(asked === "unknown" ? ["unknown", "unmet"] : [asked]).toContain(verdict(id));
          if (asked === "met") expect(people).toContain(id);
        }
      }),
      { numRuns: 200 },
    );
  });

  it("is asked of all users only where the rule names nobody to begin with", () => {
    expect(anchorsOf({ not: group("engineers") })).toBeUndefined();
    expect(anchorsOf({ anyOf: [group("engineers"), { not: group("leads") }] })).toBeUndefined();
    expect(anchorsOf({ allOf: [{ not: group("leads") }, group("engineers"), user("bob")] })).toMatchObject({
      users: [aUserId("bob")],
      groups: [],
    });
  });

  const ofPayments = anAutomaticFlow({
    requestors: {
      allOf: [
        group("all"),
        { type: "attribute", attribute: "department", operator: "is", values: ["payments"] },
      ],
    },
  });
  /** So many people in a group, all of them of the department. */
  const crowd = async (count: number) => {
    const dependencies = await world();
    const many = Array.from({ length: count }, (_, index) => aUserId(`p${String(index)}`));
    for (const id of many) dependencies.directory.addUser({ userId: id, userName: id });
    dependencies.directory.addGroup({ groupId: aGroupId("all"), displayName: "all", members: many });
    for (const id of many) dependencies.directory.setAttributes(id, { department: "payments" });
    return { ...dependencies, many };
  };

  it.each<[string, PersonRule, readonly [string, string, string]]>([
    ["an attribute", department("payments"), ["met", "unmet", "unmet"]],
    ["none of an attribute", { not: department("sales") }, ["met", "unmet", "unknown"]],
    ["an attribute, or another", { anyOf: [department("payments"), title] }, ["met", "unmet", "unmet"]],
    [
      "an attribute, and what nobody knows",
      { anyOf: [department("payments"), { type: "manager-of", of: group("ghosts") }] },
      ["met", "unknown", "unknown"],
    ],
  ])("by %s is told of whoever has the value, another one, and none", async (_case, requestors, expected) => {
    const dependencies = await world();
    const flow = anAutomaticFlow({ requestors });
    const asked = ["alice", "dave", "erin"].map(aUserId);
    const { verdict } = await peopleOfFlows(dependencies, now, [flow])(flow, asked);
    expect(asked.map(verdict)).toEqual(expected);
  });

  describe("by a rule that names nobody, of more people than a run can look at", () => {
    /** Alice is of payments, dave of sales, and of erin the directory says nothing; 10,000 others are in the inventory. */
    const multitude = async (overrides: Partial<AccessFlow> = {}) => {
      const dependencies = await world();
      for (let number = 0; number < 10_000; number += 1)
        await dependencies.inventory.record(seen(aUserFact(`p${String(number)}`)));
      const flow = anAutomaticFlow({ requestors: department("payments"), ...overrides });
      return { dependencies, flow, people: peopleOfFlows(dependencies, now, [flow]) };
    };
    const holders = ["alice", "dave", "erin"].map(aUserId);
    const problem = expect.stringMatching(
      /^it names nobody, and may be for more than 10000 people/,
    ) as string;

    it("is nobody new, and each who has its access is judged by themselves; which is said", async () => {
      const { flow, people } = await multitude();
      const found = await people(flow, holders);
      expect(found.people).toEqual([]);
      expect(holders.map(found.verdict)).toEqual(["met", "unmet", "unmet"]);
      expect(found.problems).toEqual([problem]);
    });

    it("is not known where the directory gives no answer either", async () => {
      const { dependencies, flow, people } = await multitude();
      dependencies.directory.attributes = () =>
        Promise.reject(new RetryableError("DirectoryUnavailable", "no answer"));
      const found = await people(flow, holders);
      expect(found.people).toEqual([]);
      expect(new Set(holders.map(found.verdict))).toEqual(new Set(["unknown"]));
    });

    it("is whoever is not in a group any more by the group alone", async () => {
      const { flow, people } = await multitude({ requestors: { not: group("engineers") } });
      const found = await people(flow, holders);
      expect(holders.map(found.verdict)).toEqual(["unmet", "met", "met"]);
    });
  });

  it("is not known of somebody whom the directory does not know", async () => {
    const dependencies = await world();
    const flow = anAutomaticFlow({ requestors: department("payments") });
    const { verdict } = await peopleOfFlows(dependencies, now, [flow])(flow, [aUserId("gone")]);
    expect(verdict(aUserId("gone"))).toBe("unknown");
  });

  it("keeps what the directory said of some when it gives no answer about another", async () => {
    const { many, ...dependencies } = await crowd(20);
    const attributes = dependencies.directory.attributes.bind(dependencies.directory);
    dependencies.directory.attributes = (id) =>
      id === many[7]
        ? Promise.reject(new RetryableError("DirectoryUnavailable", "Rate exceeded"))
        : attributes(id);
    const { verdict, problems } = await peopleOfFlows(dependencies, now, [ofPayments])(ofPayments, []);
    expect(many.filter((id) => verdict(id) !== "met")).toEqual([many[7]]);
    expect(many[7] && verdict(many[7])).toBe("unknown");
    expect(problems).toEqual(["the attributes of 1 people could not be looked up: Rate exceeded"]);
  });

  it("asks a directory that is away no further, and knows nobody", async () => {
    const { many, ...dependencies } = await crowd(200);
    let asked = 0;
    dependencies.directory.attributes = () => {
      asked += 1;
      return Promise.reject(new RetryableError("DirectoryUnavailable", "no answer"));
    };
    const { verdict, problems } = await peopleOfFlows(dependencies, now, [ofPayments])(ofPayments, []);
    expect(asked).toBeLessThanOrEqual(5);
    expect(new Set(many.map(verdict))).toEqual(new Set(["unknown"]));
    expect(problems).toEqual(["the attributes of 200 people could not be looked up: no answer"]);
  });

  it("does not know who manages people about whom the directory gives no answer, and knows the others", async () => {
    const dependencies = await world();
    const managerOf = dependencies.directory.managerOf.bind(dependencies.directory);
    dependencies.directory.managerOf = (id) =>
      id === aUserId("bob")
        ? Promise.reject(new RetryableError("DirectoryUnavailable", "no answer"))
        : managerOf(id);
    const flow = anAutomaticFlow({ requestors: { type: "manager-of", of: group("engineers") } });
    const { verdict } = await peopleOfFlows(dependencies, now, [flow])(flow, [aUserId("dave")]);
    expect([verdict(aUserId("carol")), verdict(aUserId("dave"))]).toEqual(["met", "unknown"]);
  });

  it("looks at no more people for several flows than for one", async () => {
    const { many: _many, ...dependencies } = await crowd(ATTRIBUTES_LOOKED_AT);
    const flows = ["one", "other"].map((name) => ({ ...ofPayments, name: name as FlowName }));
    const people = peopleOfFlows(dependencies, now, flows);
    for (const flow of flows) {
      const found = await people(flow, []);
      expect(found.people.filter((id) => found.verdict(id) === "met")).toHaveLength(ATTRIBUTES_LOOKED_AT / 2);
    }
  });

  it("looks at some people's attributes in one run, and at the others' in the next", async () => {
    const { many, ...dependencies } = await crowd(ATTRIBUTES_LOOKED_AT + 500);
    const metAt = async (minutes: number) => {
      const at = new Date(now.getTime() + minutes * 60_000);
      const { people, verdict, problems } = await peopleOfFlows(dependencies, at, [ofPayments])(
        ofPayments,
        [],
      );
      expect(problems).toHaveLength(1);
      return people.filter((id) => verdict(id) === "met");
    };
    const [first, second] = [await metAt(0), await metAt(5)];
    expect(first).toHaveLength(ATTRIBUTES_LOOKED_AT);
    expect(new Set([...first, ...second]).size).toBe(many.length);
  });
});
