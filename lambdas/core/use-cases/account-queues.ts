/** Something that waits to be done in an account. */
export interface InAccount {
  readonly accountId: string;
}

/** What waits, by account; in each account it is done one after another, in the order in which it came. */
export class AccountQueues<Item extends InAccount> {
  private readonly queues = new Map<string, Item[]>();

  add(items: readonly Item[]): void {
    for (const item of items) {
      const queue = this.queues.get(item.accountId);
      if (queue === undefined) this.queues.set(item.accountId, [item]);
      else queue.push(item);
    }
  }

  /**
   * The next item of the account with the most to do, among those that are not busy: the longest queue decides when all
   * is done, so it must never wait for another one. Undefined when every account with something to do is busy.
   */
  next(busy: ReadonlySet<string>): Item | undefined {
    let longest: Item[] = [];
    for (const [accountId, queue] of this.queues) {
      if (!busy.has(accountId) && queue.length > longest.length) longest = queue;
    }
    const item = longest.shift();
    if (item !== undefined && longest.length === 0) this.queues.delete(item.accountId);
    return item;
  }
}
