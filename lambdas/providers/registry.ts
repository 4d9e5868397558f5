import type { ClientsFor } from "../adapters/aws-clients.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { Admission, Providers } from "../core/ports/provider.ts";
import { accountAssignmentProvider } from "./identity-center-account-assignment/provider.ts";

export interface ProviderDeps {
  readonly clientsFor: ClientsFor;
  readonly clock: Clock;
  readonly admission: Admission;
  /** `https://….awsapps.com/start`, for the instructions. */
  readonly accessPortalUrl: string;
}

/** Everything that can be granted, by kind. */
export const providers = (deps: ProviderDeps): Providers => ({
  "identity-center/account-assignment": accountAssignmentProvider(deps),
});
