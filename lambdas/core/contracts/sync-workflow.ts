import * as z from "zod/mini";
import type { RetryableErrorName } from "../domain/errors.ts";
import { AccountIdSchema } from "../domain/ids.ts";
import { SyncIdSchema, type SyncId } from "../domain/sync.ts";

const version = z.literal(1);

/** What starts an execution of the sync machine. */
export interface SyncExecutionInput {
  readonly version: 1;
  readonly syncId: SyncId;
}

/**
 * Some accounts, behind each other in the inventory: where they begin there, and with which one they end, so that who joins or
 * leaves meanwhile moves no other account out of every slice.
 */
export const AccountSliceSchema = z.strictObject({
  /** The inventory's own cursor; absent for the first ones. */
  from: z.optional(z.string()),
  through: AccountIdSchema,
  /** How many they were. */
  accounts: z.int().check(z.positive()),
});
export type AccountSlice = z.infer<typeof AccountSliceSchema>;

export const SyncInputSchema = z.object({
  version,
  syncId: SyncIdSchema,
  /** Every slice of the accounts was tried in this execution. */
  lookedInto: z.boolean(),
  /** Sent by *Give up*: the error that the attempts ended with. */
  failed: z.optional(z.object({ error: z.string(), cause: z.string() })),
});

/** Sent by the API, not by the machine: looks for names that nobody knows yet. */
export const LookForNamesInputSchema = z.object({ version, look: z.literal("names") });
export type LookForNamesInput = z.infer<typeof LookForNamesInputSchema>;

/** Everything that the function behind *Sync* is called with. */
export const SyncFunctionInputSchema = z.union([LookForNamesInputSchema, SyncInputSchema]);

/** What the machine does next: goes on, looks into these slices of accounts and then goes on, or ends. */
export const SyncOutputSchema = z.strictObject({
  next: z.enum(["sync", "accounts", "end"]),
  slices: z.array(AccountSliceSchema),
});
export type SyncOutput = z.infer<typeof SyncOutputSchema>;

export const LookIntoAccountsInputSchema = z.object({
  version,
  syncId: SyncIdSchema,
  slice: AccountSliceSchema,
  /** How many attempts before this one ended without an answer. Absent: sent by a machine that was deployed before. */
  retries: z.optional(z.int().check(z.gte(0))),
});

/** What the accounts came to is in the Inventory table: the results of a thousand slices would not fit into a state. */
export const LookIntoAccountsOutputSchema = z.strictObject({
  /** `more`: out of time before the slice was through. */
  next: z.enum(["more", "end"]),
});
export type LookIntoAccountsOutput = z.infer<typeof LookIntoAccountsOutputSchema>;

interface TaskContract {
  readonly input: z.ZodMiniType;
  readonly output: z.ZodMiniType;
  /** The names of the function's own errors that the state retries by name. */
  readonly errors: readonly RetryableErrorName[];
}

/** Each Task state's function: what goes in, what comes out, and which errors it retries. A test holds the ASL to this. */
export const syncTaskContracts = {
  Sync: {
    input: SyncInputSchema,
    output: SyncOutputSchema,
    errors: ["StoreUnavailable", "ProviderUnavailable"],
  },
  "Look into accounts": {
    input: LookIntoAccountsInputSchema,
    output: LookIntoAccountsOutputSchema,
    errors: ["StoreUnavailable", "ProviderUnavailable"],
  },
  "Give up": { input: SyncInputSchema, output: SyncOutputSchema, errors: ["StoreUnavailable"] },
} as const satisfies Readonly<Record<string, TaskContract>>;
