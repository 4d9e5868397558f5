const keyOf = (requestId: string, version: number): string => `${requestId}/${version}`;

/** Transitions of requests that the trail, or the bus, has not been told of yet. */
export class UntoldTransitions {
  private readonly unrecorded = new Set<string>();
  private readonly unpublished = new Set<string>();

  get size(): number {
    return this.unrecorded.size + this.unpublished.size;
  }

  made(requestId: string, version: number): void {
    this.unrecorded.add(keyOf(requestId, version));
    this.unpublished.add(keyOf(requestId, version));
  }

  recorded(requestId: string, version: number): void {
    this.unrecorded.delete(keyOf(requestId, version));
  }

  published(requestId: string, version: number): void {
    this.unpublished.delete(keyOf(requestId, version));
  }
}
