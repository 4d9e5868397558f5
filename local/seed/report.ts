/** Kinds of things that a seed makes or finds. */
export type SeededKind =
  | "account"
  | "organizational unit"
  | "user"
  | "group"
  | "permission set"
  | "IAM user"
  | "IAM group"
  | "IAM role";

/** One thing of the file, and its id at the endpoint. */
export interface Seeded {
  readonly kind: SeededKind;
  readonly name: string;
  readonly id: string;
  /** Whether this run made it; otherwise it was there. */
  readonly created: boolean;
}

/** Collects what a seed did: ids, and what the endpoint's API could not express. */
export interface SeedLog {
  readonly seeded: (kind: SeededKind, name: string, id: string, created: boolean) => void;
  readonly inexpressible: (sentence: string) => void;
  /** Throws when nothing of that kind and name was seeded. */
  readonly idOf: (kind: SeededKind, name: string) => string;
  readonly ids: readonly Seeded[];
  readonly limitations: readonly string[];
}

export const seedLog = (): SeedLog => {
  const ids: Seeded[] = [];
  const limitations = new Set<string>();
  return {
    seeded: (kind, name, id, created) => {
      ids.push({ kind, name, id, created });
    },
    inexpressible: (sentence) => {
      limitations.add(sentence);
    },
    idOf: (kind, name) => {
      const found = ids.find((item) => item.kind === kind && item.name === name);
      if (found === undefined) throw new Error(`No ${kind} "${name}" was seeded`);
      return found.id;
    },
    ids,
    get limitations() {
      return [...limitations];
    },
  };
};

const httpStatusOf = (error: Error): number | undefined => {
  const metadata: unknown = "$metadata" in error ? error.$metadata : undefined;
  const status =
    typeof metadata === "object" && metadata !== null && "httpStatusCode" in metadata
      ? metadata.httpStatusCode
      : 0;
  return typeof status === "number" ? status : undefined;
};

/** Why a call failed, on one line. An emulator answers what it has not implemented with HTTP 500 and a page of HTML. */
export const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  const status = httpStatusOf(error) ?? 0;
  if (status >= 500) return `the endpoint answers HTTP ${String(status)}, as if it did not know the call`;
  return (error.message || error.name).split("\n", 1).join("");
};

/** Runs `call`; undefined when AWS answers with the error `name`. */
export const unless = async <T>(name: string, call: () => Promise<T>): Promise<T | undefined> => {
  try {
    return await call();
  } catch (error) {
    if (error instanceof Error && error.name === name) return undefined;
    throw error;
  }
};

/** AWS's models mark nearly every member optional; what an answer must contain is taken with this. */
export const required = <T>(value: T | undefined | null, what: string): T => {
  if (value === undefined || value === null) throw new Error(`The endpoint answered without ${what}`);
  return value;
};
