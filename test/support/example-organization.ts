import { fileURLToPath } from "node:url";
import { readOrganizationFile, type OrganizationFile } from "../../local/organization-file.ts";

/** The organization that ships with Lockstep. */
const EXAMPLE_ORGANIZATION = fileURLToPath(
  new URL("../../local/examples/organization.yaml", import.meta.url),
);

export const exampleOrganization = (): OrganizationFile => readOrganizationFile(EXAMPLE_ORGANIZATION);
