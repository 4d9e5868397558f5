import type { DynamoDbUsage } from "./dynamodb/usage.ts";
import type { InvocationUsage } from "./lambda/function-host.ts";

/** What one caller (a function, the state machine, EventBridge) used of DynamoDB. */
export type TableUsage = Omit<DynamoDbUsage, "operation" | "tableName">;

/** What one function's invocations add up to. */
export interface FunctionUsage {
  readonly invocations: number;
  readonly billedMilliseconds: number;
  readonly memoryMegabytes: number;
}

/** Counts since the start, all of them exact. Nothing of an administrator's (a tester, the AWS CLI, the demo) is in it. */
export interface MeterSnapshot {
  /** By function. */
  readonly invocations: Readonly<Record<string, FunctionUsage>>;
  /** By caller. */
  readonly dynamodb: Readonly<Record<string, TableUsage>>;
  /** By caller, then by IAM action (`sso:CreateAccountAssignment`); neither DynamoDB nor Lambda. */
  readonly calls: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** By machine. */
  readonly statesEntered: Readonly<Record<string, number>>;
  /** Custom events that PutEvents took. */
  readonly events: number;
  /** Messages that rules and functions published to topics. */
  readonly notifications: number;
  /** What administrators did, by action. */
  readonly administrators: Readonly<Record<string, number>>;
}

/** The sums of a snapshot. */
export interface MeterTotals extends TableUsage {
  readonly statesEntered: number;
  readonly lambdaInvocations: number;
  readonly gigabyteSeconds: number;
  /** Calls to AWS of every other service. */
  readonly awsCalls: number;
  readonly ssoAdminCalls: number;
  readonly events: number;
  readonly notifications: number;
}

/** Counts what the app does to AWS. */
export interface Meter {
  readonly invoked: (usage: InvocationUsage) => void;
  /** `caller` is undefined for an administrator. */
  readonly usedDynamoDb: (caller: string | undefined, usage: DynamoDbUsage) => void;
  readonly called: (caller: string | undefined, action: string) => void;
  readonly enteredState: (machineName: string) => void;
  readonly tookEvents: (caller: string | undefined, count: number) => void;
  readonly notified: () => void;
  readonly snapshot: () => MeterSnapshot;
}

type Counts = Readonly<Record<string, number>>;

const combined = (one: Counts, other: Counts, sign: 1 | -1): Counts => {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return Object.fromEntries([...names].map((name) => [name, (one[name] ?? 0) + sign * (other[name] ?? 0)]));
};

const EMPTY: MeterSnapshot = {
  invocations: {},
  dynamodb: {},
  calls: {},
  statesEntered: {},
  events: 0,
  notifications: 0,
  administrators: {},
};

export const createMeter = (): Meter => {
  let counts = EMPTY;
  const addIn = <Usage>(
    entries: Readonly<Record<string, Usage>>,
    name: string,
    add: (existing: Usage | undefined) => Usage,
  ): Readonly<Record<string, Usage>> => ({ ...entries, [name]: add(entries[name]) });
  const increment = (entries: Counts, name: string) => addIn(entries, name, (count = 0) => count + 1);
  const administrator = (action: string) => {
    counts = { ...counts, administrators: increment(counts.administrators, action) };
  };

  return {
    invoked: ({ functionName, billedMilliseconds, memoryMegabytes }) => {
      counts = {
        ...counts,
        invocations: addIn(counts.invocations, functionName, (usage) => ({
          invocations: (usage?.invocations ?? 0) + 1,
          billedMilliseconds: (usage?.billedMilliseconds ?? 0) + billedMilliseconds,
          memoryMegabytes,
        })),
      };
    },
    usedDynamoDb: (caller, { operation, tableName: _tableName, ...used }) => {
      if (caller === undefined) {
        administrator(`dynamodb:${operation}`);
        return;
      }
      const dynamodb = addIn(
        counts.dynamodb,
        caller,
        (usage) => combined({ ...usage }, { ...used }, 1) as unknown as TableUsage,
      );
      counts = { ...counts, dynamodb };
    },
    called: (caller, action) => {
      if (caller === undefined) administrator(action);
      else {
        const calls = addIn(counts.calls, caller, (byAction = {}) => increment(byAction, action));
        counts = { ...counts, calls };
      }
    },
    enteredState: (machineName) => {
      counts = { ...counts, statesEntered: increment(counts.statesEntered, machineName) };
    },
    tookEvents: (caller, count) => {
      if (caller !== undefined) counts = { ...counts, events: counts.events + count };
    },
    notified: () => {
      counts = { ...counts, notifications: counts.notifications + 1 };
    },
    snapshot: () => counts,
  };
};

