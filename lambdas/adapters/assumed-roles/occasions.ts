import { AsyncLocalStorage } from "node:async_hooks";

/** What calls are made for, known wherever in the course of the work one is made. */
export interface Occasions {
  /** Does the work; every call within it is on behalf of `name`. */
  during<Result>(name: string, work: () => Promise<Result>): Promise<Result>;
  readonly current: () => string;
}

/** Outside of any work, calls are on behalf of `otherwise`. */
export const occasions = (otherwise: string): Occasions => {
  const names = new AsyncLocalStorage<string>();
  return {
    during: (name, work) => names.run(name, work),
    current: () => names.getStore() ?? otherwise,
  };
};
