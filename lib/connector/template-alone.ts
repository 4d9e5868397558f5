import { BootstraplessSynthesizer, type IStackSynthesizer } from "aws-cdk-lib";

/** A stack that is its template and nothing else: deployed into accounts without a CDK bootstrap, or uploaded as it is. */
export const templateAlone = (): IStackSynthesizer =>
  // The CDK's class is not written for exactOptionalPropertyTypes; it is what it says it is.
  new BootstraplessSynthesizer() as IStackSynthesizer;
