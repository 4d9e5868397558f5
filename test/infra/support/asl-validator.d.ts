declare module "asl-validator" {
  interface Outcome {
    readonly isValid: boolean;
    readonly errors: readonly Readonly<Record<string, unknown>>[];
  }
  /** Checks a definition of the Amazon States Language. It writes into the definition that it is given. */
  export default function validate(definition: object): Outcome;
}
