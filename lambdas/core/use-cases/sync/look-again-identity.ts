import { isExcluded } from "../../domain/integration.ts";
import {
  isRoot,
  type AccountId,
  type GroupId,
  type OrganizationalUnitId,
  type PermissionSetArn,
  type UserId,
} from "../../domain/ids.ts";
import {
  factId,
  type FactKind,
  type FactOf,
  type OrganizationalUnitFact,
  type PermissionSetFact,
} from "../../domain/inventory/facts.ts";
import type { LookedAt } from "../../domain/inventory/looks/look.ts";
import type { Observed } from "../../ports/inventory.ts";
import type { EntitlementWatch, Look } from "../../ports/sync.ts";
import { isListed, ownAccountsOf } from "./account-slices.ts";
import {
  clear,
  clearAccount,
  clearGroup,
  clearPermissionSet,
  clearUser,
  lookAtPair,
  takeOutOfOrganization,
  type Clearing,
} from "./clear.ts";
import { noteExclusionOf } from "./excluded-accounts.ts";
import type { Phase } from "./phase.ts";
import { reconcileAccounts } from "./phases/accounts.ts";
import { reconcileGroups } from "./phases/groups.ts";
import { lookAtMembers } from "./phases/memberships.ts";
import { readPermissionSet } from "./phases/permission-sets.ts";
import { reconcileUsers } from "./phases/users.ts";
import { lookAtTags, withKnownTags } from "./look-at-tags.ts";
import { differenceOf, differencesWithin, known, reconcileListing, type Changes } from "./reconcile.ts";

/** What looks at an organization work with. */
export interface Around extends Clearing, Pick<Phase, "integration" | "integrations"> {
  readonly entitlements: EntitlementWatch;
}

/** What is looked at with an organization's sources: everything but what is within an account. */
export type IdentityLook = Exclude<
  LookedAt,
  { readonly look: "iam" | "iam-user" | "iam-group" | "iam-role" }
>;

/** How a look ended. `later`: what it is about is still changing, and has to be looked at once more. */
export type LookOutcome = "done" | "later" | "excluded";

/** Makes the inventory say what is there now, in one or two calls but for the looks at everything of a kind. */
export const lookAgainAtIdentity = async (around: Around, look: IdentityLook): Promise<LookOutcome> => {
  switch (look.look) {
    case "pair":
      return lookAtAssignment(around, look);
    case "user":
      await lookAtUser(around, look.id);
      return "done";
    case "group":
      await lookAtGroup(around, look.id);
      return "done";
    case "members":
      await lookAtMember(around, look);
      return "done";
    case "membership":
      await lookAtMembership(around, look.id);
      return "done";
    case "directory":
      await reconcileUsers(around);
      await reconcileGroups(around);
      return "done";
    case "permission-set":
      await lookAtPermissionSet(around, look.arn);
      return "done";
    case "permission-sets":
      await lookForPermissionSets(around);
      return "done";
    case "account":
      await lookAtAccount(around, look.id);
      return "done";
    case "accounts":
      await reconcileAccounts(around);
      return "done";
    case "organizational-unit":
      await lookAtOrganizationalUnit(around, look.id);
      return "done";
  }
};

type PairLook = Extract<IdentityLook, { readonly look: "pair" }>;

/**
 * An assignment that Lockstep itself is granting or removing is looked at when that is through, and any other when AWS is
 * through with the operation: before, the pair looks as it did.
 */
const lookAtAssignment = async (around: Around, look: PairLook): Promise<LookOutcome> => {
  const { accountId, permissionSetArn, principal, operation } = look;
  const pair = { accountId, permissionSetArn };
  if (!(await isCovered(around, accountId))) return "excluded";
  if (
    principal !== undefined &&
    (await around.entitlements.of({ kind: "assignment", ...pair, ...principal })) === "unsettled"
  )
    return "later";
  if (operation !== undefined && (await around.sources.assignments.isInProgress(operation))) return "later";
  const { found } = await lookAtPair(around, pair);
  if (found > 0) await noteProvisioning(around, pair);
  return "done";
};

