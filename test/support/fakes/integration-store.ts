import type { Integration, IntegrationName } from "../../../lambdas/core/domain/integration.ts";
import type { WriteOutcome } from "../../../lambdas/core/ports/stores.ts";
import type { IntegrationStore } from "../../../lambdas/core/ports/sync.ts";

/** The integrations in memory, with the conditions of the real store. */
export class FakeIntegrationStore implements IntegrationStore {
  private readonly items = new Map<IntegrationName, Integration>();

  get(name: IntegrationName): Promise<Integration | undefined> {
    return Promise.resolve(structuredClone(this.items.get(name)));
  }

  list(): Promise<readonly Integration[]> {
    const byName = [...this.items.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    return Promise.resolve(structuredClone(byName));
  }

  put(next: Integration): Promise<WriteOutcome> {
    if ((this.items.get(next.name)?.version ?? 0) !== next.version - 1) return Promise.resolve("conflict");
    this.items.set(next.name, structuredClone(next));
    return Promise.resolve("written");
  }

  delete({ name, version }: Integration): Promise<WriteOutcome> {
    if (this.items.get(name)?.version !== version) return Promise.resolve("conflict");
    this.items.delete(name);
    return Promise.resolve("written");
  }
}
