import type { World } from "./world.ts";

/** How a suite names its tests, and says where moto is known to differ. */
export interface Contract {
  /** A behaviour that every world shows. */
  readonly shows: (behaviour: string, test: (world: World) => Promise<void>) => void;
  /**
   * A behaviour of AWS that moto lacks, and what moto does instead. There the test must fail, so that the difference is
   * crossed out here as soon as it is gone.
   */
  readonly unlikeMoto: (behaviour: string, moto: string, test: (world: World) => Promise<void>) => void;
  /** The same, where trying it on moto would spoil it for the other tests. */
  readonly notOnMoto: (behaviour: string, moto: string, test: (world: World) => Promise<void>) => void;
}
