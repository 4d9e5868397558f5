import type { SweepReport } from "../../lambdas/core/contracts/http/sweep.ts";
import { timestamp } from "../../lambdas/core/domain/ids.ts";

const moment = timestamp(new Date("2026-01-01T00:00:00.000Z"));

/** The report of a sweep that found everything as it should be. */
export const aReport = (overrides: Partial<SweepReport> = {}): SweepReport => ({
  beganAt: moment,
  endedAt: moment,
  complete: true,
  requests: { lookedAt: 0, overdue: 0, restarted: 0, left: 0 },
  trail: { healed: 0, lost: 0 },
  access: { compared: 0, deadHolders: 0, orphans: 0, appeared: 0, vanished: 0, left: 0 },
  rotation: { oldestSeconds: 0 },
  overdueReviews: 0,
  findings: [],
  furtherFindings: 0,
  problems: [],
  ...overrides,
});
