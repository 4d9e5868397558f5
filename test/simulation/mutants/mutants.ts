import { automatic } from "./automatic.ts";
import { deciding } from "./deciding.ts";
import { emergencies } from "./emergencies.ts";
import { extending } from "./extending.ts";
import { granting } from "./granting.ts";
import { inventory } from "./inventory.ts";
import type { Mutant } from "./mutant.ts";
import { naming } from "./naming.ts";
import { recording } from "./recording.ts";
import { removing } from "./removing.ts";

/** Every known defect that the simulation must notice. */
export const mutants: readonly Mutant[] = [
  ...granting,
  ...deciding,
  ...naming,
  ...emergencies,
  ...automatic,
  ...removing,
  ...extending,
  ...recording,
  ...inventory,
];
