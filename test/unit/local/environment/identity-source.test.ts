import { describe, expect, it } from "vitest";
import { openIdentitySource } from "../../../../local/environment/identity-source.ts";
import type { BusEvent } from "../../../../local/events/event.ts";
import type { JsonObject } from "../../../../local/wire/json.ts";
import { openLocalStore } from "../../../../local/store.ts";
import { exampleOrganization } from "../../../support/example-organization.ts";
import { administratorOf } from "../../../support/in-process-aws.ts";
import { VirtualClock } from "../../../support/virtual-clock.ts";

const openSource = async (options: { readonly publishedRates?: boolean } = {}) => {
  const events: BusEvent[] = [];
  const clock = new VirtualClock();
  const organization = exampleOrganization();
  const source = await openIdentitySource(
    { organization, ...options },
    {
      clock,
      store: openLocalStore(),
      onEvent: (event) => {
        events.push(event);
      },
    },
  );
  const call = async (signingName: string, operation: string, input: JsonObject) =>
    await source.services
      .find((service) => service.signingName === signingName)
      ?.operations[operation]?.(input, administratorOf(organization.managementAccountId));
  return { source, events, clock, call };
};

const ACCOUNT = { AccountId: "232323232323" };

describe("the embedded organization", () => {
  it("hands on what CloudTrail tells, until it is closed", async () => {
    const { source, events, clock, call } = await openSource();
    await call("organizations", "CloseAccount", ACCOUNT);
    expect(events.map(({ detail }) => detail["eventName"])).toEqual(["CloseAccount"]);
    source.close();
    await clock.advanceBy(60_000);
    expect(events).toHaveLength(1);
  });

  it("takes as many calls of Organizations as come", async () => {
    const { call } = await openSource();
    for (let request = 0; request < 40; request += 1) await call("organizations", "DescribeAccount", ACCOUNT);
  });

  it("takes as many as AWS does when it is held to the published rates", async () => {
    const { call } = await openSource({ publishedRates: true });
    for (let request = 0; request < 30; request += 1) await call("organizations", "DescribeAccount", ACCOUNT);
    await expect(call("organizations", "DescribeAccount", ACCOUNT)).rejects.toMatchObject({
      name: "TooManyRequestsException",
    });
  });
});
