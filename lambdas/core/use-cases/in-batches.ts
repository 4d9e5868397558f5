/** Does `work` for every item, at most `atATime` at once, and waits for all of them even when one throws: nothing stays in flight. */
export const inBatches = async <Item, Result>(
  items: readonly Item[],
  atATime: number,
  work: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> => {
  const results: Result[] = [];
  const failures: unknown[] = [];
  for (let start = 0; start < items.length; start += atATime) {
    const settled = await Promise.allSettled(items.slice(start, start + atATime).map(work));
    for (const outcome of settled) {
      if (outcome.status === "fulfilled") results.push(outcome.value);
      else failures.push(outcome.reason);
    }
  }
  if (failures.length > 0) throw failures[0];
  return results;
};
