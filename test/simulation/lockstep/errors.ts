import type { RetryableErrorName } from "../../../lambdas/core/domain/errors.ts";

const retryable: Readonly<Record<RetryableErrorName, true>> = {
  StoreUnavailable: true,
  WorkflowUnavailable: true,
  DirectoryUnavailable: true,
  ProviderUnavailable: true,
  CatalogueUnavailable: true,
  EventsUnavailable: true,
  SweepUnavailable: true,
  ConcurrentModification: true,
  GrantUnfinished: true,
  RevokeUnfinished: true,
};

/** What the stream's consumer lets through as it is: its record is delivered again. */
const fromAws = new Set(["TimeoutError", "ThrottlingException"]);

/** An error that a function may end with. */
export const isExpectedError = (name: string): boolean => name in retryable || fromAws.has(name);
