import { createHash } from "node:crypto";
import type jsonata from "jsonata";
import type { Clock } from "../../lambdas/core/ports/clock.ts";
import type { Json } from "../wire/json.ts";

/** Where expressions get time, randomness and ids from. */
export interface FunctionSources {
  readonly clock: Clock;
  /** A number in [0, 1). */
  readonly random: () => number;
  readonly newId: () => string;
}

/** A built-in of jsonata as its own environment holds it. */
interface BuiltIn {
  readonly implementation: (this: unknown, ...args: unknown[]) => unknown;
}

const partition = (items: readonly Json[] | undefined, size: number): Json[][] | undefined => {
  const length = Math.trunc(size);
  if (items === undefined || items.length === 0 || length < 1) return undefined;
  return Array.from({ length: Math.ceil(items.length / length) }, (_, chunk) =>
    items.slice(chunk * length, (chunk + 1) * length),
  );
};

const range = (start: number, end: number, step: number): number[] | undefined => {
  const [first, last, by] = [start, end, step].map(Math.trunc) as [number, number, number];
  const length = by === 0 ? 0 : Math.floor((last - first) / by) + 1;
  return length < 1 ? undefined : Array.from({ length }, (_, index) => first + index * by);
};

const HASHES: Readonly<Record<string, string>> = {
  MD5: "md5",
  "SHA-1": "sha1",
  "SHA-256": "sha256",
  "SHA-384": "sha384",
  "SHA-512": "sha512",
};

const hash = (text: string, algorithm: string): string => {
  const name = HASHES[algorithm];
  if (name === undefined)
    throw new Error(`Invalid algorithm ${algorithm}: one of ${Object.keys(HASHES).join(", ")}`);
  return createHash(name).update(text).digest("hex");
};

/** The same number for the same seed (AWS promises no particular sequence): the first draw of mulberry32. */
const seededRandom = (seed: number): number => {
  let state = (Math.trunc(seed) + 0x6d2b79f5) | 0;
  state = Math.imul(state ^ (state >>> 15), state | 1);
  state ^= state + Math.imul(state ^ (state >>> 7), state | 61);
  return ((state ^ (state >>> 14)) >>> 0) / 2 ** 32;
};

/** The binding that brings an evaluation's sources: no variable of a workflow can have such a name. */
const SOURCES = "sources of Step Functions";

/** What the functions of one evaluation read, `$now` and `$millis` fixed for it, as in JSONata itself. */
interface EvaluationSources extends Omit<FunctionSources, "clock"> {
  readonly millis: number;
}

/** A function of an expression, as jsonata calls it. */
interface Focus {
  readonly environment: { lookup(name: string): unknown };
}

const sourcesOf = ({ environment }: Focus) => environment.lookup(SOURCES) as EvaluationSources;

/** Bindings that give one evaluation its time, randomness and ids. */
export const sourcesIn = ({ clock, random, newId }: FunctionSources): Readonly<Record<string, unknown>> => ({
  [SOURCES]: { millis: clock.now().getTime(), random, newId } satisfies EvaluationSources,
});

/**
 * Gives an expression the functions of Step Functions: `$partition $range $hash $random $uuid $parse` added,
 * `$eval` removed, and `$now`/`$millis` on the injected clock.
 * https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
 */
export const provideFunctions = (expression: jsonata.Expression): void => {
  expression.registerFunction("partition", partition, "<an:a>");
  expression.registerFunction("range", range, "<nnn:a>");
  expression.registerFunction("hash", hash, "<ss:s>");
  expression.registerFunction(
    "random",
    function (seed?: number) {
      return seed === undefined ? sourcesOf(this).random() : seededRandom(seed);
    },
    "<n?:n>",
  );
  expression.registerFunction(
    "uuid",
    function () {
      return sourcesOf(this).newId();
    },
    "<:s>",
  );
  expression.registerFunction("parse", (text: string): unknown => JSON.parse(text), "<s:x>");
  expression.registerFunction(
    "millis",
    function () {
      return sourcesOf(this).millis;
    },
    "<:n>",
  );
  expression.registerFunction(
    "now",
    function (picture?: string, timezone?: string) {
      const fromMillis = this.environment.lookup("fromMillis") as BuiltIn;
      return fromMillis.implementation.call(this, sourcesOf(this).millis, picture, timezone);
    },
    "<s?s?:s>",
  );
  expression.assign("eval", undefined);
};
