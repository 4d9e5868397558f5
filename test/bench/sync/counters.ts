/** Counts by name. */
class Counter {
  private readonly counts = new Map<string, number>();

  add(name: string, times = 1): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + times);
  }

  /** By name, in the order of the names. */
  get all(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.counts].sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}

/** What was done with DynamoDB. */
export interface TableUse {
  /** Items written, by table and by what they are: `inventory fact`. */
  readonly writes: Readonly<Record<string, number>>;
  /** Conditional writes whose condition did not hold. */
  readonly refused: number;
  /** Requests that read, by operation. */
  readonly reads: Readonly<Record<string, number>>;
  /** Items that those requests read. */
  readonly itemsRead: number;
}

/** What AWS was asked for from one `take` to the next. */
export interface AwsUse {
  /** Calls by `service:Operation`, throttled ones included. */
  readonly calls: Readonly<Record<string, number>>;
  readonly throttled: number;
  /** The most calls of sso-admin in any one second. */
  readonly mostInOneSecond: number;
  readonly tables: TableUse;
}

/** The most calls within any so many milliseconds, of calls that come in the order of their moments. */
class Window {
  most = 0;
  private moments: number[] = [];

  add(moment: number, length: number): void {
    this.moments = [...this.moments.filter((earlier) => earlier > moment - length), moment];
    this.most = Math.max(this.most, this.moments.length);
  }
}

/** Counts what AWS is asked for. */
export class AwsCounters {
  private calls = new Counter();
  private second = new Window();
  writes = new Counter();
  reads = new Counter();
  throttled = 0;
  refused = 0;
  itemsRead = 0;

  /** At a moment in milliseconds. */
  called(operation: string, moment: number): void {
    this.calls.add(operation);
    if (operation.startsWith("sso:")) this.second.add(moment, 1_000);
  }

  /** What was counted since the last time. */
  take(): AwsUse {
    const { calls, second, writes, reads, throttled, refused, itemsRead } = this;
    Object.assign(this, new AwsCounters());
    return {
      calls: calls.all,
      throttled,
      mostInOneSecond: second.most,
      tables: { writes: writes.all, refused, reads: reads.all, itemsRead },
    };
  }
}
