import { generateOrganization } from "../../../local/organization-generator/generate.ts";
import type { SyncBenchArguments } from "./arguments.ts";
import { Deployment } from "./deployment.ts";
import { measureChanges } from "./measure-changes.ts";
import { measurePass } from "./measure.ts";
import { methodCalls } from "./methods.ts";
import { reportOf, type SyncBenchReport } from "./report.ts";

/** Generates the organization, and measures a first pass over it, one in which nothing has changed, and a hundred changes. */
export const runSyncBench = async (
  { size, inManagementAccount, limits }: Pick<SyncBenchArguments, "size" | "inManagementAccount" | "limits">,
  tell: (text: string) => void = () => undefined,
): Promise<SyncBenchReport> => {
  tell("Generating the organization");
  const organization = generateOrganization(size);
  const methods = methodCalls(organization);
  const deployment = new Deployment({ organization, inManagementAccount, limits, seed: size.seed });
  try {
    tell("First pass");
    const first = await measurePass(deployment, tell);
    tell("Unchanged pass");
    const unchanged = await measurePass(deployment, tell);
    tell("Changes, told by events");
    const changes = await measureChanges(deployment, organization, size.seed, tell);
    return reportOf({ organization: size, inManagementAccount, limits, methods, first, unchanged, changes });
  } finally {
    await deployment.close();
  }
};
