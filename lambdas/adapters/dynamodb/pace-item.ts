import * as z from "zod/mini";
import { accessKeys, type AccessItemKind, type PaceName } from "./keys.ts";
import { table, type Item, type TableDeps } from "./table.ts";

/** What all processes that pace their calls together share: the moment (epoch milliseconds) from which on no call is set apart. */
export interface PaceItem {
  /** The newest value (consistent read). */
  freeFrom(): Promise<number | undefined>;
  /** Sets it, unless it is between `now` (excluded) and `plausible`: then others have calls set apart. Answers what it is then. */
  begin(
    freeFrom: number,
    unless: { readonly now: number; readonly plausible: number },
  ): Promise<number | "conflict">;
  /** Moves it on by so much, if it is after `now` and not after `latest`; answers what it is then. */
  extend(
    milliseconds: number,
    when: { readonly now: number; readonly latest: number },
  ): Promise<number | "conflict">;
}

const PaceSchema = z.object({ freeFrom: z.number() });

const freeFromOf = (item: Item): number => PaceSchema.parse(item).freeFrom;

/** The pace as one item of the Access table. A number, so that DynamoDB itself adds to it: those who only add never lose a race. */
export const paceItem = ({ name, ...deps }: TableDeps & { readonly name: PaceName }): PaceItem => {
  const access = table(deps);
  const key = accessKeys.pace(name);

  const change = async (update: string, condition: string, values: Readonly<Record<string, number>>) => {
    const changed = await access.update(key, {
      UpdateExpression: `SET #kind = :kind, ${update}`,
      ConditionExpression: condition,
      ExpressionAttributeNames: { "#kind": "kind", "#freeFrom": "freeFrom" },
      ExpressionAttributeValues: { ":kind": "pace" satisfies AccessItemKind, ...values },
    });
    return changed === "conflict" ? changed : freeFromOf(changed);
  };

  return {
    freeFrom: async () => {
      const item = await access.get(key);
      return item === undefined ? undefined : freeFromOf(item);
    },
    begin: (freeFrom, { now, plausible }) =>
      change(
        "#freeFrom = :freeFrom",
        "attribute_not_exists(#freeFrom) OR #freeFrom <= :now OR #freeFrom > :plausible",
        { ":freeFrom": freeFrom, ":now": now, ":plausible": plausible },
      ),
    extend: (milliseconds, { now, latest }) =>
      change("#freeFrom = #freeFrom + :more", "#freeFrom > :now AND #freeFrom <= :latest", {
        ":more": milliseconds,
        ":now": now,
        ":latest": latest,
      }),
  };
};