/** Who has it somewhere has it provisioned there. Where nobody has it, it may be still: the sync finds out. */
const noteProvisioning = async (
  { inventory, write, look }: Around,
  pair: Pick<PairLook, "accountId" | "permissionSetArn">,
): Promise<void> => {
  const fact = { kind: "provisioning", ...pair } as const;
  if ((await inventory.get("provisioning", factId(fact))) !== undefined) return;
  await write([{ change: "appeared", fact }], look());
};

/** Whether the account is one of the integration's; one that the inventory does not know as such is looked at first. */
const isCovered = async (around: Around, id: AccountId): Promise<boolean> => {
  const account = (await around.inventory.get("account", id))?.fact;
  return account === undefined || !isListed(account)
    ? lookAtAccount(around, id)
    : !isExcluded(around.integration, account);
};

/** Answers whether the account is one of the integration's. */
const lookAtAccount = async (around: Around, id: AccountId): Promise<boolean> => {
  const { sources, integration, look } = around;
  const seenAt = { ...look(), seesTags: true };
  const listed = await sources.organization.account(id);
  const isIn = listed !== undefined && !isExcluded(integration, listed);
  await noteExclusionOf(around, id, listed);
  const tags = isIn ? await sources.organization.tagsOf(id) : undefined;
  const found = isIn && tags !== undefined ? { ...listed, tags: { ...tags } } : undefined;
  if (found === undefined) await leaveOrganization(around, id, seenAt);
  else await writeOne(around, { kind: "account", id, found }, seenAt);
  return found !== undefined;
};

const leaveOrganization = async (around: Around, id: AccountId, seenAt: Look): Promise<void> => {
  const account = await around.inventory.get("account", id);
  // One that is not listed has left already, and is there by an integration of its own.
  if (account === undefined || !isListed(account.fact)) return;
  if (ownAccountsOf(await around.integrations()).has(id)) {
    await takeOutOfOrganization(around, account, seenAt);
    return;
  }
  const clearing = clearAccount(around, seenAt);
  await writeOne(around, { kind: "account", id, found: undefined, clearing }, seenAt);
};

const lookAtUser = async (around: Around, id: UserId): Promise<void> => {
  const seenAt = around.look();
  const found = await around.sources.directory.user(id);
  const clearing = async (fact: FactOf<"user">) => {
    await clear(around, { kind: "membership", userId: id }, seenAt);
    return clearUser(around)(fact);
  };
  await writeOne(around, { kind: "user", id, found, clearing }, seenAt);
};

const lookAtGroup = async (around: Around, id: GroupId): Promise<void> => {
  const seenAt = around.look();
  const found = await around.sources.directory.group(id);
  const before = await writeOne(
    around,
    { kind: "group", id, found, clearing: clearGroup(around, seenAt) },
    seenAt,
  );
  // The events of who joined it may have come before it, or not at all.
  if (before === undefined && found !== undefined) await lookAtMembers(around, id);
};

const lookAtMember = async (
  around: Around,
  { groupId, userId }: { readonly groupId: GroupId; readonly userId?: UserId },
): Promise<void> => {
  if (userId === undefined) {
    await lookAtMembers(around, groupId);
    return;
  }
  const { inventory, sources, look, write } = around;
  const seenAt = look();
  const found = await sources.directory.membership(groupId, userId);
  const within = factId({ kind: "membership", groupId, userId });
  const differences = await differencesWithin(
    inventory,
    { kind: "membership", within },
    found ? [found] : [],
  );
  await write(differences, seenAt);
};

/** It ended: AWS never gives its id to another. Who it was is what the inventory says; what it does not know needs no look. */
const lookAtMembership = async (around: Around, membershipId: string): Promise<void> => {
  const seenAt = around.look();
  await clear(around, { kind: "membership", membershipId }, seenAt);
};

const lookAtPermissionSet = async (around: Around, arn: PermissionSetArn): Promise<void> => {
  const seenAt = around.look();
  const found = await readPermissionSet(around, arn, undefined);
  const clearing = clearPermissionSet(around, seenAt);
  await writeOne(around, { kind: "permission-set", id: arn, found, clearing }, seenAt);
};

