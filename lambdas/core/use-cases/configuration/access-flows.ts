import type { AccessFlow } from "../../domain/access-flow.ts";
import type { Author } from "../../domain/configuration/entry.ts";
import type { FlowName } from "../../domain/ids.ts";
import type { Clock } from "../../ports/clock.ts";
import type { AccessFlowStore, Page, PageQuery } from "../../ports/stores.ts";
import { deleteConfiguration } from "./change-configuration.ts";
import { getItem, itemNotThere, listItems } from "./named-items.ts";

/** One access flow; throws DomainError `not-found`. */
export const getAccessFlow = ({
  flows,
}: {
  readonly flows: Pick<AccessFlowStore, "get" | "list">;
}): ((name: FlowName) => Promise<AccessFlow>) => getItem<AccessFlow>({ kind: "access-flow", store: flows });

/** A page of the access flows, by name. */
export const listAccessFlows = ({
  flows,
}: {
  readonly flows: Pick<AccessFlowStore, "get" | "list">;
}): ((page: PageQuery) => Promise<Page<AccessFlow>>) => listItems<AccessFlow>({ store: flows });

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
