import type { AccessFlow } from "../../domain/access-flow.ts";
import type { Author } from "../../domain/configuration/entry.ts";
import type { FlowName } from "../../domain/ids.ts";
import type { Clock } from "../../ports/clock.ts";
import type { AccessFlowStore } from "../../ports/stores.ts";
import { deleteConfiguration } from "./change-configuration.ts";
import { itemNotThere } from "./named-items.ts";

/** Deletes an access flow, whoever changed it last; requests that it served keep what they were promised. Throws DomainError `not-found`. */
export const deleteAccessFlow =
  ({
    flows,
    clock,
  }: {
    readonly flows: Pick<AccessFlowStore, "head" | "put" | "delete">;
    readonly clock: Pick<Clock, "now">;
  }) =>
  (name: FlowName, author: Author): Promise<void> =>
    deleteConfiguration<AccessFlow>({ kind: "access-flow", store: flows, clock })(name, author, () =>
      itemNotThere("access-flow", name),
    );
