import { noPolicies } from "../../../../support/policies.ts";
import { describe, expect, it } from "vitest";
import type { AccessFlow } from "../../../../../lambdas/core/domain/access-flow.ts";
import type { AccessFlowBody } from "../../../../../lambdas/core/contracts/configuration/access-flow.ts";
import type { ConfigurationEntry } from "../../../../../lambdas/core/domain/configuration/entry.ts";
import { DomainError, RetryableError } from "../../../../../lambdas/core/domain/errors.ts";
import type { WriteOutcome } from "../../../../../lambdas/core/ports/stores.ts";
import { saveAccessFlow } from "../../../../../lambdas/core/use-cases/configuration/save-access-flow.ts";
import {
  aGroupId,
  aPermissionSetArn,
  aUserId,
  anAccountId,
  anOrganizationalUnitId,
} from "../../../../support/builders.ts";
import { by } from "../../../../support/configuration.ts";
import { FakeDirectory, FakeOrganization } from "../../../../support/fakes/directory.ts";
import { FakeAccessFlowStore } from "../../../../support/fakes/stores.ts";
import { VirtualClock } from "../../../../support/virtual-clock.ts";

const document = (max = "PT8H"): AccessFlowBody => ({
  trigger: "self-serve",
  active: true,
  requestors: { anyOf: [{ user: "alice" }] },
  targets: [{ accounts: ["payments-prod"], organizationalUnits: [], permissionSets: ["PowerUser"] }],
  duration: { max },
  approval: { steps: [] },
  settings: { requesterCanApproveSelf: false, maxExtensions: 0, extensionNeedsApproval: true },
});

const setUp = (flows = new FakeAccessFlowStore()) => {
  const directory = new FakeDirectory();
  directory.addUser({ userId: aUserId("alice"), userName: "alice" });
  const save = saveAccessFlow({
    ...noPolicies(),
    flows,
    directory,
    organization: new FakeOrganization(),
    names: {
      account: () => Promise.resolve({ id: anAccountId(2), name: "payments-prod" }),
      permissionSet: () =>
        Promise.resolve({
          arn: aPermissionSetArn("PowerUser"),
          name: "PowerUser",
          sessionDuration: "PT1H",
          inManagementAccount: false,
        }),
    },
    clock: new VirtualClock(),
  });
  return { flows, directory, save };
};

/** A store in which somebody else's write comes first, so many times. */
class ContestedFlows extends FakeAccessFlowStore {
  races = 0;

  override async put(next: AccessFlow, change?: ConfigurationEntry): Promise<WriteOutcome> {
    if (this.races > 0) {
      this.races -= 1;
      await super.put({ ...next, updatedBy: "somebody else", duration: { max: "PT1S", maxSeconds: 1 } });
    }
    return super.put(next, change);
  }
}

it("wins over those who saved in between, with a version after theirs", async () => {
  const { flows, save } = setUp(Object.assign(new ContestedFlows(), { races: 2 }));
  const saved = await save({ author: by("me"), name: "flow", document: document() });
  expect(saved).toMatchObject({ version: 3, updatedBy: aUserId("me"), duration: { max: "PT8H" } });
  expect(await flows.get("flow")).toEqual(saved);
});

it("gives up when that goes on and on", async () => {
  const { save } = setUp(Object.assign(new ContestedFlows(), { races: 100 }));
  await expect(save({ author: by("me"), name: "flow", document: document() })).rejects.toMatchObject({
    code: "concurrent-modification",
  });
});

it("saves again when a name has come to mean somebody else", async () => {
  const { save, directory } = setUp();
  await save({ author: by("me"), name: "flow", document: document() });
  expect(await save({ author: by("other"), name: "flow", document: document() })).toMatchObject({
    version: 1,
    updatedBy: aUserId("me"),
  });
  directory.deleteUser(aUserId("alice"));
  directory.addUser({ userId: aUserId("another alice"), userName: "alice" });
  expect(await save({ author: by("other"), name: "flow", document: document() })).toMatchObject({
    version: 2,
    updatedBy: aUserId("other"),
    requestors: { anyOf: [{ id: aUserId("another alice") }] },
  });
});

