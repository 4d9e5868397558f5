import type { AccessRequest } from "../../domain/access-request.ts";
import { DomainError } from "../../domain/errors.ts";
import type { RotaName, UserId } from "../../domain/ids.ts";
import { asKnownAt } from "../../domain/inventory/known-tags.ts";
import { leavesOf } from "../../domain/rule.ts";
import type { StartConditions } from "../../domain/start-conditions.ts";
import { stretchSeconds } from "../../domain/stretch.ts";
import type { LocatedAccount, Target } from "../../domain/target-coverage.ts";
import { whyNotBegin } from "../../domain/why-not-begin.ts";
import type { Directory } from "../../ports/directory.ts";
import type { InventoryReader } from "../../ports/inventory.ts";
import type { RotaStore } from "../../ports/stores.ts";
import { inBatches } from "../in-batches.ts";
import { accessesAround, type AroundDependencies } from "./accesses-around.ts";
import { beneficiaryOf, type BeneficiaryOf } from "../principal-of.ts";
import { loadPerson, type PersonDependencies } from "./load-person.ts";
import { neededOfPerson } from "./needed-facts.ts";
import { whyNotGiven, type StillGivenDependencies } from "./still-given.ts";

export interface StartDependencies extends PersonDependencies, AroundDependencies, StillGivenDependencies {
  readonly directory: PersonDependencies["directory"] &
    Pick<Directory, "groupByName" | "user" | "userByName">;
  readonly inventory: Pick<InventoryReader, "getAll">;
  /** Of these it matters who has edited them; who is on call by them says `onCall`. */
  readonly rotas: Pick<RotaStore, "get">;
  readonly secondAdministrator: boolean;
}

/** Why a request must not begin now, for its requester to read; undefined: it may. */
export type WhyNotBegin = (request: AccessRequest, now: Date) => Promise<string | undefined>;

/** Rotas, or editors of one, that are looked up at once. */
const AT_A_TIME = 5;

/**
 * Judges a request that was asked for ahead by what is so when it begins. One that began at once was judged when it was asked
 * for: nothing is looked up for it. Throws RetryableError `DirectoryUnavailable` or `StoreUnavailable`: nobody begins unjudged.
 */
export const judgeAtStart =
  (dependencies: StartDependencies): WhyNotBegin =>
  async (request, now) => {
    const { atStart, requester, flow } = request;
    if (atStart === undefined) return undefined;
    const notGiven = await whyNotGiven(dependencies, request, atStart, now);
    if (notGiven !== undefined) return notGiven;
    const user = await dependencies.directory.user(requester.userId);
    if (user?.enabled !== true)
      return `its requester (${requester.userName}) is not an enabled user of the directory any more`;
    const beneficiary = await beneficiaryOrReason(dependencies, request);
    if (typeof beneficiary === "string") return beneficiary;
    const needed = neededOfPerson([{ requestors: atStart.requestors, approval: atStart }]);
    const person = await loadPerson(dependencies, requester.userId, needed, now);
    // After who is on call, as in load-context.ts: no edit in between goes unseen.
    const unconfirmed = await rotaThatIsNotConfirmed(dependencies, request, needed.rotas);
    if (unconfirmed !== undefined)
      return `rota ${unconfirmed}, by which access flow ${flow.name} gives it, was changed by whoever would get it, and no other administrator has confirmed that`;
    const targets = request.entitlements.map(({ entitlement }) => entitlement);
    const why = whyNotBegin(atStart, {
      requester: person,
      requestFor: beneficiary.requestFor,
      targets,
      accounts: await accountsOf(dependencies, atStart, targets, now),
      seconds: await secondsInAllOf(dependencies, request, atStart, now),
    });
    return why === undefined ? undefined : `access flow ${flow.name} ${why}`;
  };

const beneficiaryOrReason = async (
  { directory }: StartDependencies,
  { requester, principal: { type, id } }: AccessRequest,
): Promise<BeneficiaryOf | string> => {
  try {
    return await beneficiaryOf({ directory }, requester, { type, id });
  } catch (error) {
    if (error instanceof DomainError) return `its requester may not ask for it any more: ${error.message}`;
    throw error;
  }
};

/** The first of the rotas that somebody who would get the access has edited, and nobody else confirmed. */
const rotaThatIsNotConfirmed = async (
  { rotas, directory, secondAdministrator }: StartDependencies,
  { requester, principal }: AccessRequest,
  names: readonly RotaName[],
): Promise<RotaName | undefined> => {
  if (!secondAdministrator) return undefined;
  const found = await inBatches(names, AT_A_TIME, (name) => rotas.get(name));
  const wouldGet = async (editor: UserId): Promise<boolean> =>
    editor === requester.userId ||
    (principal.type === "USER"
      ? editor === principal.id
      : (await directory.memberships(editor, [principal.id])).has(principal.id));
  for (const rota of found) {
    const theirs = await inBatches(rota?.unconfirmedEditors ?? [], AT_A_TIME, wouldGet);
    if (theirs.includes(true)) return rota?.name;
  }
  return undefined;
};

/** The accounts' tags, where automatic approval rests on them. */
const accountsOf = async (
  { inventory }: StartDependencies,
  { automatic }: StartConditions,
  targets: readonly Target[],
  now: Date,
): Promise<ReadonlyMap<Target["accountId"], LocatedAccount>> => {
  if (automatic === undefined || !leavesOf(automatic).some(({ type }) => type === "target-tag"))
    return new Map();
  const ids = [...new Set(targets.map(({ accountId }) => accountId))];
  const facts = await inventory.getAll("account", ids);
  return new Map(facts.map(asKnownAt(now)).map((fact) => [fact.id, taggedAccount(fact)]));
};

/**
 * How long the access lasts with what it follows: two requests that were made at the same moment did not see one another. What
 * begins later is no reason against it, and is itself judged then.
 */
const secondsInAllOf = async (
  { requests }: AroundDependencies,
  request: AccessRequest,
  { maxSeconds }: StartConditions,
  now: Date,
): Promise<number | undefined> => {
  const { id, durationSeconds, principal, requester } = request;
  // Of what people approved nobody asks how long it is with what it follows.
  if (maxSeconds === undefined) return durationSeconds;
  const targets = request.entitlements.map(({ entitlement }) => entitlement);
  const asked = { requester: requester.userId, principal, targets, except: id, now };
  const around = await accessesAround({ requests }, asked);
  if (around === "unknown") return undefined;
  const until = new Date(now.getTime() + durationSeconds * 1000);
  return stretchSeconds(
    { from: now, until },
    around.filter(({ from }) => from <= now),
  );
};

const taggedAccount = ({ tags }: { readonly tags?: LocatedAccount["tags"] | undefined }): LocatedAccount =>
  tags === undefined ? {} : { tags };
