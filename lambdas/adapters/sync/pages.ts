/** An answer that may have a page after it. */
interface Paged {
  readonly NextToken?: string | undefined;
}

/** The answers of a list, page by page; the next one is asked for when it is wanted. */
export async function* pagesOf<Answer extends Paged>(
  page: (nextToken: string | undefined) => Promise<Answer>,
): AsyncGenerator<Answer, void, undefined> {
  let nextToken: string | undefined;
  do {
    const answer = await page(nextToken);
    yield answer;
    nextToken = answer.NextToken;
  } while (nextToken !== undefined);
}

/** What `itemsOf` finds on all the pages. */
export const allOf = async <Answer, Item>(
  pages: AsyncIterable<Answer>,
  itemsOf: (answer: Answer) => readonly Item[],
): Promise<readonly Item[]> => {
  const items: Item[] = [];
  for await (const answer of pages) items.push(...itemsOf(answer));
  return items;
};
