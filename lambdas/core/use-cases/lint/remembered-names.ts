import { DomainError } from "../../domain/errors.ts";
import { remembered } from "../automatic/remembered.ts";
import type { NameDependencies } from "../configuration/name-resolver.ts";

/**
 * Looks each name up once, in however many documents it is: files of a thousand flows name the same few groups again and
 * again, and each look at the directory is one of the 20 calls a second that all of Lockstep has. For one question only: what
 * a name means changes.
 */
export const rememberedNames = ({ directory, organization, names }: NameDependencies): NameDependencies => ({
  directory: {
    groupByName: remembered((name: string) => directory.groupByName(name)),
    userByName: remembered((name: string) => directory.userByName(name)),
  },
  organization: {
    organizationalUnitAt: remembered((path: string) => organization.organizationalUnitAt(path)),
  },
  names: {
    account: rememberedName(names.account),
    permissionSet: rememberedName(names.permissionSet),
  },
});

/** That nothing, or more than one thing, has the name is remembered too; that nobody answered is not. */
const rememberedName = <Found>(
  find: (text: string, pointer: string) => Promise<Found>,
): ((text: string, pointer: string) => Promise<Found>) => {
  const outcomeOf = remembered(async (text: string) => {
    try {
      return { found: await find(text, "") };
    } catch (problem) {
      if (problem instanceof DomainError) return { problem };
      throw problem;
    }
  });
  return async (text, pointer) => {
    const outcome = await outcomeOf(text);
    if ("found" in outcome) return outcome.found;
    const { code, message, fields } = outcome.problem;
    throw new DomainError(
      code,
      message,
      fields.map(({ detail }) => ({ pointer, detail })),
    );
  };
};
