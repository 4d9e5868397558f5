import { beforeEach, describe, expect, it } from "vitest";
import type { RequestAsk } from "../../../../lambdas/core/contracts/http/requests.ts";
import type { AccessFlow } from "../../../../lambdas/core/domain/access-flow.ts";
import { entitlementKey } from "../../../../lambdas/core/domain/entitlement.ts";
import { DomainError } from "../../../../lambdas/core/domain/errors.ts";
import { frozenHash } from "../../../../lambdas/core/domain/frozen.ts";
import { secondsAfter } from "../../../../lambdas/core/domain/ids.ts";
import {
  composeRequest,
  type ComposeDependencies,
  type SubmitInput,
} from "../../../../lambdas/core/use-cases/compose-request.ts";
import {
  aFlow,
  aGroupId,
  aPermissionSetArn,
  aPerson,
  aRequestId,
  anAccountId,
  anEntitlement,
  identityCenter,
} from "../../../support/builders.ts";
import { FakeDirectory, FakeOrganization } from "../../../support/fakes/directory.ts";
import { VirtualClock } from "../../../support/virtual-clock.ts";
import { noGuardrails } from "../../../support/guardrails.ts";
import { noPolicies } from "../../../support/policies.ts";

const id = aRequestId("composed");
const alice = aPerson("alice");
const bob = aPerson("bob");
const engineers = aGroupId("payments-engineers");
const leads = aGroupId("payments-leads");

let clock: VirtualClock;
let directory: FakeDirectory;
let organization: FakeOrganization;
let flows: readonly AccessFlow[];
let sessionDuration: string;
/** Which fields names were looked up for, in order. */
let lookedUp: string[];
let protectedAccounts: ComposeDependencies["protectedAccounts"];
let guardrails: ComposeDependencies["guardrails"];

/** Alice may have PowerUser and ReadOnly in accounts 2 and 3, if bob, a payments lead, approves. */
const wideFlow = (overrides: Partial<AccessFlow> = {}): AccessFlow =>
  aFlow({
    version: 7,
    targets: [
      {
        accounts: [
          { id: anAccountId(2), name: "payments-prod" },
          { id: anAccountId(3), name: "payments-test" },
        ],
        organizationalUnits: [],
        permissionSets: ["PowerUser", "ReadOnly"].map((name) => ({ id: aPermissionSetArn(name), name })),
      },
    ],
    ...overrides,
  });

beforeEach(() => {
  clock = new VirtualClock();
  directory = new FakeDirectory();
  organization = new FakeOrganization();
  flows = [wideFlow()];
  sessionDuration = "PT1H";
  lookedUp = [];
  protectedAccounts = [];
  guardrails = noGuardrails;
  for (const { userId, userName } of [alice, bob]) directory.addUser({ userId, userName });
  directory.addGroup({ groupId: engineers, displayName: "payments-engineers", members: [alice.userId] });
  directory.addGroup({ groupId: leads, displayName: "payments-leads", members: [bob.userId] });
  for (const digit of [2, 3]) {
    organization.addAccount({ id: anAccountId(digit), name: `account ${String(digit)}` });
  }
});

const compose = (asked: Partial<RequestAsk> = {}, idempotency?: SubmitInput["idempotency"]) =>
  composeRequest(
    {
      ...noPolicies(),
      flows: { list: () => Promise.resolve(flows) },
      names: {
        account: (text, pointer) => {
          lookedUp.push(pointer);
          return Promise.resolve({ id: text as never, name: `account ${text}` });
        },
        permissionSet: (text, pointer) => {
          lookedUp.push(pointer);
          const arn = aPermissionSetArn(text);
          return Promise.resolve({ arn, name: text, sessionDuration, inManagementAccount: false });
        },
      },
      directory,
      organization,
      clock,
      identityCenter,
      protectedAccounts,
      guardrails,
      delegatedAdministrator: false,
    },
    id,
    {
      caller: alice,
      ask: {
        entitlements: [{ account: anAccountId(2), permissionSet: "PowerUser" }],
        duration: "PT1H",
        justification: "incident 42",
        ...asked,
      },
      ...(idempotency !== undefined && { idempotency }),
    },
  );
const refusalOf = async (asked: Partial<RequestAsk>): Promise<DomainError> => {
  const error: unknown = await compose(asked).catch((thrown: unknown) => thrown);
  if (!(error instanceof DomainError)) throw new Error("Expected a refusal", { cause: error });
  return error;
};

