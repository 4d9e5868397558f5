import { secondsAfter, timestamp, TimestampSchema, type Timestamp } from "../../core/domain/ids.ts";
import type { Clock } from "../../core/ports/clock.ts";
import type { Turn, TurnName, Turns } from "../../core/ports/stores.ts";
import type { Condition } from "./conditions.ts";
import { accessKeys, type AccessItemKind } from "./keys.ts";
import { table, type TableDeps } from "./table.ts";

/**
 * No turn is taken for as long as this: one that would end later was written by a clock that is far ahead, and nobody
 * waits for it.
 */
const IMPLAUSIBLE_SECONDS = 2 * 3600;

/** When a turn ended that was given back: in the past by every clock. */
const LONG_AGO: Timestamp = TimestampSchema.parse("1970-01-01T00:00:00.000Z");

/** Nobody has ever had it, or whoever had it last gave it back. */
const isGivenBack: Condition = {
  ConditionExpression: "attribute_not_exists(#pk) OR #until = :longAgo",
  ExpressionAttributeNames: { "#pk": "pk", "#until": "until" },
  ExpressionAttributeValues: { ":longAgo": LONG_AGO },
};

/** Whoever had it last did not give it back, and has it no longer by this clock. */
const hasEnded = (now: Date): Condition => ({
  ConditionExpression: "#until <= :now OR #until > :implausible",
  ExpressionAttributeNames: { "#until": "until" },
  ExpressionAttributeValues: {
    ":now": timestamp(now),
    ":implausible": secondsAfter(now, IMPLAUSIBLE_SECONDS),
  },
});

/** Nobody has taken it since. */
const isStill = (id: string): Condition => ({
  ConditionExpression: "#turnId = :turnId",
  ExpressionAttributeNames: { "#turnId": "turnId" },
  ExpressionAttributeValues: { ":turnId": id },
});

/**
 * Turns in the Access table, each one item and each change of it one conditional write. A turn that is given back stays
 * as one that ended long ago: the roles that take turns need not be able to delete anything.
 */
export const turns = ({
  clock,
  uniqueText,
  ...deps
}: TableDeps & { readonly clock: Pick<Clock, "now">; readonly uniqueText: () => string }): Turns => {
  const access = table(deps);

  const write = (
    name: TurnName,
    turn: { readonly turnId?: string; readonly until: Timestamp },
    condition: Condition,
  ) => access.put({ ...accessKeys.turn(name), kind: "turn" satisfies AccessItemKind, ...turn }, condition);

  return {
    take: async (name, seconds) => {
      const now = clock.now();
      const turn = { name, id: uniqueText(), until: secondsAfter(now, seconds) };
      const item = { turnId: turn.id, until: turn.until };
      if ((await write(name, item, isGivenBack)) === "written") return { ...turn, inherited: false };
      if ((await write(name, item, hasEnded(now))) === "written") return { ...turn, inherited: true };
      return undefined;
    },
    keep: async (turn, seconds) => {
      const kept: Turn = { ...turn, until: secondsAfter(clock.now(), seconds) };
      const item = { turnId: kept.id, until: kept.until };
      return (await write(kept.name, item, isStill(kept.id))) === "written" ? kept : undefined;
    },
    end: async ({ name, id }) => {
      await write(name, { until: LONG_AGO }, isStill(id));
    },
  };
};

/** Looks whether somebody has a turn, and takes none. */
export const turnWatch = ({ clock, ...deps }: TableDeps & { readonly clock: Pick<Clock, "now"> }) => {
  const access = table(deps);
  return {
    isTaken: async (name: TurnName): Promise<boolean> => {
      const until = (await access.get(accessKeys.turn(name)))?.["until"];
      const now = clock.now();
      return (
        typeof until === "string" && until > timestamp(now) && until <= secondsAfter(now, IMPLAUSIBLE_SECONDS)
      );
    },
  };
};