it("passes on that the directory does not answer, and writes nothing", async () => {
  const { save, directory, flows } = setUp();
  directory.userByName = () => Promise.reject(new RetryableError("DirectoryUnavailable", "throttled"));
  await expect(save({ author: by("me"), name: "flow", document: document() })).rejects.toMatchObject({
    name: "DirectoryUnavailable",
  });
  expect(await flows.list()).toEqual([]);
});

/* What is kept of a flow, when it is written anew, and what each refusal says. */

const unknown = (kind: string, name: string, pointer: string): DomainError => {
  const detail = `There is no ${kind} "${name}".`;
  return new DomainError("unknown-name", detail, [{ pointer, detail }]);
};
const ambiguous = (name: string, pointer: string): DomainError => {
  const detail = `"${name}" is the name of 2 accounts.`;
  return new DomainError("ambiguous-name", detail, [{ pointer, detail }]);
};

/** A directory of alice and of the payments groups; accounts payments-prod and payments-test, and two that are called twin. */
const world = (flows = new FakeAccessFlowStore()) => {
  const clock = new VirtualClock();
  const directory = new FakeDirectory();
  const organization = new FakeOrganization();
  directory.addUser({ userId: aUserId("alice"), userName: "alice", email: "alice@example.com" });
  for (const name of ["payments-engineers", "payments-leads"]) {
    directory.addGroup({ groupId: aGroupId(name), displayName: name });
  }
  organization.addOrganizationalUnit("/Workloads", anOrganizationalUnitId("workloads"));
  const accounts = new Map([
    ["payments-prod", anAccountId(2)],
    [anAccountId(2), anAccountId(2)],
    ["payments-test", anAccountId(3)],
  ]);
  const save = saveAccessFlow({
    ...noPolicies(),
    flows,
    directory,
    organization,
    names: {
      account: (text, pointer) => {
        if (text === "twin") return Promise.reject(ambiguous(text, pointer));
        const id = accounts.get(text);
        return id === undefined
          ? Promise.reject(unknown("account", text, pointer))
          : Promise.resolve({ id, name: "the catalogue's name" });
      },
      permissionSet: (text, pointer) =>
        text.startsWith("No")
          ? Promise.reject(unknown("permission set", text, pointer))
          : Promise.resolve({
              arn: aPermissionSetArn(text),
              name: "the catalogue's name",
              sessionDuration: "PT1H",
              inManagementAccount: false,
            }),
    },
    clock,
  });
  return {
    clock,
    flows,
    directory,
    organization,
    save: (flow: AccessFlowBody, name = "flow", editor = "me") =>
      save({ author: by(editor), name, document: flow }),
    /** The refusal, once it is sure that nothing was written. */
    refusal: async (flow: AccessFlowBody, name = "flow") => {
      const error: unknown = await save({ author: by("me"), name, document: flow }).catch(
        (thrown: unknown) => thrown,
      );
      if (!(error instanceof DomainError)) throw new Error("Expected a refusal", { cause: error });
      expect(await flows.list()).toEqual([]);
      return error;
    },
  };
};

const body = (overrides: Partial<AccessFlowBody> = {}): AccessFlowBody => ({
  trigger: "self-serve",
  active: true,
  requestors: { anyOf: [{ group: "payments-engineers" }, { user: "alice@example.com" }] },
  targets: [
    { accounts: ["payments-prod"], organizationalUnits: ["/Workloads", "/"], permissionSets: ["PowerUser"] },
    {
      accounts: ["payments-test", anAccountId(2)],
      organizationalUnits: [],
      permissionSets: ["ReadOnly", "Billing"],
    },
  ],
  duration: { max: "PT8H" },
  approval: {
    steps: [
      { anyOf: [{ group: "payments-leads" }], within: "PT2H30M" },
      { anyOf: [{ user: "alice" }], within: "P1D" },
    ],
  },
  settings: { requesterCanApproveSelf: true, maxExtensions: 2, extensionNeedsApproval: false },
  ...overrides,
});

