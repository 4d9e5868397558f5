import { describe, it } from "vitest";
import type { Contract } from "./contract.ts";
import { identityCenterSuite } from "./identity-center.ts";
import { identityStoreSuite } from "./identity-store.ts";
import { organizationsSuite } from "./organizations.ts";
import { worlds, type World, type WorldDefinition } from "./world.ts";

const contractOf = (definition: WorldDefinition): Contract => {
  let opened: Promise<World> | undefined;
  const onMoto = definition.name === "moto";
  const run = (test: (world: World) => Promise<void>) => async () => {
    opened ??= definition.open();
    await test(await opened);
  };
  return {
    shows: (behaviour, test) => {
      it(behaviour, run(test), 30_000);
    },
    unlikeMoto: (behaviour, moto, test) => {
      if (onMoto) it.fails(`${behaviour} (moto: ${moto})`, run(test), 30_000);
      else it(behaviour, run(test));
    },
    notOnMoto: (behaviour, moto, test) => {
      if (onMoto) it.skip(`${behaviour} (moto: ${moto})`);
      else it(behaviour, run(test));
    },
  };
};

describe.each(worlds())("on $name", (definition) => {
  const contract = contractOf(definition);
  describe("Organizations", () => {
    organizationsSuite(contract);
  });
  describe("Identity Store", () => {
    identityStoreSuite(contract);
  });
  describe("IAM Identity Center", () => {
    identityCenterSuite(contract);
  });
});
