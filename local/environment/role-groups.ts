import * as z from "zod/mini";
import { SettingOfRole } from "../../lambdas/core/contracts/roles.ts";
import type { OrganizationFile } from "../organization-file.ts";
import type { LocalStore } from "../store.ts";

/** The settings that give roles to groups, by name. */
export type RoleSettings = Readonly<Record<string, readonly string[]>>;

/**
 * The deploy settings that give groups the roles that the organization file says they have. A role that the file gives to no group
 * is as cdk.json has it. They stand in the file, and not in cdk.json: whoever deploys that would give the roles to groups of the same
 * names in a directory that has nothing to do with the file.
 */
export const roleSettingsIn = ({ identityCenter }: OrganizationFile): RoleSettings => {
  const settings: Record<string, readonly string[]> = {};
  for (const { displayName, role } of identityCenter.groups) {
    if (role === undefined) continue;
    const setting = SettingOfRole[role];
    settings[setting] = [...(settings[setting] ?? []), displayName];
  }
  return settings;
};

const COLLECTION = "environment";
const ID = "role-settings";

const RoleSettingsSchema = z.record(z.string(), z.array(z.string()));

/**
 * The same of the organization that the store holds, which may have been filled from another file than this start was given:
 * remembered with it. None of an organization from before files said roles.
 */
export const storedRoleSettings = (
  store: Pick<LocalStore, "get" | "put">,
  organization: OrganizationFile,
  { isNew }: { readonly isNew: boolean },
): RoleSettings => {
  if (isNew) store.put(COLLECTION, ID, roleSettingsIn(organization));
  return RoleSettingsSchema.parse(store.get(COLLECTION, ID) ?? {});
};
