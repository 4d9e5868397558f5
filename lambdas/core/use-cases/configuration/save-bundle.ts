import type { BundleBody } from "../../contracts/configuration/bundle.ts";
import { isBundleTarget, type FlowTarget } from "../../domain/access-flow.ts";
import type { Bundle } from "../../domain/bundle.ts";
import { refuseTooManyThrough } from "../../domain/configuration/naming-problems.ts";
import { BundleNameSchema } from "../../domain/ids.ts";
import type { Clock } from "../../ports/clock.ts";
import type { AccessFlowStore, BundleStore } from "../../ports/stores.ts";
import { byName, namingFlows, namingProblems, type CatalogueStores } from "./catalogue.ts";
import { nameResolver, type NameDependencies } from "./name-resolver.ts";
import { saveConfiguration, type ContentOf } from "./save-configuration.ts";

interface Dependencies extends NameDependencies, CatalogueStores {
  readonly bundles: Pick<BundleStore, "list" | "head" | "put" | "delete">;
  readonly flows: Pick<AccessFlowStore, "list">;
  readonly clock: Pick<Clock, "now">;
}

/**
 * Makes or replaces a bundle, its names made ids as a flow's are: all that lead nowhere refuse it together. Saving what is
 * there already writes nothing.
 */
export const saveBundle = (dependencies: Dependencies) =>
  saveConfiguration<Bundle, BundleBody>({
    kind: "bundle",
    store: dependencies.bundles,
    clock: dependencies.clock,
    naming: { schema: BundleNameSchema, code: "invalid-bundle" },
    contentOf: async (name, document) => {
      const content = await resolveBundle(dependencies, document);
      refuseTooManyThrough(
        { name, targets: content.targets },
        await namingFlows(dependencies),
        byName(await dependencies.bundles.list()),
      );
      return content;
    },
  });

/** The bundle that a document means. */
export const resolveBundle = async (
  dependencies: NameDependencies & CatalogueStores,
  { description, targets }: BundleBody,
): Promise<ContentOf<Bundle>> => {
  const resolver = nameResolver(dependencies);
  const resolved = await resolver.targets(targets, "/targets");
  for (const problem of await namingProblems(dependencies, "bundle", { targets })) resolver.refuse(problem);
  resolver.finish();
  return { ...(description === undefined ? {} : { description }), targets: resolved.map(partOf) };
};

const partOf = (target: FlowTarget): Bundle["targets"][number] => {
  if (isBundleTarget(target))
    throw new Error(`A bundle within a bundle got past its schema: ${target.bundle}`);
  return target;
};
