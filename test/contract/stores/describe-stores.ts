import { afterAll, beforeAll, beforeEach, describe } from "vitest";
import { storeEnvironments, type OpenStores, type Stores } from "./environments.ts";

/** Runs `tests` on every environment; `stores()` are empty in each test. */
export const describeStores = (subject: string, tests: (stores: () => Stores) => void): void => {
  describe.each(storeEnvironments)(`${subject} on $name`, (environment) => {
    let opened: OpenStores;
    let stores: Stores;
    beforeAll(async () => {
      opened = await environment.open();
    });
    beforeEach(async () => {
      stores = await opened.stores();
    });
    afterAll(() => opened.close());
    tests(() => stores);
  });
};
