import { describe, expect, it } from "vitest";
import { DomainError } from "../../../../lambdas/core/domain/errors.ts";
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

describe("a refusal says what is wrong with the token", () => {
  const refusalOf = async (answer: Promise<unknown>): Promise<readonly unknown[]> => {
    const error: unknown = await answer.catch((thrown: unknown) => thrown);
    if (!(error instanceof DomainError)) throw new Error("It was not refused", { cause: error });
    return [error.code, error.message, error.fields];
  };
  const inSeconds = (seconds: number) => now.getTime() / 1000 + seconds;

  it.each([undefined, null, "", "never", "Infinity", "1e400", "0", inSeconds(0), String(inSeconds(-1)), {}])(
    "that it has no end, or is past it: %j",
    async (exp) => {
      const { identify } = setUp("sub");
      expect(await refusalOf(identify({ sub: "alice", exp }))).toEqual([
        "caller-not-eligible",
        "Your token has no end, or is past it.",
        [],
      ]);
    },
  );

  it.each([String(inSeconds(1)), inSeconds(1), inSeconds(0.001)])(
    "but not before its end: %j",
    async (exp) => {
      const { identify } = setUp("sub");
      expect(await identify({ sub: "alice", exp })).toEqual(alice);
    },
  );

  it.each(["false", false])("that the address is not verified: %j", async (verified) => {
    const { identify } = setUp("email");
    expect(await refusalOf(identify({ email: "alice", email_verified: verified }))).toEqual([
      "caller-not-eligible",
      "Your token says that your email address is not verified.",
      [],
    ]);
  });

  it.each([undefined, "true", true])("but not of an address that may be verified: %j", async (verified) => {
    const { identify } = setUp("email");
    expect(await identify({ email: "alice", email_verified: verified })).toEqual(alice);
  });

  it.each([undefined, "", " \t", 42, ["alice"]])("that the claim that counts is missing: %j", async (sub) => {
    const { identify } = setUp("sub");
    expect(await refusalOf(identify({ email: "alice", sub }))).toEqual([
      "caller-not-eligible",
      "Your token has no claim sub, which says who you are.",
      [],
    ]);
  });

  it("that the claim names nobody, or somebody who is disabled", async () => {
    const { identify, directory } = setUp("preferred_username");
    const nobody = [
      "caller-not-eligible",
      "The claim preferred_username of your token names no enabled user of the directory.",
      [],
    ];
    expect(await refusalOf(identify({ preferred_username: "mallory" }))).toEqual(nobody);
    directory.setEnabled(alice.userId, false);
    expect(await refusalOf(identify({ preferred_username: "alice" }))).toEqual(nobody);
  });

  it("before anything is asked of the directory", async () => {
    const { directory } = setUp("sub");
    const asked: string[] = [];
    const identify = identifyCaller({
      directory: {
        userByIdentity: (value) => {
          asked.push(value);
          return directory.userByIdentity(value);
        },
      },
      identity: { claim: "sub" },
      clock: new VirtualClock(now),
    });
    const valid = { sub: "alice", exp: inSeconds(60) };
    for (const wrong of [{ exp: inSeconds(0) }, { email_verified: false }, { sub: "" }]) {
      await refusalOf(identify({ ...valid, ...wrong }));
    }
    expect(asked).toEqual([]);
    await identify(valid);
    expect(asked).toEqual(["alice"]);
  });
});
