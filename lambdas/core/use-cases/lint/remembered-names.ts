import type { NameDependencies } from "../configuration/name-resolver.ts";
import { remembered } from "../automatic/remembered.ts";

/**
 * Looks each name up once, in however many documents it is: files of a thousand flows name the same few groups again and
 * again, and each look at the directory is one of the 20 calls a second that all of Lockstep has. For one question only: what
 * a name means changes.
 */
export const rememberedNames = ({ directory, organization, names }: NameDependencies): NameDependencies => {
  const groupByName = remembered((name: string) => directory.groupByName(name));
  const userByName = remembered((name: string) => directory.userByName(name));
  const organizationalUnitAt = remembered((path: string) => organization.organizationalUnitAt(path));
  const account = remembered((text: string) => names.account(text, ""));
  const permissionSet = remembered((text: string) => names.permissionSet(text, ""));
  return {
    directory: { groupByName, userByName },
    organization: { organizationalUnitAt },
    names: {
      // What cannot be found is looked up again, with the field that says it.
      account: (text, pointer) => account(text).catch(() => names.account(text, pointer)),
      permissionSet: (text, pointer) => permissionSet(text).catch(() => names.permissionSet(text, pointer)),
    },
  };
};
