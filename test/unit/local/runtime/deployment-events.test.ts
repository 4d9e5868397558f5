import { expect, it } from "vitest";
import { announceDeployments } from "../../../../local/events/deployment-events.ts";
import type { BusEvent } from "../../../../local/events/event.ts";
import { openLocalStore } from "../../../../local/store.ts";
import { VirtualClock } from "../../../support/virtual-clock.ts";
import { ENVIRONMENT } from "./support/assembly.ts";

it("announces the end of a stack's deployment once for each template", () => {
  const store = openLocalStore();
  const clock = new VirtualClock();
  const statusAfterStart = (fingerprint: string) => {
    const events: BusEvent[] = [];
    announceDeployments({
      application: { environment: ENVIRONMENT, stacks: [{ name: "app", id: "arn:stack/app", fingerprint }] },
      store,
      newId: () => "id",
      now: () => clock.now(),
      publish: (event) => events.push(event),
    });
    return events.map(({ detail }) => detail["status-details"]);
  };
  expect(statusAfterStart("one")).toMatchObject([{ status: "CREATE_COMPLETE" }]);
  expect(statusAfterStart("one")).toEqual([]);
  expect(statusAfterStart("two")).toMatchObject([{ status: "UPDATE_COMPLETE" }]);
});
