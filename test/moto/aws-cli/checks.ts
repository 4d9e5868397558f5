/** Looks at something; what it resolves to is what later checks build on. It fails by throwing. */
export type Check = <T>(what: string, look: () => Promise<T>) => Promise<T>;

/** Checks that build on each other: the first one that fails ends its scene, and the next scene begins. */
export interface Scene<World> {
  readonly title: string;
  readonly play: (world: World, check: Check) => Promise<void>;
}

/** What all scenes came to. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
}

/** The message, and those of what caused it: "fetch failed" says nothing by itself. */
export const explain = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}\n${explain(error.cause)}`;
};

/** Plays the scenes one after another, and prints one line per check. */
export const playScenes = async <World>(
  world: World,
  scenes: readonly Scene<World>[],
  print: (line: string) => void,
): Promise<Tally> => {
  let passed = 0;
  let failed = 0;
  for (const { title, play } of scenes) {
    let current = "begins";
    const check: Check = async (what, look) => {
      current = what;
      const seen = await look();
      passed += 1;
      print(`ok      ${title}: ${what}`);
      return seen;
    };
    try {
      await play(world, check);
    } catch (error) {
      failed += 1;
      print(`FAILED  ${title}: ${current}\n        ${explain(error).replaceAll("\n", "\n        ")}`);
    }
  }
  return { passed, failed };
};
