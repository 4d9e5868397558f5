import type * as z from "zod/mini";
import type { DomainErrorCode } from "../../domain/errors.ts";
import type { RouteKey } from "../routes.ts";
import { configurationOperations } from "./configuration-operations.ts";
import { integrationOperations } from "./integration-operations.ts";
import { inventoryOperations } from "./inventory-operations.ts";
import { requestOperations } from "./request-operations.ts";

/** What one route takes and answers. The handlers validate by it, and docs/openapi.json is generated from it. */
export interface OperationContract {
  readonly summary: string;
  /** A path that does not fit names nothing. */
  readonly path: z.ZodMiniType;
  readonly query: z.ZodMiniType;
  /** Absent: a body is not read. */
  readonly body?: z.ZodMiniType;
  /** No body at all is as good as `{}`. */
  readonly bodyOptional?: true;
  /** Of a body of lists: the most of it that is read, where it may be larger than all others (http/json-body.ts). */
  readonly largeBody?: { readonly bytes: number; readonly itemsOfList: number };
  /** The code of a body that does not fit, where it is not `invalid-body`. */
  readonly invalidBody?: DomainErrorCode;
  readonly answer:
    { readonly status: 200 | 201 | 202; readonly schema: z.ZodMiniType } | { readonly status: 204 };
  /** What is answered instead where the call asks for something else than the operation itself. */
  readonly alternative?: {
    readonly status: 200;
    readonly schema: z.ZodMiniType;
    /** When that is, in words. */
    readonly when: string;
  };
  /** The problems beyond those that follow from the role, the query, the body and the method. */
  readonly problems: readonly DomainErrorCode[];
}

/** Every route of the API. */
export const operations = {
  ...requestOperations,
  ...configurationOperations,
  ...integrationOperations,
  ...inventoryOperations,
} as const satisfies Readonly<Record<RouteKey, OperationContract>>;

export type Operations = typeof operations;