describe("a composed request", () => {
  it("says who gets what for how long, why, under which flow, and who decides until when", async () => {
    const request = await compose();
    const { trail, frozen, ...rest } = request;
    expect(rest).toEqual({
      id,
      version: 1,
      status: "pending",
      requester: alice,
      principal: { type: "USER", id: alice.userId, name: "alice" },
      entitlements: [
        {
          entitlement: anEntitlement(),
          accountName: `account ${anAccountId(2)}`,
          permissionSetName: "PowerUser",
          status: "requested",
          standing: false,
          sessionSeconds: 3600,
        },
      ],
      flow: { name: "prod-power", version: 7 },
      duration: "PT1H",
      durationSeconds: 3600,
      justification: "incident 42",
      createdAt: "2026-01-01T00:00:00.000Z",
      approval: {
        steps: wideFlow().approval.steps,
        asked: [bob.userId],
        requesterCanApproveSelf: false,
        decisions: [],
      },
      answered: [],
      deadline: "2026-01-02T00:00:00.000Z",
    });
    expect(frozen).toBe(frozenHash(request));
    expect(trail).toHaveLength(1);
  });

  it("tells the auditor in its first entry who asked for what", async () => {
    const { trail } = await compose({
      entitlements: [
        { account: anAccountId(2), permissionSet: "PowerUser" },
        { account: anAccountId(3), permissionSet: "ReadOnly" },
      ],
    });
    expect(trail[0]).toMatchObject({
      requestId: id,
      sequence: 1,
      type: "ApprovalNeeded",
      at: "2026-01-01T00:00:00.000Z",
      actor: { type: "user", userId: alice.userId },
      status: "pending",
    });
    expect(trail[0]?.details).toMatchObject({
      flow: "prod-power",
      duration: "PT1H",
      entitlements: [
        entitlementKey(anEntitlement()),
        entitlementKey(
          anEntitlement({ accountId: anAccountId(3), permissionSetArn: aPermissionSetArn("ReadOnly") }),
        ),
      ],
    });
  });

  it("is approved from the beginning where the flow needs nobody's approval, and waits until no deadline", async () => {
    flows = [wideFlow({ approval: { steps: [] } })];
    const request = await compose();
    expect(request).toMatchObject({ status: "approved", approval: { steps: [], asked: [], decisions: [] } });
    expect(request).not.toHaveProperty("deadline");
    expect(request.trail).toMatchObject([
      { type: "AutomaticallyApproved", actor: { type: "user", userId: alice.userId }, status: "approved" },
    ]);
  });

  it("waits for its first step until that one's deadline, whatever the later ones' are", async () => {
    const [step] = wideFlow().approval.steps;
    if (step === undefined) throw new Error("a step expected");
    const security = aGroupId("security");
    const carol = aPerson("carol");
    directory.addUser(carol);
    directory.addGroup({ groupId: security, displayName: "security", members: [carol.userId] });
    const second = { anyOf: [{ type: "group" as const, id: security, name: "security" }], withinSeconds: 60 };
    flows = [wideFlow({ approval: { steps: [{ ...step, withinSeconds: 600 }, second] } })];
    expect(await compose()).toMatchObject({
      deadline: "2026-01-01T00:10:00.000Z",
      approval: { asked: [bob.userId, carol.userId] },
    });
  });

  it("remembers that its requester may approve it where the flow says so, and asks them too", async () => {
    directory.join(alice.userId, leads);
    expect(await compose()).toMatchObject({
      approval: { requesterCanApproveSelf: false, asked: [bob.userId] },
    });
    flows = [wideFlow({ settings: { requesterCanApproveSelf: true } })];
    expect(await compose()).toMatchObject({
      approval: { requesterCanApproveSelf: true, asked: [bob.userId, alice.userId] },
    });
  });

  it("remembers the key that it came with, and none where there was none", async () => {
    const key = { key: "key", body: "body" };
    expect((await compose({}, key)).answered).toEqual([key]);
    expect((await compose()).answered).toEqual([]);
  });

  it("is for the group, in each of its entitlements, when it is asked for as its member", async () => {
    const request = await compose({ principal: { type: "GROUP", id: engineers } });
    expect(request).toMatchObject({
      requester: alice,
      principal: { type: "GROUP", id: engineers, name: "payments-engineers" },
      entitlements: [{ entitlement: { principalType: "GROUP", principalId: engineers } }],
    });
  });

  it("claims no session length that Identity Center did not give", async () => {
    sessionDuration = "a while";
    const { entitlements } = await compose();
    expect(entitlements[0]).not.toHaveProperty("sessionSeconds");
    sessionDuration = "PT12H";
    expect((await compose()).entitlements).toMatchObject([{ sessionSeconds: 12 * 3600 }]);
  });

  it("was made when all was looked up, and gives its approvers their time from then on", async () => {
    const list = directory.members.bind(directory);
    directory.members = async (group) => {
      await clock.advanceBy(2500);
      return list(group);
    };
    expect(await compose()).toMatchObject({
      createdAt: "2026-01-01T00:00:02.500Z",
      deadline: "2026-01-02T00:00:02.500Z",
      trail: [{ at: "2026-01-01T00:00:02.500Z" }],
    });
  });
});

