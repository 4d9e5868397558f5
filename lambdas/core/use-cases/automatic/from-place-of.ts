/** Where this run begins, if it comes to so many of them: each of the five-minute rhythm where the one before it stopped. */
export const fromPlaceOf = <Item>(now: Date, items: readonly Item[], most: number): readonly Item[] => {
  if (items.length <= most) return items;
  const run = Math.floor(now.getTime() / 300_000);
  const start = (run * most) % items.length;
  return [...items.slice(start), ...items.slice(0, start)];
};
