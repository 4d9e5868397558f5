import { isNamed } from "../aws-errors.ts";

/** What the call finds; undefined when AWS says, by one of these names, that it is not there. */
export const unlessGone = async <T>(
  names: readonly string[],
  call: () => Promise<T>,
): Promise<T | undefined> => {
  try {
    return await call();
  } catch (error) {
    if (isNamed(error, ...names)) return undefined;
    throw error;
  }
};

/** The pages, as far as they go: none when AWS says, by one of these names, that what they list is not there any more. */
export async function* untilGone<Page>(
  names: readonly string[],
  pages: AsyncIterable<Page>,
): AsyncGenerator<Page, void, undefined> {
  try {
    yield* pages;
  } catch (error) {
    if (!isNamed(error, ...names)) throw error;
  }
}
