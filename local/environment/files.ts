import { fileURLToPath } from "node:url";
import { readOrganizationFile } from "../organization-file.ts";
import type { OrganizationFile } from "../organization-file.ts";
import { readAccessFlowFile } from "./access-flows.ts";
import type { AccessFlowFile } from "./access-flows.ts";

const SHIPPED_ORGANIZATION = fileURLToPath(new URL("../examples/organization.yaml", import.meta.url));

/** The flows that make sense for the shipped organization. */
const SHIPPED_ACCESS_FLOWS = fileURLToPath(new URL("../examples/access-flows.yaml", import.meta.url));

/** Which files a start was given. */
export interface FileOptions {
  readonly organizationFile?: string;
  readonly accessFlowsFile?: string;
}

/** What the files say. */
export interface Files {
  readonly organization: OrganizationFile;
  /** Applied at this start: those that were named, or the shipped ones to a new environment with the shipped organization. */
  readonly accessFlows?: AccessFlowFile;
}

/**
 * Reads the files before anything is started. Flows are applied when they are named, at every start; the shipped ones only
 * once, so that what administrators changed since then stays. Throws InvalidFileError.
 */
export const readFiles = (
  { organizationFile, accessFlowsFile }: FileOptions,
  { isNew }: { readonly isNew: boolean },
): Files => {
  const organization = readOrganizationFile(organizationFile ?? SHIPPED_ORGANIZATION);
  const shipped = isNew && organizationFile === undefined ? SHIPPED_ACCESS_FLOWS : undefined;
  const flows = accessFlowsFile ?? shipped;
  return { organization, ...(flows !== undefined && { accessFlows: readAccessFlowFile(flows) }) };
};
