import { expect, it } from "vitest";
import type { Party } from "../../../../../lambdas/core/domain/access-flow.ts";
import { HOME_INTEGRATION } from "../../../../../lambdas/core/domain/integration.ts";
import type { UserId } from "../../../../../lambdas/core/domain/ids.ts";
import type { Ownership } from "../../../../../lambdas/core/domain/ownership.ts";
import type { Principal } from "../../../../../lambdas/core/domain/principal.ts";
import { confirmedOwners } from "../../../../../lambdas/core/use-cases/evaluation/confirmed-owners.ts";
import { aGroupId, aUserId } from "../../../../support/builders.ts";
import { FakeDirectory } from "../../../../support/fakes/directory.ts";
import { FakeInventory } from "../../../../support/fakes/inventory.ts";

const [editor, bob, alice] = [aUserId("editor"), aUserId("bob"), aUserId("alice")];
const team: Party = { type: "group", id: aGroupId("team"), name: "team" };
const toAlice: Principal = { type: "USER", id: alice, name: "alice" };

const ownersWith = async (members: readonly UserId[], principal: Principal = toAlice, requester = alice) => {
  const directory = new FakeDirectory();
  directory.addGroup({ groupId: aGroupId("team"), displayName: "team", members });
  const dependencies = { directory, inventory: new FakeInventory(), secondAdministrator: true };
  const integration = { name: HOME_INTEGRATION, unconfirmedEditors: [editor] };
  const ownership: Ownership = { via: "integration-owner", parties: [team], reason: "as it is set" };
  const [found] = await confirmedOwners(dependencies, integration, { requester, principal }, [ownership]);
  return found;
};

it("is the group as it is where no editor is in it", async () => {
  expect(await ownersWith([bob])).toEqual({ parties: [team], because: "as it is set" });
});

it("is a group's other members where an editor is in it, and nobody where there are none", async () => {
  expect(await ownersWith([editor, bob])).toMatchObject({ parties: [{ type: "user", id: bob }] });
  expect(await ownersWith([editor])).toMatchObject({
    nobody: expect.stringContaining("not confirmed") as string,
  });
});

it("is nobody of a group with an editor that has more members than a step keeps", async () => {
  const others = Array.from({ length: 100 }, (_, index) => aUserId(`member-${String(index)}`));
  expect(await ownersWith([editor, ...others.slice(0, 99)])).toMatchObject({ parties: { length: 99 } });
  expect(await ownersWith([editor, ...others])).toMatchObject({
    nobody: expect.stringContaining("more than 100 members") as string,
  });
});

it("is nobody for a group that an editor would get the access through", async () => {
  const group: Principal = { type: "GROUP", id: aGroupId("team"), name: "team" };
  expect(await ownersWith([editor, bob], group)).toHaveProperty("nobody");
  expect(await ownersWith([bob], group)).toHaveProperty("parties");
});

it("is nobody for whoever an editor asks for", async () => {
  expect(await ownersWith([bob], toAlice, editor)).toHaveProperty("nobody");
});
