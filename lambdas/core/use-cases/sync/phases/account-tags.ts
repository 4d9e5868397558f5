import type { OrganizationIntegration } from "../../../domain/integration.ts";
import type { AccountFact } from "../../../domain/inventory/facts.ts";
import { intervalOf } from "../../../domain/sync-schedule.ts";
import { isTurnOf, turnOf } from "../../../domain/turns.ts";
import type { Observed } from "../../../ports/inventory.ts";
import { lookAtTags } from "../look-at-tags.ts";
import type { RunPhase } from "../phase.ts";
import { eachKnown } from "./each-known.ts";

const DAY_MILLISECONDS = 24 * 3_600_000;

/** Passes that failed, or that came late, have held up the turn of an account whose tags were seen so long ago. */
const OVERDUE_AFTER_MILLISECONDS = 1.5 * DAY_MILLISECONDS;

/**
 * AWS lists an account's tags one account at a time, and has no way to tell whether they changed. Each account is asked about
 * once a day: in one of as many passes as there are in a day, or in every pass where they are further apart. One whose tags
 * nobody knows yet, or whose turn is overdue, does not wait for it.
 */
const turnsOf = (integration: OrganizationIntegration): number =>
  Math.max(1, Math.floor(DAY_MILLISECONDS / intervalOf(integration, "identity")));

/** The accounts' tags. */
export const accountTags: RunPhase = async (phase) => {
  const { progress, integration, clock } = phase;
  const turn = turnOf(progress.sync);
  const turns = turnsOf(integration);
  const total = progress.sync.counts["account"];
  return eachKnown(phase, "account", { total }, async (account) => {
    if (isTurnOf(account.fact.id, turn, turns) || isOverdue(account, clock.now()))
      progress.count(await lookAtTags(phase, account.fact));
  });
};

const isOverdue = ({ fact, tagsSeenAt }: Observed<AccountFact>, now: Date): boolean =>
  fact.tags === undefined ||
  tagsSeenAt === undefined ||
  now.getTime() - Date.parse(tagsSeenAt) >= OVERDUE_AFTER_MILLISECONDS;
