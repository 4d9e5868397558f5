import type { Integration } from "../../../lambdas/core/domain/integration.ts";
import { FakeConfigurationStore } from "./configuration-store.ts";

/** The integrations in memory. */
export class FakeIntegrationStore extends FakeConfigurationStore<Integration> {}
