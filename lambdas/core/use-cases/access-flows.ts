import * as z from "zod/mini";
import { decodeCursor, encodeCursor } from "../contracts/http/cursor.ts";
import type { AccessFlow } from "../domain/access-flow.ts";
import type { Author } from "../domain/configuration/entry.ts";
import { DomainError } from "../domain/errors.ts";
import type { FlowName } from "../domain/ids.ts";
import type { Clock } from "../ports/clock.ts";
import type { AccessFlowStore, Page, PageQuery } from "../ports/stores.ts";
import { deleteConfiguration } from "./configuration/change-configuration.ts";

/** One access flow; throws DomainError `not-found`. */
export const getAccessFlow =
  ({ flows }: { readonly flows: Pick<AccessFlowStore, "get"> }) =>
  async (name: FlowName): Promise<AccessFlow> => {
    const flow = await flows.get(name);
    if (flow === undefined) throw notThere(name);
    return flow;
  };

const PlaceSchema = z.strictObject({ after: z.string() });

/** A page of the access flows, by name. */
export const listAccessFlows =
  ({ flows }: { readonly flows: Pick<AccessFlowStore, "list"> }) =>
  async ({ limit, cursor }: PageQuery): Promise<Page<AccessFlow>> => {
    const after = cursor === undefined ? "" : decodeCursor(PlaceSchema, cursor).after;
    const rest = (await flows.list()).filter(({ name }) => name > after);
    const items = rest.slice(0, limit);
    const last = items.at(-1);
    return last === undefined || items.length === rest.length
      ? { items }
      : { items, cursor: encodeCursor({ after: last.name }) };
  };

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
      notThere(name),
    );

const notThere = (name: FlowName) => new DomainError("not-found", `There is no access flow ${name}.`);
