import { expect, it } from "vitest";
import { identifyCaller, type Claims } from "../../../../lambdas/core/use-cases/identify-caller.ts";
import { aPerson } from "../../../support/builders.ts";
import { VirtualClock } from "../../../support/virtual-clock.ts";
import { FakeDirectory } from "../../../support/fakes/directory.ts";

const alice = aPerson("alice");
const now = new Date("2026-01-01T00:00:00.000Z");

const setUp = (claim: string) => {
  const directory = new FakeDirectory("userName");
  directory.addUser({ ...alice, email: "alice@example.com" });
  const identify = identifyCaller({ directory, identity: { claim }, clock: new VirtualClock(now) });
  return {
    directory,
    identify: (claims: Claims) => identify({ exp: String(now.getTime() / 1000 + 60), ...claims }),
  };
};

it("asks the directory for the claim that the settings name, and for no other", async () => {
  const { identify } = setUp("preferred_username");
  expect(await identify({ preferred_username: "alice", email: "mallory@example.com" })).toEqual(alice);
  await expect(identify({ email: "alice", username: "alice", sub: "alice" })).rejects.toMatchObject({
    code: "caller-not-eligible",
  });
});

it("answers with what the directory says, not with what the token says", async () => {
  const { identify } = setUp("sub");
  expect(await identify({ sub: "alice", userName: "root", userId: "1" })).toEqual(alice);
});

it("refuses a disabled person, and one that was deleted", async () => {
  const { identify, directory } = setUp("sub");
  directory.setEnabled(alice.userId, false);
  await expect(identify({ sub: "alice" })).rejects.toMatchObject({ code: "caller-not-eligible" });
  directory.deleteUser(alice.userId);
  await expect(identify({ sub: "alice" })).rejects.toMatchObject({ code: "caller-not-eligible" });
});

it.each([{ email_verified: "false" }, { email_verified: false }])(
  "refuses %j whatever the claim is",
  async (claims) => {
    const { identify } = setUp("sub");
    await expect(identify({ sub: "alice", ...claims })).rejects.toMatchObject({
      code: "caller-not-eligible",
    });
  },
);

it.each([[["alice"]], [42], [true], [" "], [{}]])("refuses a claim that is no text: %j", async (sub) => {
  const { identify } = setUp("sub");
  await expect(identify({ sub })).rejects.toMatchObject({ code: "caller-not-eligible" });
});

it.each([undefined, "", "never", String(now.getTime() / 1000), "0"])(
  "refuses a token whose end is %j",
  async (exp) => {
    const { identify } = setUp("sub");
    await expect(identify({ sub: "alice", exp })).rejects.toMatchObject({ code: "caller-not-eligible" });
  },
);
