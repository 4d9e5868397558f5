import { describe, expect, it } from "vitest";
import { PRICES, costOf } from "../../../local/cost.ts";

const nothing = Object.fromEntries(Object.keys(PRICES).map((item) => [item, 0])) as Record<
  keyof typeof PRICES,
  number
>;

describe("what a cycle costs", () => {
  it("is nothing for nothing, and each price times its use", () => {
    expect(costOf(nothing)).toBe(0);
    for (const item of Object.keys(PRICES) as (keyof typeof PRICES)[]) {
      expect(costOf({ ...nothing, [item]: 3 })).toBeCloseTo(3 * PRICES[item], 15);
    }
  });

  it("is near the reference's floor for the reference's counts: 5 transitions, 4 invocations, 24 writes, 8 reads", () => {
    const floor = costOf({
      ...nothing,
      stateTransition: 5,
      lambdaInvocation: 4,
      lambdaGigabyteSecond: 2.525,
      dynamodbWriteUnit: 24,
      dynamodbReadUnit: 8,
      httpApiRequest: 4,
    });
    expect(floor).toBeCloseTo(0.00018, 5);
  });
});