describe("the start that is asked for", () => {
  const latest = secondsAfter(new Date("2026-01-01T00:00:00.000Z"), 90 * 24 * 3600);

  it("is left out where none is: then access begins with the approval", async () => {
    expect(await compose()).not.toHaveProperty("startAt");
  });

  it.each([
    ["now", "2026-01-01T00:00:00.000Z", "2026-01-01T00:00:00.000Z"],
    ["90 days ahead", latest, latest],
    ["with an offset", "2026-01-01T03:00:00+02:00", "2026-01-01T01:00:00.000Z"],
    ["with a fraction of a second", "2026-01-01T01:00:00.001Z", "2026-01-01T01:00:01.000Z"],
  ])("is kept in UTC, at the whole second: %s", async (_, startAt, kept) => {
    expect(await compose({ startAt })).toMatchObject({ startAt: kept });
  });

  it.each([
    ["a millisecond ago", "2025-12-31T23:59:59.999Z"],
    ["a millisecond later than 90 days ahead", "2026-04-01T00:00:00.001Z"],
  ])("is refused %s, and nothing is looked up", async (_, startAt) => {
    const detail = `startAt is ${startAt}; expected a time between now and 90 days ahead (2026-04-01T00:00:00.000Z).`;
    expect(await refusalOf({ startAt })).toMatchObject({
      code: "start-out-of-bounds",
      message: detail,
      fields: [{ pointer: "/startAt", detail }],
    });
    expect(lookedUp).toEqual([]);
  });
});

describe("the entitlements that are asked for", () => {
  const power = { account: anAccountId(2), permissionSet: "PowerUser" };

  it("are looked up one by one, each for the field that it came from", async () => {
    await compose({ entitlements: [power, { account: anAccountId(3), permissionSet: "PowerUser" }] });
    expect(lookedUp).toEqual([
      "/entitlements/0/account",
      "/entitlements/0/permissionSet",
      "/entitlements/1/account",
      "/entitlements/1/permissionSet",
    ]);
  });

  it("may share the account or the permission set, and are kept in the order of the ask", async () => {
    const { entitlements } = await compose({
      entitlements: [
        power,
        { account: anAccountId(3), permissionSet: "PowerUser" },
        { account: anAccountId(2), permissionSet: "ReadOnly" },
      ],
    });
    expect(
      entitlements.map(({ accountName, permissionSetName }) => [accountName, permissionSetName]),
    ).toEqual([
      [`account ${anAccountId(2)}`, "PowerUser"],
      [`account ${anAccountId(3)}`, "PowerUser"],
      [`account ${anAccountId(2)}`, "ReadOnly"],
    ]);
  });

  it.each([
    ["the first", [power, { ...power, permissionSet: "ReadOnly" }, power], "1 and 3", "/entitlements/2"],
    ["a later one", [{ ...power, permissionSet: "ReadOnly" }, power, power], "2 and 3", "/entitlements/2"],
  ])("are refused when one is the same as %s", async (_, entitlements, numbers, pointer) => {
    const detail = `Entitlements ${numbers} are the same: PowerUser in account ${anAccountId(2)}.`;
    expect(await refusalOf({ entitlements })).toMatchObject({
      code: "duplicate-entitlement",
      message: detail,
      fields: [{ pointer, detail }],
    });
  });

  it("are refused where nothing is granted, before it is asked who anybody is", async () => {
    protectedAccounts = [{ id: anAccountId(2), reason: "listed" }];
    const principal = { type: "GROUP" as const, name: "no such group" };
    expect(await refusalOf({ entitlements: [power], principal })).toMatchObject({
      code: "protected-account",
    });
  });

  it("are refused where a guardrail says so, whatever a flow allows, before it is asked who anybody is", async () => {
    const principal = { type: "GROUP" as const, name: "no such group" };
    guardrails = { neverGrantable: [{ permissionSets: ["PowerUser"] }] };
    expect(await refusalOf({ entitlements: [power], principal })).toMatchObject({
      code: "never-grantable",
      message: `A guardrail refuses this: PowerUser is never granted in account ${anAccountId(2)} (deploy setting guardrails.neverGrantable).`,
      fields: [],
    });
    guardrails = { neverGrantable: [], maxDurationSeconds: 3600 };
    const detail =
      "it would last PT2H in all, and nothing lasts longer than PT1H (deploy setting guardrails.maxDuration)";
    expect(await refusalOf({ entitlements: [power], principal, duration: "PT2H" })).toMatchObject({
      code: "duration-above-maximum",
      message: `A guardrail refuses this: ${detail}.`,
      fields: [{ pointer: "/duration", detail }],
    });
    expect(await compose({ entitlements: [power], duration: "PT1H" })).toMatchObject({ status: "pending" });
  });

  it("are refused into an account that is not active", async () => {
    organization.setState(anAccountId(2), "SUSPENDED");
    expect(await refusalOf({ entitlements: [power] })).toMatchObject({ code: "account-not-active" });
  });

  it("are refused when nobody could approve them", async () => {
    directory.leave(bob.userId, leads);
    expect(await refusalOf({ entitlements: [power] })).toMatchObject({ code: "no-approver" });
  });

  it("are refused for longer than the flow allows, by a second", async () => {
    expect(await compose({ duration: "PT8H" })).toMatchObject({ duration: "PT8H", durationSeconds: 28_800 });
    expect(await refusalOf({ duration: "PT8H1S" })).toMatchObject({ code: "duration-above-maximum" });
  });
});
