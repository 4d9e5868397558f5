import { beforeEach, describe, expect, it } from "vitest";
import type { AccessFlow } from "../../../../../lambdas/core/domain/access-flow.ts";
import { firstBrokenLink } from "../../../../../lambdas/core/domain/audit.ts";
import { FlowNameSchema } from "../../../../../lambdas/core/domain/ids.ts";
import { changeConfiguration } from "../../../../../lambdas/core/use-cases/configuration/change-configuration.ts";
import { recordChange } from "../../../../../lambdas/core/use-cases/configuration/record-change.ts";
import { healConfigurationTrail } from "../../../../../lambdas/core/use-cases/sweep/heal-configuration-trail.ts";
import { Tally } from "../../../../../lambdas/core/use-cases/sweep/tally.ts";
import { aFlow } from "../../../../support/builders.ts";
import { by } from "../../../../support/configuration.ts";
import {
  FakeConfigurationTrail,
  fakeConfigurationHeads,
} from "../../../../support/fakes/configuration-trail.ts";
import { FakeEventPublisher } from "../../../../support/fakes/event-publisher.ts";
import { FakeAccessFlowStore } from "../../../../support/fakes/stores.ts";
import { VirtualClock } from "../../../../support/virtual-clock.ts";

/* The trail of configuration, while the function that writes it does not. */

const name = FlowNameSchema.parse("prod-power");
const subject = { kind: "access-flow", name } as const;
const MINUTE = 60_000;

const world = () => {
  const clock = new VirtualClock();
  const flows = new FakeAccessFlowStore();
  const configurationHeads = fakeConfigurationHeads({ "access-flow": flows });
  const configurationTrail = new FakeConfigurationTrail();
  const events = new FakeEventPublisher();
  const dependencies = { configurationHeads, configurationTrail, events, clock };
  const change = changeConfiguration<AccessFlow>({ kind: "access-flow", store: flows, clock });
  return {
    clock,
    flows,
    events,
    /** A change by somebody, which the stream delivers at once, or not for a day and then never. */
    change: async (recorded: "recorded" | "not recorded"): Promise<void> => {
      const before = flows.changes.length;
      await change(name, by("root"), (current, version): AccessFlow => ({
        ...(current ?? aFlow({ name })),
        version,
      }));
      const [entry] = flows.changes.slice(before);
      if (recorded === "recorded" && entry !== undefined) await recordChange(dependencies)(entry);
    },
    delete: () => change<undefined>(name, by("root"), () => undefined),
    sweep: async () => {
      const tally = new Tally();
      await healConfigurationTrail(dependencies)(tally);
      return { ...tally.trail, findings: tally.findings.findings };
    },
    recorded: async () => (await configurationTrail.list(subject, { limit: 100 })).items,
  };
};

let one: ReturnType<typeof world>;
beforeEach(() => {
  one = world();
});

describe("the trail of configuration", () => {
  it("loses no change that the next one came after before it was recorded", async () => {
    for (let version = 1; version <= 6; version += 1) await one.change("recorded");
    await one.change("not recorded");
    await one.change("not recorded");
    await one.clock.advanceBy(5 * MINUTE);
    expect(await one.sweep()).toMatchObject({
      healed: 2,
      lost: 0,
      findings: [
        {
          kind: "audit-gap",
          outcome: "healed",
          sentence:
            "The audit trail of the access flow prod-power lacked entries 7, 8, which the Config table had: put back.",
        },
      ],
    });
    const entries = await one.recorded();
    expect(entries).toEqual(one.flows.changes);
    expect(firstBrokenLink(entries)).toBeUndefined();
    expect(one.events.published.slice(-2).map(({ id }) => id)).toEqual([
      "access-flow/prod-power.7",
      "access-flow/prod-power.8",
    ]);
    expect(await one.sweep()).toMatchObject({ healed: 0, lost: 0, findings: [] });
  });

  it("gets a change back that was lost before one that was recorded", async () => {
    await one.change("recorded");
    await one.change("not recorded");
    await one.change("recorded");
    await one.clock.advanceBy(5 * MINUTE);
    expect(await one.sweep()).toMatchObject({ healed: 1, lost: 0 });
    expect((await one.recorded()).map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
  });

  it("gets the deletion back of what is not there any more", async () => {
    await one.change("recorded");
    await one.delete();
    await one.clock.advanceBy(5 * MINUTE);
    expect(await one.sweep()).toMatchObject({ healed: 1, lost: 0 });
    expect((await one.recorded()).at(-1)).toMatchObject({ type: "ConfigurationDeleted", sequence: 2 });
  });

  it("leaves alone what may be on its way still", async () => {
    await one.change("not recorded");
    await one.clock.advanceBy(5 * MINUTE - 1);
    expect(await one.sweep()).toMatchObject({ healed: 0 });
    await one.clock.advanceBy(1);
    expect(await one.sweep()).toMatchObject({ healed: 1 });
  });

  it("says which entries nobody has any more", async () => {
    await one.change("not recorded");
    await one.change("recorded");
    one.flows.changes.splice(0, 1);
    await one.clock.advanceBy(5 * MINUTE);
    expect(await one.sweep()).toMatchObject({
      healed: 0,
      lost: 1,
      findings: [
        {
          outcome: "reported",
          sentence:
            "The audit trail of the access flow prod-power lacks entry 1, and so does the Config table: lost.",
        },
      ],
    });
  });
});
