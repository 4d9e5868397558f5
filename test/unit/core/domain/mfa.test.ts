import { describe, expect, it } from "vitest";
import { showsMfa } from "../../../../lambdas/core/domain/mfa.ts";
import { renderClaims } from "../../../../local/gateway/claims.ts";

const amr = { claim: "amr", values: ["mfa", "hwk"] };

describe("a second factor", () => {
  it.each([
    ["a list with an accepted value", ["pwd", "mfa"]],
    ["a list with another accepted value first", ["hwk", "pwd"]],
    ["a list of one", ["mfa"]],
    ["a text", "hwk"],
  ])("is there for %s, as the token has it and as the gateway hands it over", (_case, claim) => {
    expect(showsMfa(amr, { amr: claim })).toBe(true);
    expect(showsMfa(amr, renderClaims({ amr: claim }))).toBe(true);
  });

  it.each([
    ["no claim", {}],
    ["a claim of another name", { acr: "mfa" }],
    ["a list without an accepted value", { amr: ["pwd", "otp"] }],
    ["an empty list", { amr: [] }],
    ["an empty text", { amr: "" }],
    ["a text that only contains a value", { amr: "pwd mfa" }],
    ["a value that begins with an accepted one", { amr: ["mfa2", "xmfa"] }],
    ["another case", { amr: "MFA" }],
    ["true", { amr: true }],
    ["a number", { amr: 1 }],
    ["null", { amr: null }],
    ["an object", { amr: { mfa: "mfa" } }],
    ["a list of other things than text", { amr: [1, true, null, { mfa: "mfa" }] }],
    ["a list within a list", { amr: [["pwd", "otp"], ["x"]] }],
    ["half a list", { amr: "[mfa" }],
  ])("is not there for %s", (_case, claims) => {
    expect(showsMfa(amr, claims)).toBe(false);
    expect(showsMfa(amr, renderClaims(claims))).toBe(false);
  });

  it("is never there without the setting", () => {
    expect(showsMfa(undefined, { amr: ["mfa"], undefined: "mfa" })).toBe(false);
  });

  it("is none of what every object has", () => {
    for (const claim of ["constructor", "toString", "__proto__"])
      expect(showsMfa({ claim, values: ["mfa"] }, {})).toBe(false);
  });
});
