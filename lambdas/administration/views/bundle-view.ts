import type { BundleTargetDocument } from "../../core/contracts/configuration/target.ts";
import type { BundleView } from "../../core/contracts/http/bundles.ts";
import type { Bundle } from "../../core/domain/bundle.ts";
import { given } from "../../http/pages.ts";
import { targetDocument } from "./access-flow-view.ts";

/** A bundle as it was written: with names, which are what people know. */
export const bundleView = (bundle: Bundle): BundleView => ({
  name: bundle.name,
  ...given({ description: bundle.description }),
  targets: bundle.targets.map((target): BundleTargetDocument => targetDocument(target)),
  version: bundle.version,
  updatedAt: bundle.updatedAt,
  updatedBy: bundle.updatedBy,
  unconfirmedEditors: bundle.unconfirmedEditors ?? [],
});
