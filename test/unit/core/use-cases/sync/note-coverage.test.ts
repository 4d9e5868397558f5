import { expect, it } from "vitest";
import type { Coverage } from "../../../../../lambdas/core/domain/inventory/coverage.ts";
import { inAccount, type FactKind, type FactOf } from "../../../../../lambdas/core/domain/inventory/facts.ts";
import { timestamp } from "../../../../../lambdas/core/domain/ids.ts";
import type { Observed } from "../../../../../lambdas/core/ports/inventory.ts";
import { noteCoverage } from "../../../../../lambdas/core/use-cases/sync/note-coverage.ts";
import { anAccountId } from "../../../../support/builders.ts";
import { FakeInventory } from "../../../../support/fakes/inventory.ts";

const accountId = anAccountId(1);
const atSecond = (second: number) => timestamp(new Date(second * 1000));

/** An inventory in which another one, that began at the second 2, notes between the first reading and its writing. */
class InterleavedInventory extends FakeInventory {
  private hasNoted = false;

  override async get<Kind extends FactKind>(
    kind: Kind,
    id: string,
  ): Promise<Observed<FactOf<Kind>> | undefined> {
    const read = await super.get(kind, id);
    if (this.hasNoted || read === undefined) return read;
    this.hasNoted = true;
    await this.note({ "iam-user": "whole" }, 2);
    return read;
  }

  note(more: Coverage, second: number): Promise<Coverage> {
    let began = second;
    const look = () => ({ observedAt: atSecond(began++) });
    return noteCoverage({ inventory: this, look }, accountId, (known) => ({ ...known, ...more }));
  }
}

it("loses nothing of what another one notes between its reading and its writing", async () => {
  const inventory = new InterleavedInventory();
  await inventory.note({ secret: "whole" }, 1);
  await inventory.note({ "iam-role": "whole" }, 3);
  const noted = await inventory.get("coverage", inAccount(accountId));
  expect(noted?.fact.subjects).toEqual({ secret: "whole", "iam-user": "whole", "iam-role": "whole" });
});