describe("a saved access flow", () => {
  it("has each name as it was written next to its id, and each duration in seconds", async () => {
    const { save, flows, clock } = world();
    await clock.advanceBy(1500);
    const saved = await save(body());
    expect(saved).toEqual({
      name: "flow",
      version: 1,
      requestors: {
        anyOf: [
          { type: "group", id: aGroupId("payments-engineers"), name: "payments-engineers" },
          { type: "user", id: aUserId("alice"), name: "alice@example.com" },
        ],
      },
      targets: [
        {
          accounts: [{ id: anAccountId(2), name: "payments-prod" }],
          organizationalUnits: [
            { id: anOrganizationalUnitId("workloads"), name: "/Workloads" },
            { id: "r-abcd", name: "/" },
          ],
          permissionSets: [{ id: aPermissionSetArn("PowerUser"), name: "PowerUser" }],
        },
        {
          accounts: [
            { id: anAccountId(3), name: "payments-test" },
            { id: anAccountId(2), name: anAccountId(2) },
          ],
          organizationalUnits: [],
          permissionSets: [
            { id: aPermissionSetArn("ReadOnly"), name: "ReadOnly" },
            { id: aPermissionSetArn("Billing"), name: "Billing" },
          ],
        },
      ],
      duration: { max: "PT8H", maxSeconds: 28_800 },
      approval: {
        steps: [
          {
            anyOf: [{ type: "group", id: aGroupId("payments-leads"), name: "payments-leads" }],
            withinSeconds: 9000,
          },
          { anyOf: [{ type: "user", id: aUserId("alice"), name: "alice" }], withinSeconds: 86_400 },
        ],
      },
      settings: { requesterCanApproveSelf: true, maxExtensions: 2, extensionNeedsApproval: false },
      updatedAt: "2026-01-01T00:00:01.500Z",
      updatedBy: aUserId("me"),
      unconfirmedEditors: [aUserId("me")],
    });
    expect(await flows.list()).toEqual([saved]);
  });

  it("has its limits on extensions and sessions in seconds, where it says any", async () => {
    const { save } = world();
    const settings = {
      requesterCanApproveSelf: false,
      maxExtensions: 0,
      extensionNeedsApproval: true,
      extensionDuration: "PT30M",
      maxSessionDuration: "PT4H",
    };
    expect((await save(body({ settings }))).settings).toEqual({
      requesterCanApproveSelf: false,
      maxExtensions: 0,
      extensionNeedsApproval: true,
      extensionSeconds: 1800,
      maxSessionSeconds: 14_400,
    });
  });

  it("may say its name itself, which is then the path's", async () => {
    const { save, refusal } = world();
    const detail = 'found "other"; expected the path\'s name "flow", or no name';
    expect(await refusal(body({ name: "other" as never }))).toMatchObject({
      code: "invalid-access-flow",
      message: `The access flow's name: ${detail}.`,
      fields: [{ pointer: "/name", detail }],
    });
    expect(await save(body({ name: "flow" as never }))).toMatchObject({ name: "flow" });
  });

  it.each(["-a", "a.b", "", "x".repeat(65)])("cannot be called %j", async (name) => {
    const { refusal } = world();
    const detail = `found "${name}"; expected 1 to 64 letters, digits, - and _, starting with a letter or digit`;
    for (const named of [body(), body({ name: name as never })]) {
      expect(await refusal(named, name)).toMatchObject({
        code: "invalid-access-flow",
        message: `The access flow's name: ${detail}.`,
        fields: [{ pointer: "/name", detail }],
      });
    }
  });

  it("takes nothing for a duration that is none", async () => {
    const { save, flows } = world();
    await expect(save(body({ duration: { max: "a while" } }))).rejects.toThrow(
      new Error("Not a duration: a while"),
    );
    expect(await flows.list()).toEqual([]);
  });
});

