import { createHash } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { bootSimulator } from "./boot.ts";
import { generate } from "./generate.ts";
import type { History } from "./history.ts";
import { runInWorkers } from "./in-workers.ts";
import { runHistory } from "./run-history.ts";
import { keeping, shrink } from "./shrink.ts";
import type { Simulator } from "./simulator.ts";

const logHash = async (simulator: Simulator, history: History): Promise<string> => {
  const hash = createHash("sha256");
  await runHistory(simulator, history, { trace: (line) => hash.update(`${line}\n`) });
  return hash.digest("hex");
};

describe("the simulation", () => {
  let simulator: Simulator;
  beforeAll(async () => {
    simulator = await bootSimulator();
  });

  // In threads of their own, without what vitest puts between modules: that takes several times as long.
  test("two thousand histories with every fault violate no invariant", { timeout: 600_000 }, async () => {
    const began = performance.now();
    const wanted = { seed: 1, histories: 2_000, faults: "all", untilFirst: false } as const;
    const { ran, failed } = await runInWorkers(wanted, 2);
    const seconds = (performance.now() - began) / 1_000;
    process.stdout.write(`2,000 histories in ${seconds.toFixed(0)} s\n`);
    expect(ran).toBe(2_000);
    // Each is shrunk, and replayed, by npm run simulate -- --histories 1 --seed and its seed.
    expect(failed).toEqual([]);
  });

  test(
    "without a fault, what was approved is granted for as long as was asked",
    { timeout: 120_000 },
    async () => {
      const wanted = { seed: 1, histories: 200, faults: "none", untilFirst: false } as const;
      const { failed, active } = await runInWorkers(wanted, 2);
      expect(failed).toEqual([]);
      expect(active).toBeGreaterThan(200);
    },
  );

  test("the same seed runs the same way, whatever ran before", { timeout: 60_000 }, async () => {
    const seeds = ["7", "11", "42"];
    const hashes: string[] = [];
    for (const seed of seeds) hashes.push(await logHash(simulator, generate(seed, "all")));
    const other = await bootSimulator();
    for (const [index, seed] of seeds.entries()) {
      expect(await logHash(other, generate(seed, "all"))).toBe(hashes[index]);
    }
    expect(new Set(hashes).size).toBe(seeds.length);
  });

  test("shrinks a history to the steps that matter, with their numbers", async () => {
    const history = generate("3", "all");
    const [first, second] = [2, history.steps.length - 1];
    const fails = (tried: History) => {
      const numbers = tried.steps.map(({ n }) => n);
      return Promise.resolve(numbers.includes(first) && numbers.includes(second));
    };
    const shrunk = await shrink(history, fails, 300);
    expect(shrunk.history.steps.map(({ n }) => n)).toEqual([first, second]);
    expect(shrunk.history).toEqual(keeping(history, [first, second]));
  });

  test("uses all that flows can say, emergencies and flows that give by themselves among it", () => {
    const texts = Array.from({ length: 300 }, (_, index) =>
      generate(String(index + 1), "none").steps.map(({ what }) => JSON.stringify(what)),
    ).flat();
    const used = [
      /"needs":"all"/,
      /"escalation"/,
      /"owner"/,
      /"manager"/,
      /"sameApproverInSeveralSteps"/,
      /"automaticBelowMinutes"/,
      /"hours"/,
      /"forWhom"/,
      /"inactive"/,
      /"do":"confirm-flow"/,
      /"who":"chidi","flow"/,
      /"breakGlass":true/,
      /"do":"review"/,
      /"givenTo"/,
      /"do":"join-group"/,
      /"alsoIn"/,
      /"anyStep"/,
      /"targetsBy":"bundle"/,
      /"targetsBy":"access-scope"/,
      /"forWhoIsOnCall"/,
      /"automaticOnCall"/,
      /"forReports"/,
      /"do":"change-named".*"kind":"bundle"/,
      /"do":"change-named".*"kind":"access-scope"/,
      /"do":"change-named".*"kind":"rota"/,
      /"do":"confirm-named"/,
      /"do":"request".*"group"/,
      /"do":"request".*"startInSeconds"/,
      /"thinksFor"/,
    ];
    for (const pattern of used)
      expect(
        texts.some((text) => pattern.test(text)),
        String(pattern),
      ).toBe(true);
  });

  test("asks for more time at every boundary tick, and gets it in some histories and not in others", () => {
    const ticks = new Set<number>();
    for (let seed = 1; seed <= 300; seed += 1) {
      for (const { what, when } of generate(String(seed), "none").steps) {
        if ("do" in what && what.do === "extend" && "after" in when && when.after === "expiry")
          ticks.add(when.by);
      }
    }
    for (const tick of [-1_000, -1, 0, 1, 1_000]) expect(ticks).toContain(tick);
  });
});