/** Which there are; only those that nobody knows are read. */
const lookForPermissionSets = async (around: Around): Promise<void> => {
  const { inventory, sources, look } = around;
  async function* listed(): AsyncGenerator<readonly PermissionSetFact[]> {
    for await (const arns of sources.permissionSets.arns()) {
      const before = new Map(
        (await inventory.getAll("permission-set", arns)).map(({ fact }) => [fact.arn, fact]),
      );
      for (const arn of arns) {
        const fact = before.get(arn) ?? (await readPermissionSet(around, arn, undefined));
        if (fact !== undefined) yield [fact];
      }
    }
  }
  const beforeVanishing = clearPermissionSet(around, look());
  await reconcileListing(around)("permission-set", { pages: listed(), beforeVanishing }, look);
};

/**
 * A unit under a new name changes the paths of all that are below it: the inventory knows them. Which tags it has is asked
 * besides, in one call more.
 */
const lookAtOrganizationalUnit = async (around: Around, id: OrganizationalUnitId): Promise<void> => {
  const { inventory, sources, look, write } = around;
  const seenAt = look();
  const listed = isRoot(id) ? await sources.organization.root() : await readOrganizationalUnit(around, id);
  const earlier = await inventory.get("organizational-unit", id);
  const found = listed && withKnownTags(listed, earlier?.fact);
  const before = await writeOne(around, { kind: "organizational-unit", id, found }, seenAt);
  if (found !== undefined) await lookAtTags(around, found);
  if (before === undefined || found === undefined || before.fact.path === found.path) return;
  const old = `${before.fact.path}/`;
  for await (const page of known(inventory, { kind: "organizational-unit" })) {
    const below = page.filter(({ fact }) => fact.path.startsWith(old));
    const moved = below.map((unit) => ({
      change: "changed" as const,
      known: unit,
      fact: { ...unit.fact, path: `${found.path}/${unit.fact.path.slice(old.length)}` },
    }));
    await write(moved, seenAt);
  }
};

/** Undefined: it is not there, or was deleted with what is above it while that was read. */
const readOrganizationalUnit = async (
  around: Around,
  id: OrganizationalUnitId,
): Promise<OrganizationalUnitFact | undefined> => {
  const listed = await around.sources.organization.organizationalUnit(id);
  const above = listed && (await organizationalUnitAbove(around, listed.parent));
  return listed && above && { ...listed, path: pathBelow(above.path, listed.name) };
};

/**
 * What is above a unit, as the inventory knows it. The events of one that it does not know are late or lost: it is read, and
 * so is what is above that. Two calls each, and there are five levels at most
 * (https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html).
 */
const organizationalUnitAbove = async (
  around: Around,
  id: OrganizationalUnitId,
): Promise<OrganizationalUnitFact | undefined> => {
  const { inventory, sources, look, write } = around;
  const before = await inventory.get("organizational-unit", id);
  if (before !== undefined) return before.fact;
  const seenAt = look();
  const found = isRoot(id) ? await sources.organization.root() : await readOrganizationalUnit(around, id);
  if (found !== undefined) await write(differenceOf(found, undefined), seenAt);
  return found;
};

const pathBelow = (path: string, name: string): string => (path === "/" ? `/${name}` : `${path}/${name}`);

interface Seen<Kind extends FactKind> {
  readonly kind: Kind;
  readonly id: string;
  /** Undefined: it is not there. */
  readonly found: FactOf<Kind> | undefined;
  /** What goes before the thing itself goes. */
  readonly clearing?: (fact: FactOf<Kind>) => Promise<Changes>;
}

/** Makes the inventory say what was seen of one thing. Answers what it said before. */
const writeOne = async <Kind extends FactKind>(
  { inventory, write }: Around,
  { kind, id, found, clearing }: Seen<Kind>,
  seenAt: Look,
): Promise<Observed<FactOf<Kind>> | undefined> => {
  const before = await inventory.get(kind, id);
  if (found !== undefined) {
    await write(differenceOf(found, before), seenAt);
  } else if (before !== undefined) {
    await clearing?.(before.fact);
    await write([{ change: "vanished", fact: before.fact }], seenAt);
  }
  return before;
};
