import type { PermissionSetArn } from "../../../domain/ids.ts";
import { inAccount, type PermissionSetFact, type ProvisioningFact } from "../../../domain/inventory/facts.ts";
import { spread } from "../../../domain/spread.ts";
import { clearPermissionSet } from "../clear.ts";
import type { Phase, RunPhase } from "../phase.ts";
import { lookAtProvisionings } from "../provisionings.ts";
import { reconcileListing } from "../reconcile.ts";

/**
 * AWS does not tell when a permission set was changed. What is new or described otherwise than before is read whole; of the
 * others, policies and tags (four of a permission set's five calls) are read in one of so many passes. An event that tells
 * of a change makes Lockstep read them within seconds.
 */
const PASSES = 6;

const PASS_MILLISECONDS = 3_600_000;

/** Every permission set with its policies and tags. */
export const permissionSets: RunPhase = async (phase) => {
  const { progress, sources } = phase;
  const turn = Math.floor(phase.clock.now().getTime() / PASS_MILLISECONDS) % PASSES;

  async function* described(): AsyncGenerator<readonly PermissionSetFact[]> {
    for await (const arns of sources.permissionSets.arns()) {
      const known = await phase.inventory.getAll("permission-set", arns);
      const before = new Map(known.map(({ fact }) => [fact.arn, fact]));
      for (const arn of arns) {
        const isTurn = Math.floor(spread(arn, PASSES)) === turn;
        const fact = await readPermissionSet(phase, arn, isTurn ? undefined : before.get(arn));
        if (fact !== undefined) yield [fact];
      }
    }
  }

  const { facts, ...changes } = await reconcileListing(phase)(
    "permission-set",
    {
      pages: described(),
      beforeVanishing: clearPermissionSet(phase, phase.look()),
      onPage: (done) => progress.advance({ done, total: phase.before?.counts["permission-set"] }),
    },
    phase.look,
  );
  progress.count(changes);
  progress.found("permission-set", facts);
  await lookAtManagementAccount(phase);
  return "done";
};

/** One permission set as it is now; policies and tags as `known` has them when the description is the same. Undefined: it is gone. */
export const readPermissionSet = async (
  { sources }: Pick<Phase, "sources">,
  arn: PermissionSetArn,
  known: PermissionSetFact | undefined,
): Promise<PermissionSetFact | undefined> => {
  const description = await sources.permissionSets.describe(arn);
  if (description === undefined) return undefined;
  const isSame =
    known !== undefined &&
    known.name === description.name &&
    known.description === description.description &&
    known.sessionDuration === description.sessionDuration;
  if (isSame) return known;
  const contents = await sources.permissionSets.contents(arn);
  return contents === undefined ? undefined : { kind: "permission-set", ...description, ...contents };
};

/**
 * The permission sets of the management account: a delegated administrator cannot grant them
 * (https://docs.aws.amazon.com/singlesignon/latest/userguide/delegated-admin.html), however assignments are read.
 */
const lookAtManagementAccount = async (phase: Phase): Promise<void> => {
  const accountId = phase.integration.managementAccountId;
  await lookAtProvisionings(phase, { within: inAccount(accountId) }, async () => {
    const found: ProvisioningFact[] = [];
    for await (const page of phase.sources.assignments.permissionSetsIn(accountId)) {
      for (const permissionSetArn of page) found.push({ kind: "provisioning", accountId, permissionSetArn });
    }
    return found;
  });
};
