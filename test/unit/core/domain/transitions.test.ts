import { describe, expect, it } from "vitest";
import { STATUSES, type Status } from "../../../../lambdas/core/domain/access-request.ts";
import { transitions } from "../../../../lambdas/core/domain/transitions.ts";

const table: readonly { readonly from: readonly Status[]; readonly to: Status }[] =
  Object.values(transitions);
const successors = (status: Status) => table.filter(({ from }) => from.includes(status)).map(({ to }) => to);

const reachable = (start: readonly Status[]): ReadonlySet<Status> => {
  const seen = new Set<Status>(start);
  for (const status of seen) for (const next of successors(status)) seen.add(next);
  return seen;
};

const final: readonly Status[] = ["ended", "rejected", "cancelled", "lapsed", "failed"];

describe("the transition table", () => {
  it("reaches every status from a new request", () => {
    const first = table.filter(({ from }) => from.length === 0).map(({ to }) => to);
    expect(reachable(first)).toEqual(new Set(STATUSES));
  });

  it("leads from every status to an end", () => {
    for (const status of STATUSES) {
      const ends = [...reachable([status])].filter((reached) => final.includes(reached));
      expect(ends, status).not.toEqual([]);
    }
  });

  it("leads from nowhere out of an end: what is over may be reviewed, and stays over", () => {
    for (const status of final)
      expect(new Set([...successors(status), status]), status).toEqual(new Set([status]));
  });

  it("ends access only through its revocation", () => {
    for (const status of ["granting", "active"] as const) {
      expect(successors(status).filter((next) => final.includes(next))).toEqual([]);
    }
  });

  it("makes nothing active that was not being granted", () => {
    const before = table.filter(({ to }) => to === "active").flatMap(({ from }): readonly Status[] => from);
    expect(before.filter((status) => status !== "active")).toEqual(["granting"]);
  });
});
