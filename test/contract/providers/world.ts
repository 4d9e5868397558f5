import type { Entitlement } from "../../../lambdas/core/domain/entitlement.ts";
import type { Clock } from "../../../lambdas/core/ports/clock.ts";
import type { Provider } from "../../../lambdas/core/ports/provider.ts";

/** A provider and what is behind it, as a test sees and moves it. */
export interface ProviderWorld {
  readonly provider: Provider;
  readonly clock: Clock;
  /** Nobody has it yet; its user or group exists. */
  readonly entitlements: { readonly user: Entitlement; readonly group: Entitlement };
  /** Looks past the provider. */
  exists(entitlement: Entitlement): Promise<boolean>;
  /** How long the operations take that begin from now on. */
  operationsTake(milliseconds: number): void;
  /** What the operations that begin from now on fail with. */
  operationsFail(reason: string | undefined): void;
  /** What becomes of the next call that changes something. */
  nextChange(fault: "throttled" | "answer-lost"): void;
  deletePrincipal(entitlement: Entitlement): Promise<void>;
}

export interface ProviderEnvironment {
  readonly name: string;
  open(): Promise<ProviderWorld>;
  /** Tests of the contract that cannot run here, each with the reason. */
  readonly differences: Readonly<Record<string, string>>;
}
