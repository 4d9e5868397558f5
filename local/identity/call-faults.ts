import type { JsonObject } from "../wire/json.ts";
import type { Operation, ServiceDefinition } from "../wire/service.ts";

/** Where tests break calls: what `before` throws happens instead of the call; what `after` throws loses its answer. */
export interface CallFaults {
  readonly before?: (operation: string, input: JsonObject) => void;
  readonly after?: (operation: string, input: JsonObject) => void;
}

/** The service, its calls broken on their way there or back: what happens between the two happens all the same. */
export const withFaults = (service: ServiceDefinition, faults: CallFaults): ServiceDefinition => {
  const breakable =
    (name: string, operation: Operation): Operation =>
    async (input, caller) => {
      faults.before?.(name, input);
      const output = await operation(input, caller);
      faults.after?.(name, input);
      return output;
    };
  return {
    ...service,
    operations: Object.fromEntries(
      Object.entries(service.operations).map(([name, operation]) => [name, breakable(name, operation)]),
    ),
  };
};
