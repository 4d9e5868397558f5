import type { AccessFlowBody, PartyDocument } from "../contracts/access-flow.ts";
import type { AccessFlow, FlowStep, FlowTarget, Party } from "../domain/access-flow.ts";
import { editorsAfterSave } from "../domain/configuration/confirmation.ts";
import type { Author } from "../domain/configuration/entry.ts";
import { parseDuration } from "../domain/duration.ts";
import { DomainError, type FieldError } from "../domain/errors.ts";
import { hashOf } from "../domain/hash.ts";
import { FlowNameSchema, timestamp, type FlowName } from "../domain/ids.ts";
import type { Clock } from "../ports/clock.ts";
import type { Directory, Organization } from "../ports/directory.ts";
import type { AccessFlowStore } from "../ports/stores.ts";
import { changeConfiguration } from "./configuration/change-configuration.ts";
import { inBatches } from "./in-batches.ts";
import type { Names } from "./resolve-names.ts";

interface Dependencies {
  readonly flows: Pick<AccessFlowStore, "head" | "put" | "delete">;
  readonly directory: Pick<Directory, "groupByName" | "userByName">;
  readonly organization: Pick<Organization, "organizationalUnitAt">;
  readonly names: Names;
  readonly clock: Pick<Clock, "now">;
}

interface SaveInput {
  readonly author: Author;
  readonly name: string;
  readonly flow: AccessFlowBody;
}

/** Names that are looked up at once. */
const AT_A_TIME = 5;

/**
 * Makes or replaces an access flow. Every name becomes an id now; one that is unknown or ambiguous refuses the whole
 * flow, with all such names in the error, and nothing is written. Saving what is there already writes nothing.
 */
export const saveAccessFlow =
  (dependencies: Dependencies) =>
  async ({ author, name, flow }: SaveInput): Promise<AccessFlow> => {
    const flowName = nameOf(name, flow);
    const content = await resolve(dependencies, flow);
    const { flows, clock } = dependencies;
    const change = changeConfiguration<AccessFlow>({ kind: "access-flow", store: flows, clock });
    return change(flowName, author, (current, version): AccessFlow => {
      if (current !== undefined && hashOf(contentOf(current)) === hashOf(content)) return current;
      return {
        name: flowName,
        version,
        ...content,
        updatedAt: timestamp(clock.now()),
        updatedBy: nameOfActor(author.actor),
        unconfirmedEditors: editorsAfterSave(current, author.actor),
      };
    });
  };

const nameOfActor = (actor: Author["actor"]): string => (actor.type === "user" ? actor.userId : actor.name);

type Content = Omit<AccessFlow, "name" | "version" | "updatedAt" | "updatedBy" | "unconfirmedEditors">;

const contentOf = ({ requestors, targets, duration, approval, settings }: AccessFlow): Content => ({
  requestors,
  targets,
  duration,
  approval,
  settings,
});

const nameOf = (name: string, flow: AccessFlowBody): FlowName => {
  const parsed = FlowNameSchema.safeParse(name);
  if (parsed.success && (flow.name === undefined || flow.name === parsed.data)) return parsed.data;
  const detail = parsed.success
    ? `found ${JSON.stringify(flow.name)}; expected the path's name ${JSON.stringify(name)}, or no name`
    : `found ${JSON.stringify(name)}; expected 1 to 64 letters, digits, - and _, starting with a letter or digit`;
  throw new DomainError("invalid-access-flow", `The access flow's name: ${detail}.`, [
    { pointer: "/name", detail },
  ]);
};