describe("saving a flow that is there", () => {
  it("writes nothing when it says the same, whoever saves it and whenever", async () => {
    const { save, flows, clock } = world();
    const first = await save(body());
    await clock.advanceBy(1000);
    let puts = 0;
    flows.put = () => {
      puts += 1;
      return Promise.resolve("written");
    };
    expect(await save(body(), "flow", "somebody else")).toEqual(first);
    expect(puts).toBe(0);
  });

  const differing: readonly (readonly [string, Partial<AccessFlowBody>])[] = [
    ["who may request", { requestors: { anyOf: [{ group: "payments-engineers" }] } }],
    ["what is requested", { targets: body().targets.slice(0, 1) }],
    ["how long", { duration: { max: "PT4H" } }],
    ["how the same time is written", { duration: { max: "PT480M" } }],
    ["who approves", { approval: { steps: [] } }],
    ["a setting", { settings: { ...body().settings, maxExtensions: 3 } }],
  ];
  it.each(differing)("writes the next version when it differs in %s", async (_, overrides) => {
    const { save, flows, clock } = world();
    await save(body());
    await clock.advanceBy(1000);
    const saved = await save(body(overrides), "flow", "somebody else");
    expect(saved).toMatchObject({
      name: "flow",
      version: 2,
      updatedAt: "2026-01-01T00:00:01.000Z",
      updatedBy: aUserId("somebody else"),
    });
    expect(await flows.list()).toEqual([saved]);
  });

  it("leaves the other flows alone", async () => {
    const { save, flows } = world();
    const other = await save(body(), "other");
    const saved = await save(body({ duration: { max: "PT1H" } }), "flow");
    expect(saved.version).toBe(1);
    expect(await flows.list()).toEqual([saved, other]);
  });
});

describe("a race between two who save", () => {
  /** A store that counts the writes that are tried, and loses the first so many. */
  const losing = (times: number) => {
    const flows = new FakeAccessFlowStore();
    const put = flows.put.bind(flows);
    const tried: number[] = [];
    flows.put = (next, change) => {
      tried.push(next.version);
      return tried.length <= times ? Promise.resolve("conflict") : put(next, change);
    };
    return { flows, tried };
  };

  it("is tried five times", async () => {
    const { flows, tried } = losing(4);
    expect(await world(flows).save(body())).toMatchObject({ version: 1 });
    expect(tried).toHaveLength(5);
  });

  it("is given up after that, and says so", async () => {
    const { flows, tried } = losing(5);
    const { refusal } = world(flows);
    expect(await refusal(body())).toMatchObject({
      code: "concurrent-modification",
      message: "This access flow is being changed by others right now. Try again.",
      fields: [],
    });
    expect(tried).toHaveLength(5);
  });

  it("ends with the other's flow when that says the same", async () => {
    const flows = new FakeAccessFlowStore();
    const put = flows.put.bind(flows);
    let tried = 0;
    flows.put = async (next) => {
      tried += 1;
      await put({ ...next, updatedBy: "somebody else" });
      return "conflict";
    };
    expect(await world(flows).save(body())).toMatchObject({ version: 1, updatedBy: "somebody else" });
    expect(tried).toBe(1);
  });
});

