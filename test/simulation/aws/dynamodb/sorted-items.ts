/** Small enough to move cheaply when one goes between, large enough that a list of them is short. */
const LARGEST_CHUNK = 512;

/** Items in an order, found, added and taken out without looking at all the others: a sorted list in chunks. */
export class SortedItems<Item> {
  private readonly compare: (a: Item, b: Item) => number;
  /** None of them is empty. */
  private readonly chunks: Item[][] = [];

  constructor(compare: (a: Item, b: Item) => number, items: readonly Item[] = []) {
    this.compare = compare;
    const sorted = items.toSorted(compare);
    for (let from = 0; from < sorted.length; from += LARGEST_CHUNK) {
      this.chunks.push(sorted.slice(from, from + LARGEST_CHUNK));
    }
  }

  /** Takes the place of the item that it is equal to. */
  add(item: Item): void {
    const [index, place] = this.placeOf(item);
    const chunk = this.chunks[index] ?? this.chunks.at(-1);
    if (chunk === undefined) {
      this.chunks.push([item]);
      return;
    }
    // Behind the last one of all is the end of the last chunk.
    const at = chunk === this.chunks[index] ? place : chunk.length;
    const existing = chunk[at];
    const isReplaced = existing !== undefined && this.compare(existing, item) === 0;
    chunk.splice(at, isReplaced ? 1 : 0, item);
    if (chunk.length <= LARGEST_CHUNK) return;
    this.chunks.splice(this.chunks.indexOf(chunk) + 1, 0, chunk.splice(LARGEST_CHUNK / 2));
  }

  delete(item: Item): void {
    const [index, place] = this.placeOf(item);
    const chunk = this.chunks[index];
    const existing = chunk?.[place];
    if (chunk === undefined || existing === undefined || this.compare(existing, item) !== 0) return;
    chunk.splice(place, 1);
    if (chunk.length === 0) this.chunks.splice(index, 1);
  }

  /** From the first one that is not before `bound` on; all of them without one. */
  *forward(bound?: Item): Generator<Item> {
    const [first, start] = bound === undefined ? [0, 0] : this.placeOf(bound);
    for (let index = first; index < this.chunks.length; index += 1) {
      const chunk = this.chunks[index] ?? [];
      for (let place = index === first ? start : 0; place < chunk.length; place += 1) {
        yield chunk[place] as Item;
      }
    }
  }

  /** From the last one before `bound` back; all of them without one. */
  *backward(bound?: Item): Generator<Item> {
    const [last, end] = bound === undefined ? [this.chunks.length, 0] : this.placeOf(bound);
    for (let index = Math.min(last, this.chunks.length - 1); index >= 0; index -= 1) {
      const chunk = this.chunks[index] ?? [];
      for (let place = (index === last ? end : chunk.length) - 1; place >= 0; place -= 1) {
        yield chunk[place] as Item;
      }
    }
  }

  /** The chunk and the place in it of the first item that is not before `item`; behind the last chunk when all are. */
  private placeOf(item: Item): readonly [chunk: number, place: number] {
    const index = firstThat(this.chunks, (chunk) => this.compare(chunk.at(-1) as Item, item) >= 0);
    const chunk = this.chunks[index];
    return [index, chunk === undefined ? 0 : firstThat(chunk, (one) => this.compare(one, item) >= 0)];
  }
}

/** The index of the first member that `holds`, given that all behind it do. */
const firstThat = <Member>(members: readonly Member[], holds: (member: Member) => boolean): number => {
  let [from, to] = [0, members.length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (holds(members[middle] as Member)) to = middle;
    else from = middle + 1;
  }
  return from;
};