/** What was used between two snapshots. */
export const usedBetween = (earlier: MeterSnapshot, later: MeterSnapshot): MeterSnapshot => {
  const each = <Value>(
    entries: Readonly<Record<string, Value>>,
    subtract: (value: Value, name: string) => Value,
  ) => Object.fromEntries(Object.entries(entries).map(([name, value]) => [name, subtract(value, name)]));
  return {
    invocations: each(later.invocations, (usage, name) => ({
      ...usage,
      invocations: usage.invocations - (earlier.invocations[name]?.invocations ?? 0),
      billedMilliseconds: usage.billedMilliseconds - (earlier.invocations[name]?.billedMilliseconds ?? 0),
    })),
    dynamodb: each(
      later.dynamodb,
      (usage, name) => combined({ ...usage }, { ...earlier.dynamodb[name] }, -1) as unknown as TableUsage,
    ),
    calls: each(later.calls, (byAction, caller) => combined(byAction, earlier.calls[caller] ?? {}, -1)),
    statesEntered: combined(later.statesEntered, earlier.statesEntered, -1),
    events: later.events - earlier.events,
    notifications: later.notifications - earlier.notifications,
    administrators: combined(later.administrators, earlier.administrators, -1),
  };
};

const sum = (numbers: readonly number[]) => numbers.reduce((total, value) => total + value, 0);

/** The same without what these functions and machines did. */
export const withoutCallers = (
  snapshot: MeterSnapshot,
  isLeftOut: (caller: string) => boolean,
): MeterSnapshot => {
  const others = <Value>(entries: Readonly<Record<string, Value>>) =>
    Object.fromEntries(Object.entries(entries).filter(([caller]) => !isLeftOut(caller)));
  return {
    ...snapshot,
    invocations: others(snapshot.invocations),
    dynamodb: others(snapshot.dynamodb),
    calls: others(snapshot.calls),
    statesEntered: others(snapshot.statesEntered),
  };
};

/** Adds a snapshot up over functions, callers and machines. */
export const totalsOf = (snapshot: MeterSnapshot): MeterTotals => {
  const invocations = Object.values(snapshot.invocations);
  const tables = Object.values(snapshot.dynamodb);
  const calls = Object.values(snapshot.calls).flatMap((byAction) => Object.entries(byAction));
  return {
    statesEntered: sum(Object.values(snapshot.statesEntered)),
    lambdaInvocations: sum(invocations.map((usage) => usage.invocations)),
    gigabyteSeconds: sum(
      invocations.map((usage) => (usage.billedMilliseconds / 1000) * (usage.memoryMegabytes / 1024)),
    ),
    reads: sum(tables.map((usage) => usage.reads)),
    readUnits: sum(tables.map((usage) => usage.readUnits)),
    writes: sum(tables.map((usage) => usage.writes)),
    writeUnits: sum(tables.map((usage) => usage.writeUnits)),
    indexWriteUnits: sum(tables.map((usage) => usage.indexWriteUnits)),
    awsCalls: sum(calls.map(([, count]) => count)),
    ssoAdminCalls: sum(calls.filter(([action]) => action.startsWith("sso:")).map(([, count]) => count)),
    events: snapshot.events,
    notifications: snapshot.notifications,
  };
};
