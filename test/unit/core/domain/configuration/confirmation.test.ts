import { describe, expect, it } from "vitest";
import {
  editorsAfterConfirmation,
  editorsAfterSave,
  mayServe,
} from "../../../../../lambdas/core/domain/configuration/confirmation.ts";
import { aUserId } from "../../../../support/builders.ts";
import { by } from "../../../../support/configuration.ts";

const [xenia, yuri, zoe] = [aUserId("xenia"), aUserId("yuri"), aUserId("zoe")];

describe("whom an item may serve", () => {
  it.each([
    ["its unconfirmed editor", [xenia], xenia, true, false],
    ["one of several unconfirmed editors", [yuri, xenia], xenia, true, false],
    ["an editor, where the settings ask for no second administrator", [xenia], xenia, false, true],
    ["anybody else", [xenia], yuri, true, true],
    ["whoever edited it, once it is confirmed", [], xenia, true, true],
    ["everybody, where an earlier version wrote it", undefined, xenia, true, true],
  ])("%s", (_, unconfirmedEditors, userId, secondAdministrator, expected) => {
    expect(mayServe({ unconfirmedEditors }, userId, secondAdministrator)).toBe(expected);
  });
});

describe("who has edited an item since it was confirmed", () => {
  it("is everybody who saved it, each once", () => {
    expect(editorsAfterSave(undefined, by("xenia").actor)).toEqual([xenia]);
    expect(editorsAfterSave({ unconfirmedEditors: [xenia] }, by("yuri").actor)).toEqual([xenia, yuri]);
    expect(editorsAfterSave({ unconfirmedEditors: [xenia, yuri] }, by("xenia").actor)).toEqual([xenia, yuri]);
  });

  it("stays as it is when Lockstep itself saves", () => {
    const actor = { type: "lockstep", name: "npm start" } as const;
    expect(editorsAfterSave({ unconfirmedEditors: [xenia] }, actor)).toEqual([xenia]);
    expect(editorsAfterSave(undefined, actor)).toEqual([]);
  });

  it("is nobody after somebody else has confirmed it, and stays nobody", () => {
    expect(editorsAfterConfirmation({ unconfirmedEditors: [xenia, yuri] }, zoe)).toEqual([]);
    expect(editorsAfterConfirmation({ unconfirmedEditors: [] }, zoe)).toEqual([]);
    expect(editorsAfterConfirmation({}, zoe)).toEqual([]);
  });

  it("is still whoever confirmed it, if they are among them: nobody vouches for themselves", () => {
    expect(editorsAfterConfirmation({ unconfirmedEditors: [xenia, yuri] }, yuri)).toEqual([yuri]);
    expect(() => editorsAfterConfirmation({ unconfirmedEditors: [yuri] }, yuri)).toThrow(
      expect.objectContaining({
        code: "self-confirmation",
        message:
          "You are the only one who has edited this since it was last confirmed. Another administrator has to confirm it.",
      }),
    );
  });
});
