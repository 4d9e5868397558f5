import { describe, expect, it } from "vitest";
import { isReplay, withAnswered } from "../../../../lambdas/core/use-cases/idempotency.ts";
import { aPendingRequest } from "../../../support/builders.ts";

/** The POST with the key of this number. */
const post = (number: number) => ({ key: `key ${number}`, body: `body ${number}` });
/** A request that answered the POSTs with keys 1 to `count`. */
const answeredTo = (count: number) =>
  aPendingRequest({ answered: Array.from({ length: count }, (_, index) => post(index + 1)) });
const keysOf = (answered: readonly { readonly key: string }[]) => answered.map(({ key }) => key);

describe("a POST that comes again", () => {
  it("is known by its key and its body, whichever of the item's POSTs it was", () => {
    for (const number of [1, 2, 3]) expect(isReplay(answeredTo(3), post(number))).toBe(true);
  });

  it("is a new one under a key that the item never saw", () => {
    expect(isReplay(answeredTo(3), post(4))).toBe(false);
    expect(isReplay(answeredTo(0), post(1))).toBe(false);
    // The same body under another key is what somebody wants a second time.
    expect(isReplay(answeredTo(1), { key: "another", body: "body 1" })).toBe(false);
  });

  it("is a new one without a key", () => {
    expect(isReplay(answeredTo(3), undefined)).toBe(false);
  });

  it("is refused when its key came with another body before", () => {
    expect(() => isReplay(answeredTo(3), { key: "key 2", body: "body 1" })).toThrow(
      expect.objectContaining({
        name: "DomainError",
        code: "idempotency-key-reused",
        message: "This Idempotency-Key was used before with another body. Use a new key for a new request.",
        fields: [],
      }),
    );
  });
});

describe("the keys that an item remembers", () => {
  it("stay as they are without a new one", () => {
    expect(withAnswered(answeredTo(3), undefined)).toEqual([post(1), post(2), post(3)]);
  });

  it("begin with the one that made it", () => {
    expect(withAnswered(answeredTo(0), post(1))).toEqual([post(1)]);
    expect(withAnswered(answeredTo(1), post(2))).toEqual([post(1), post(2)]);
  });

  it("are eight at most", () => {
    expect(keysOf(withAnswered(answeredTo(7), post(8)))).toEqual(
      [1, 2, 3, 4, 5, 6, 7, 8].map((number) => `key ${number}`),
    );
  });

  it("lose the oldest but the first, which a repeated submit is recognised by", () => {
    expect(keysOf(withAnswered(answeredTo(8), post(9)))).toEqual(
      [1, 3, 4, 5, 6, 7, 8, 9].map((number) => `key ${number}`),
    );
  });

  it("are eight again where there were more", () => {
    expect(keysOf(withAnswered(answeredTo(20), post(21)))).toEqual(
      [1, 15, 16, 17, 18, 19, 20, 21].map((number) => `key ${number}`),
    );
  });

  it("are not changed in the item that was read", () => {
    const request = answeredTo(2);
    withAnswered(request, post(3));
    expect(request.answered).toEqual([post(1), post(2)]);
  });
});
