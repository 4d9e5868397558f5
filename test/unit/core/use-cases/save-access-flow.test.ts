import { expect, it } from "vitest";
import type { AccessFlow } from "../../../../lambdas/core/domain/access-flow.ts";
import { RetryableError } from "../../../../lambdas/core/domain/errors.ts";
import type { WriteOutcome } from "../../../../lambdas/core/ports/stores.ts";
import { saveAccessFlow } from "../../../../lambdas/core/use-cases/save-access-flow.ts";
import { aPermissionSetArn, aUserId, anAccountId } from "../../../support/builders.ts";
import { FakeDirectory, FakeOrganization } from "../../../support/fakes/directory.ts";
import { FakeAccessFlowStore } from "../../../support/fakes/stores.ts";
import { VirtualClock } from "../../../support/virtual-clock.ts";

const document = (max = "PT8H") => ({
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

  override async put(next: AccessFlow): Promise<WriteOutcome> {
    if (this.races > 0) {
      this.races -= 1;
      await super.put({ ...next, updatedBy: "somebody else", duration: { max: "PT1S", maxSeconds: 1 } });
    }
    return super.put(next);
  }
}

it("wins over those who saved in between, with a version after theirs", async () => {
  const { flows, save } = setUp(Object.assign(new ContestedFlows(), { races: 2 }));
  const saved = await save({ actor: "me", name: "flow", flow: document() });
  expect(saved).toMatchObject({ version: 3, updatedBy: "me", duration: { max: "PT8H" } });
  expect(await flows.get("flow")).toEqual(saved);
});

it("gives up when that goes on and on", async () => {
  const { save } = setUp(Object.assign(new ContestedFlows(), { races: 100 }));
  await expect(save({ actor: "me", name: "flow", flow: document() })).rejects.toMatchObject({
    code: "concurrent-modification",
  });
});

it("saves again when a name has come to mean somebody else", async () => {
  const { save, directory } = setUp();
  await save({ actor: "me", name: "flow", flow: document() });
  expect(await save({ actor: "other", name: "flow", flow: document() })).toMatchObject({
    version: 1,
    updatedBy: "me",
  });
  directory.deleteUser(aUserId("alice"));
  directory.addUser({ userId: aUserId("another alice"), userName: "alice" });
  expect(await save({ actor: "other", name: "flow", flow: document() })).toMatchObject({
    version: 2,
    updatedBy: "other",
    requestors: { anyOf: [{ id: aUserId("another alice") }] },
  });
});

it("passes on that the directory does not answer, and writes nothing", async () => {
  const { save, directory, flows } = setUp();
  directory.userByName = () => Promise.reject(new RetryableError("DirectoryUnavailable", "throttled"));
  await expect(save({ actor: "me", name: "flow", flow: document() })).rejects.toMatchObject({
    name: "DirectoryUnavailable",
  });
  expect(await flows.list()).toEqual([]);
});