/** Collects what cannot be resolved, so that one answer tells of all of it. */
const resolve = async (dependencies: Dependencies, flow: AccessFlowBody): Promise<Content> => {
  const problems: DomainError[] = [];
  const each = async <Written, Resolved>(
    items: readonly Written[],
    pointer: string,
    find: (item: Written, pointer: string) => Promise<Resolved>,
  ): Promise<Resolved[]> => {
    const outcomes = await inBatches([...items.entries()], AT_A_TIME, ([index, item]) =>
      attempt(find, item, `${pointer}/${index}`),
    );
    problems.push(...outcomes.flatMap((outcome) => ("problem" in outcome ? [outcome.problem] : [])));
    return outcomes.flatMap((outcome) => ("resolved" in outcome ? [outcome.resolved] : []));
  };
  const parties = (anyOf: readonly PartyDocument[], pointer: string) =>
    each(anyOf, pointer, (party, at) => partyOf(dependencies, party, at));

  const requestors = { anyOf: await parties(flow.requestors.anyOf, "/requestors/anyOf") };
  const targets: FlowTarget[] = [];
  for (const [index, target] of flow.targets.entries()) {
    const at = `/targets/${index}`;
    targets.push({
      accounts: await each(target.accounts, `${at}/accounts`, async (name, pointer) => ({
        id: (await dependencies.names.account(name, pointer)).id,
        name,
      })),
      organizationalUnits: await each(
        target.organizationalUnits,
        `${at}/organizationalUnits`,
        (path, pointer) => unitAt(dependencies, path, pointer),
      ),
      permissionSets: await each(target.permissionSets, `${at}/permissionSets`, async (name, pointer) => ({
        id: (await dependencies.names.permissionSet(name, pointer)).arn,
        name,
      })),
    });
  }
  const steps: FlowStep[] = [];
  for (const [index, { anyOf, within }] of flow.approval.steps.entries()) {
    steps.push({
      anyOf: await parties(anyOf, `/approval/steps/${index}/anyOf`),
      withinSeconds: secondsOf(within),
    });
  }
  if (problems.length > 0) throw summary(problems);
  const { max } = flow.duration;
  return {
    requestors,
    targets,
    duration: { max, maxSeconds: secondsOf(max) },
    approval: { steps },
    settings: settingsOf(flow.settings),
  };
};

const settingsOf = ({
  requesterCanApproveSelf,
  maxExtensions,
  extensionDuration,
  extensionNeedsApproval,
  maxSessionDuration,
}: AccessFlowBody["settings"]): AccessFlow["settings"] => ({
  requesterCanApproveSelf,
  maxExtensions,
  ...(extensionDuration === undefined ? {} : { extensionSeconds: secondsOf(extensionDuration) }),
  extensionNeedsApproval,
  ...(maxSessionDuration === undefined ? {} : { maxSessionSeconds: secondsOf(maxSessionDuration) }),
});

type Attempt<Resolved> = { readonly resolved: Resolved } | { readonly problem: DomainError };

/** What the item stands for, or why it stands for nothing: with the field that says so. */
const attempt = async <Written, Resolved>(
  find: (item: Written, pointer: string) => Promise<Resolved>,
  item: Written,
  pointer: string,
): Promise<Attempt<Resolved>> => {
  try {
    return { resolved: await find(item, pointer) };
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    const fields = error.fields.length > 0 ? error.fields : [{ pointer, detail: error.message }];
    return { problem: new DomainError(error.code, error.message, fields) };
  }
};

const secondsOf = (duration: string): number => {
  const seconds = parseDuration(duration);
  if (seconds === undefined) throw new Error(`Not a duration: ${duration}`);
  return seconds;
};

const partyOf = async (
  { directory }: Pick<Dependencies, "directory">,
  party: PartyDocument,
  pointer: string,
): Promise<Party> => {
  if ("group" in party) {
    const group = await directory.groupByName(party.group);
    if (group === undefined) throw unknown("group with the display name", party.group, `${pointer}/group`);
    return { type: "group", id: group.groupId, name: party.group };
  }
  const user = await directory.userByName(party.user);
  if (user === undefined) throw unknown("user with the email or user name", party.user, `${pointer}/user`);
  return { type: "user", id: user.userId, name: party.user };
};

const unitAt = async (
  { organization }: Pick<Dependencies, "organization">,
  path: string,
  pointer: string,
): Promise<FlowTarget["organizationalUnits"][number]> => {
  const id = await organization.organizationalUnitAt(path);
  if (id === undefined) throw unknown("organizational unit at the path", path, pointer);
  return { id, name: path };
};

const unknown = (kind: string, name: string, pointer: string): DomainError => {
  const detail = `There is no ${kind} ${JSON.stringify(name)}.`;
  return new DomainError("unknown-name", detail, [{ pointer, detail }]);
};

const summary = (problems: readonly DomainError[]): DomainError => {
  const fields: FieldError[] = problems.flatMap((problem) => problem.fields);
  const code = problems.every((problem) => problem.code === "ambiguous-name")
    ? "ambiguous-name"
    : "unknown-name";
  return new DomainError(code, fields.map(({ detail }) => detail).join(" "), fields);
};
