import { describe, expect, it } from "vitest";
import {
  lastClosedDay,
  rootOfText,
  sealDay,
  textOfRoot,
} from "../../../../lambdas/core/domain/audit-root.ts";
import { chainIdOf } from "../../../../lambdas/core/domain/chain.ts";
import type { Day } from "../../../../lambdas/core/domain/day.ts";
import { canonicalJson, hashOf, shortHashOf } from "../../../../lambdas/core/domain/hash.ts";
import { aRequestId } from "../../../support/builders.ts";

const day = "2026-01-01" as Day;
const head = (name: string) => ({ requestId: aRequestId(name), sequence: 1, hash: hashOf({ name }) });

describe("a day's root", () => {
  it("is the same for the same chains in any order, and lists them in one", () => {
    const heads = ["a", "b", "c", "d"].map(head);
    const root = sealDay(day, heads, undefined);
    expect(sealDay(day, heads.toReversed(), undefined)).toEqual(root);
    const listed = root.heads.map(chainIdOf);
    expect(listed).toEqual(listed.toSorted());
  });

  it("is of version 2 when a chain of configuration grew, and of version 1, as always, when none did", () => {
    const subject = { kind: "access-flow", name: "prod-power" } as const;
    const root = sealDay(day, [head("a"), { subject, sequence: 1, hash: hashOf(subject) }], undefined);
    expect(root).toMatchObject({ version: 2, heads: [{ subject }, { requestId: aRequestId("a") }] });
    expect(rootOfText(textOfRoot(root))).toEqual(root);
    expect(sealDay(day, [head("a")], undefined).version).toBe(1);
    const { hash: _hash, ...content } = { ...root, version: 1 };
    expect(rootOfText(canonicalJson({ ...content, hash: hashOf(content) }))).toBeUndefined();
  });

  it("is read back from its text, and from no other that says the same or something else", () => {
    const root = sealDay(day, [head("a")], undefined);
    const text = textOfRoot(root);
    expect(rootOfText(text)).toEqual(root);
    expect(rootOfText(`${text} `)).toBeUndefined();
    expect(rootOfText(JSON.stringify({ ...root, day: "2026-01-02" }))).toBeUndefined();
    expect(rootOfText(textOfRoot({ ...root, day: "2026-01-02" as Day }))).toBeUndefined();
    for (const none of ["", "null", "{}", "not JSON"]) expect(rootOfText(none)).toBeUndefined();
  });

  it("is made when nothing can be added to its day any more: twenty minutes after midnight", () => {
    expect(lastClosedDay(new Date("2026-01-02T00:19:59.999Z"))).toBe("2025-12-31");
    expect(lastClosedDay(new Date("2026-01-02T00:20:00.000Z"))).toBe("2026-01-01");
  });
});

describe("a hash", () => {
  it("is SHA-256 in hexadecimal of the canonical JSON, so that anybody can make it", () => {
    // printf '{"a":1,"b":"c"}' | sha256sum
    expect(canonicalJson({ b: "c", a: 1 })).toBe('{"a":1,"b":"c"}');
    expect(hashOf({ b: "c", a: 1 })).toBe("1aac99d7067b5cda38322c82194676b29b993fdd2f1e93f4af3f2b2ec43212bb");
  });

  it("has a short form in base32, five bits a character", () => {
    expect(shortHashOf({ b: "c", a: 1 }, 8)).toBe("dkwjtvyg");
  });

  it("is none of what JSON does not know", () => {
    expect(() => canonicalJson(() => undefined)).toThrow("Only JSON values have a canonical form");
  });
});
