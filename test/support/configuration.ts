import { documentOf } from "../../lambdas/core/domain/configuration/document.ts";
import {
  nextEntry,
  type Author,
  type ConfigurationEntry,
} from "../../lambdas/core/domain/configuration/entry.ts";
import type { ConfigurationKind } from "../../lambdas/core/domain/configuration/subject.ts";
import { timestamp } from "../../lambdas/core/domain/ids.ts";
import type { ConfigurationHead, ConfigurationItem } from "../../lambdas/core/ports/stores.ts";
import { aUserId } from "./builders.ts";

/** Somebody who changes configuration by the API. */
export const by = (person: string, via: Author["via"] = "api"): Author => ({
  actor: { type: "user", userId: aUserId(person) },
  via,
});

const at = timestamp(new Date("2026-01-01T00:00:00.000Z"));

/** The entry of a save after what is there. */
export const savedEntry = (
  kind: ConfigurationKind,
  head: ConfigurationHead,
  next: ConfigurationItem,
  author = by("root"),
): ConfigurationEntry =>
  nextEntry({ kind, name: next.name }, head, author, at, {
    type: "ConfigurationSaved",
    ...(head.item === undefined ? {} : { before: documentOf(head.item as ConfigurationItem) }),
    after: documentOf(next),
  });

/** The entry of the deletion of what is there. */
export const deletedEntry = (
  kind: ConfigurationKind,
  head: ConfigurationHead & { readonly item?: ConfigurationItem },
  author = by("root"),
): ConfigurationEntry => {
  if (head.item === undefined) throw new Error("There is nothing to delete");
  const before = documentOf(head.item);
  return nextEntry({ kind, name: head.item.name }, head, author, at, {
    type: "ConfigurationDeleted",
    before,
  });
};
