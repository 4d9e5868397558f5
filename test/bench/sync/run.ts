import { generateOrganization } from "../../../local/organization-generator/generate.ts";
import type { SyncBenchArguments } from "./arguments.ts";
import { Deployment } from "./deployment.ts";
import { withInsides } from "./insides.ts";
import { measureChanges } from "./measure-changes.ts";
import { measurePass } from "./measure.ts";
import { methodCalls } from "./methods.ts";
import { reportOf, type SyncBenchReport } from "./report.ts";

/**
 * Generates the organization, and measures a first pass over it, one in which nothing has changed, a hundred changes, and two
 * passes over the accounts themselves.
 */
export const runSyncBench = async (
  { size, inManagementAccount, limits }: Pick<SyncBenchArguments, "size" | "inManagementAccount" | "limits">,
  tell: (text: string) => void = () => undefined,
): Promise<SyncBenchReport> => {
  tell("Generating the organization");
  const organization = withInsides(generateOrganization(size));
  const methods = methodCalls(organization);
  const deployment = new Deployment({ organization, inManagementAccount, limits, seed: size.seed });
  try {
    tell("First pass");
    const first = await measurePass(deployment, "identity", tell);
    tell("Unchanged pass");
    const unchanged = await measurePass(deployment, "identity", tell);
    tell("Changes, told by events");
    const changes = await measureChanges(deployment, organization, size.seed, tell);
    await deployment.lookIntoAccounts();
    tell("First pass over the accounts themselves");
    const within = await measurePass(deployment, "resources", tell);
    tell("Unchanged pass over the accounts themselves");
    const withinUnchanged = await measurePass(deployment, "resources", tell);
    const measured = { methods, first, unchanged, changes, within, withinUnchanged };
    return reportOf({ organization: size, inManagementAccount, limits, ...measured });
  } finally {
    await deployment.close();
  }
};
