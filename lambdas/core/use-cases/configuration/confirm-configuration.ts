import { editorsAfterConfirmation, type Confirmable } from "../../domain/configuration/confirmation.ts";
import type { Via } from "../../domain/configuration/entry.ts";
import { nounOf } from "../../domain/configuration/subject.ts";
import { DomainError } from "../../domain/errors.ts";
import type { UserId } from "../../domain/ids.ts";
import type { ConfigurationItem } from "../../ports/stores.ts";
import { changeConfiguration, type ChangeConfigurationDeps } from "./change-configuration.ts";

interface ConfirmInput<Name extends string> {
  readonly caller: UserId;
  readonly via: Via;
  readonly name: Name;
  /** The version that was looked at. */
  readonly version: number;
}

/**
 * Another administrator vouches for a version: from then on it serves those who edited it. Its content stays, and its version
 * with it, by which requests have frozen it. Where nobody waits for a confirmation it changes nothing. Throws DomainError
 * `not-found`, `concurrent-modification` for a version that is not the one there, or `self-confirmation`.
 */
export const confirmConfiguration = <Item extends ConfigurationItem & Confirmable>(
  dependencies: ChangeConfigurationDeps<Item>,
) => {
  const change = changeConfiguration(dependencies);
  const noun = nounOf[dependencies.kind];
  return ({ caller, via, name, version }: ConfirmInput<Item["name"]>): Promise<Item> =>
    change<Item>(name, { actor: { type: "user", userId: caller }, via }, (current) => {
      if (current === undefined) throw new DomainError("not-found", `There is no ${noun} ${name}.`);
      if (current.version !== version) throw otherVersion(noun, current, version);
      if ((current.unconfirmedEditors ?? []).length === 0) return current;
      return { ...current, unconfirmedEditors: editorsAfterConfirmation(current, caller) };
    });
};

const otherVersion = (noun: string, current: ConfigurationItem, confirmed: number): DomainError =>
  new DomainError(
    "concurrent-modification",
    `The ${noun} ${current.name} has version ${String(current.version)}, and version ${String(confirmed)} was to be confirmed. Look at it again.`,
  );