describe("names that lead nowhere", () => {
  it("are told of one by one, with the field that each is in", async () => {
    const { refusal } = world();
    const { code, message, fields } = await refusal(
      body({
        requestors: { anyOf: [{ user: "casper" }, { group: "payments-engineers" }, { group: "ghosts" }] },
        targets: [
          ...body().targets.slice(0, 1),
          {
            accounts: ["payments-prod", "atlantis"],
            organizationalUnits: ["/", "/No"],
            permissionSets: ["No"],
          },
        ],
        approval: {
          steps: [
            { anyOf: [{ group: "payments-leads" }], within: "PT1H" },
            { anyOf: [{ group: "payments-leads" }, { user: "nobody" }], within: "PT1H" },
          ],
        },
      }),
    );
    expect(code).toBe("unknown-name");
    expect(fields).toEqual([
      {
        pointer: "/requestors/anyOf/0/user",
        detail: 'There is no user with the email or user name "casper".',
      },
      { pointer: "/requestors/anyOf/2/group", detail: 'There is no group with the display name "ghosts".' },
      { pointer: "/targets/1/accounts/1", detail: 'There is no account "atlantis".' },
      {
        pointer: "/targets/1/organizationalUnits/1",
        detail: 'There is no organizational unit at the path "/No".',
      },
      { pointer: "/targets/1/permissionSets/0", detail: 'There is no permission set "No".' },
      {
        pointer: "/approval/steps/1/anyOf/1/user",
        detail: 'There is no user with the email or user name "nobody".',
      },
    ]);
    expect(message).toBe(fields.map(({ detail }) => detail).join(" "));
  });

  it("are told of in one sentence each, the first to the last", async () => {
    const { refusal } = world();
    const requestors = { anyOf: [{ group: "ghosts" }, { group: "spirits" }] };
    expect((await refusal(body({ requestors }))).message).toBe(
      'There is no group with the display name "ghosts". There is no group with the display name "spirits".',
    );
  });

  const target = (...accounts: string[]) => ({
    accounts,
    organizationalUnits: [],
    permissionSets: ["PowerUser"],
  });

  it("are ambiguous when each of them means several", async () => {
    const { refusal } = world();
    const [zero, two] = ["/targets/0/accounts/0", "/targets/0/accounts/2"];
    const detail = '"twin" is the name of 2 accounts.';
    expect(await refusal(body({ targets: [target("twin", "payments-prod", "twin")] }))).toMatchObject({
      code: "ambiguous-name",
      message: `${detail} ${detail}`,
      fields: [
        { pointer: zero, detail },
        { pointer: two, detail },
      ],
    });
  });

  it("are unknown when one of them means nothing, though another means several", async () => {
    const { refusal } = world();
    expect(await refusal(body({ targets: [target("twin", "atlantis")] }))).toMatchObject({
      code: "unknown-name",
      message: '"twin" is the name of 2 accounts. There is no account "atlantis".',
    });
  });

  it("are told of with the item's place where the directory names no field", async () => {
    const { refusal, directory } = world();
    directory.addUser({ userId: aUserId("another"), userName: "alice@example.com" });
    const detail = '"alice@example.com" names two people';
    expect(await refusal(body())).toMatchObject({
      code: "ambiguous-name",
      message: detail,
      fields: [{ pointer: "/requestors/anyOf/1", detail }],
    });
  });

  it("are no refusal when nobody answered: then nobody knows", async () => {
    const { save, organization, flows } = world();
    const failure = new RetryableError("DirectoryUnavailable", "throttled");
    organization.organizationalUnitAt = () => Promise.reject(failure);
    await expect(save(body())).rejects.toBe(failure);
    expect(await flows.list()).toEqual([]);
  });

  it("are looked up five at a time, and kept in the order in which they were written", async () => {
    const { save, directory } = world();
    const names = Array.from({ length: 12 }, (_, index) => `group ${String(index)}`);
    for (const name of names) directory.addGroup({ groupId: aGroupId(name), displayName: name });
    const find = directory.groupByName.bind(directory);
    let [inFlight, mostInFlight] = [0, 0];
    directory.groupByName = async (name) => {
      inFlight += 1;
      mostInFlight = Math.max(mostInFlight, inFlight);
      const found = await find(name);
      inFlight -= 1;
      return found;
    };
    const { requestors } = await save(body({ requestors: { anyOf: names.map((group) => ({ group })) } }));
    expect(requestors).toEqual({ anyOf: names.map((name) => ({ type: "group", id: aGroupId(name), name })) });
    expect(mostInFlight).toBe(5);
  });
});
