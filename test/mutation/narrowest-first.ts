import { BaseSequencer, type TestSpecification } from "vitest/node";

const ORDER = ["/unit/core/domain/", "/unit/core/", "/unit/", "/security/", "/workflow/", "/mutation/"];

const placeOf = ({ moduleId }: TestSpecification): number =>
  ORDER.findIndex((folder) => moduleId.includes(folder));

/** The narrowest tests and fastest first: the first one that fails ends a mutant's run. */
export class NarrowestFirst extends BaseSequencer {
  override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return Promise.resolve(files.toSorted((one, other) => placeOf(one) - placeOf(other)));
  }
}
