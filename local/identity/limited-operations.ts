import type { Clock } from "../../lambdas/core/ports/clock.ts";
import type { AwsError, Caller, Operation, ServiceDefinition } from "../wire/service.ts";
import { tokenBucket, type RequestRate } from "./token-bucket.ts";

/** How often an operation may be called; a rate that is not given is no limit. */
export interface OperationRates {
  readonly perAccount?: RequestRate;
  readonly perOrganization?: RequestRate;
}

/** A test of every request of one operation, on the clock. */
const admissionOf = (clock: Clock, { perAccount, perOrganization }: OperationRates) => {
  const ofAccounts = new Map<string, () => boolean>();
  const ofAccount = (accountId: string, rate: RequestRate) => {
    const bucket = ofAccounts.get(accountId) ?? tokenBucket(clock, rate);
    ofAccounts.set(accountId, bucket);
    return bucket();
  };
  const ofOrganization = perOrganization === undefined ? undefined : tokenBucket(clock, perOrganization);
  return ({ accountId }: Caller): boolean =>
    (perAccount === undefined || ofAccount(accountId, perAccount)) && (ofOrganization?.() ?? true);
};

/** The service with each operation limited by itself; `refusal` is how it says that there are too many requests. */
export const withOperationRates = (
  service: ServiceDefinition,
  {
    clock,
    ratesOf,
    refusal,
  }: {
    readonly clock: Clock;
    readonly ratesOf: (operation: string) => OperationRates | undefined;
    readonly refusal: () => AwsError;
  },
): ServiceDefinition => {
  const limited = (name: string, operation: Operation): Operation => {
    const rates = ratesOf(name);
    if (rates === undefined) return operation;
    const admits = admissionOf(clock, rates);
    return (input, caller) => {
      if (!admits(caller)) throw refusal();
      return operation(input, caller);
    };
  };
  return {
    ...service,
    operations: Object.fromEntries(
      Object.entries(service.operations).map(([name, operation]) => [name, limited(name, operation)]),
    ),
  };
};
