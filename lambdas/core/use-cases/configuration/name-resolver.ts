import type { PartyDocument } from "../../contracts/configuration/party.ts";
import type { TargetDocument } from "../../contracts/configuration/target.ts";
import type { FlowTarget, Party, ResourceTarget, TagMatch } from "../../domain/access-flow.ts";
import { DomainError, type FieldError } from "../../domain/errors.ts";
import { BundleNameSchema, ScopeNameSchema } from "../../domain/ids.ts";
import { IntegrationNameSchema } from "../../domain/integration.ts";
import type { Directory, Organization } from "../../ports/directory.ts";
import { inBatches } from "../in-batches.ts";
import type { Names } from "../resolve-names.ts";

export interface NameDependencies {
  readonly directory: Pick<Directory, "groupByName" | "userByName">;
  readonly organization: Pick<Organization, "organizationalUnitAt">;
  readonly names: Names;
}

/** Names that are looked up at once. */
const AT_A_TIME = 5;

/**
 * Makes ids of the names in a document. What cannot be resolved is collected, each with its field, so that one answer tells
 * of all of it: `finish` throws it.
 */
export const nameResolver = (dependencies: NameDependencies) => {
  const problems: DomainError[] = [];

  /** What each item stands for; nothing in the place of one that stands for nothing. */
  const placed = async <Written, Resolved>(
    items: readonly Placed<Written>[],
    find: (item: Written, pointer: string) => Promise<Resolved>,
  ): Promise<(Resolved | undefined)[]> => {
    const outcomes = await inBatches(items, AT_A_TIME, ({ item, pointer }) => attempt(find, item, pointer));
    problems.push(...outcomes.flatMap((outcome) => ("problem" in outcome ? [outcome.problem] : [])));
    return outcomes.map((outcome) => ("resolved" in outcome ? outcome.resolved : undefined));
  };

  const each = async <Written, Resolved extends object>(
    items: readonly Written[],
    pointer: string,
    find: (item: Written, pointer: string) => Promise<Resolved>,
  ): Promise<Resolved[]> => {
    const inPlace = items.map((item, index) => ({ item, pointer: `${pointer}/${String(index)}` }));
    return (await placed(inPlace, find)).filter((resolved) => resolved !== undefined);
  };

  const resources = async (
    {
      accounts,
      organizationalUnits,
      tags,
    }: Pick<TargetDocument, "accounts" | "organizationalUnits" | "tags">,
    at: string,
  ) => ({
    accounts: await each(accounts ?? [], `${at}/accounts`, async (name, pointer) => ({
      id: (await dependencies.names.account(name, pointer)).id,
      name,
    })),
    organizationalUnits: await each(organizationalUnits ?? [], `${at}/organizationalUnits`, (path, pointer) =>
      unitAt(dependencies, path, pointer),
    ),
    ...(tags === undefined ? {} : { tags: tags.map(tagOf) }),
  });

  const permissionSets = (names: readonly string[], pointer: string) =>
    each(names, pointer, async (name, at) => ({
      id: (await dependencies.names.permissionSet(name, at)).arn,
      name,
    }));

  const target = async (document: TargetDocument, at: string): Promise<FlowTarget> => {
    if (document.bundle !== undefined) return { bundle: BundleNameSchema.parse(document.bundle) };
    const named = (names: readonly string[]) => permissionSets(names, `${at}/permissionSets`);
    const { accessScope, integration, exclude, permissionSets: sets } = document;
    if (accessScope !== undefined) {
      return {
        accessScope: ScopeNameSchema.parse(accessScope),
        ...(sets === undefined ? {} : { permissionSets: await named(sets) }),
      };
    }
    return {
      ...(integration === undefined ? {} : { integration: IntegrationNameSchema.parse(integration) }),
      ...(await resources(document, at)),
      permissionSets: await named(sets ?? []),
      ...(exclude === undefined ? {} : { exclude: await excluded(exclude, `${at}/exclude`) }),
    };
  };

  const excluded = async (
    document: NonNullable<TargetDocument["exclude"]>,
    at: string,
  ): Promise<NonNullable<ResourceTarget["exclude"]>> => ({
    ...(await resources(document, at)),
    ...(document.permissionSets === undefined
      ? {}
      : { permissionSets: await permissionSets(document.permissionSets, `${at}/permissionSets`) }),
  });

  /** Throws where nobody has the name: `each` and `placed` collect that. */
  const party = (document: PartyDocument, pointer: string): Promise<Party> =>
    partyOf(dependencies, document, pointer);

  return {
    each,
    placed,
    party,
    parties: (documents: readonly PartyDocument[], pointer: string): Promise<Party[]> =>
      each(documents, pointer, party),
    /** Users by their names, each with the field that says it. */
    users: async (
      named: readonly { readonly name: string; readonly pointer: string }[],
    ): Promise<Extract<Party, { readonly type: "user" }>[]> =>
      (
        await placed(
          named.map(({ name, pointer }) => ({ item: name, pointer })),
          (name, pointer) => userOf(dependencies, name, pointer),
        )
      ).filter((user) => user !== undefined),
    targets: async (documents: readonly TargetDocument[], pointer: string): Promise<FlowTarget[]> => {
      const targets: FlowTarget[] = [];
      for (const [index, document] of documents.entries()) {
        targets.push(await target(document, `${pointer}/${String(index)}`));
      }
      return targets;
    },
    /** Says what else is wrong with the document. */
    refuse: (problem: DomainError): void => {
      problems.push(problem);
    },
    /** Throws what could not be resolved, all of it. */
    finish: (): void => {
      if (problems.length > 0) throw summary(problems);
    },
  };
};

export type NameResolver = ReturnType<typeof nameResolver>;

const tagOf = ({
  key,
  values,
}: {
  readonly key: string;
  readonly values?: string[] | undefined;
}): TagMatch => ({
  key,
  ...(values === undefined ? {} : { values }),
});

/** Something that is written, and the field that it is in. */
export interface Placed<Written> {
  readonly item: Written;
  readonly pointer: string;
}

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

const userOf = async (
  { directory }: Pick<NameDependencies, "directory">,
  name: string,
  pointer: string,
): Promise<Extract<Party, { readonly type: "user" }>> => {
  const user = await directory.userByName(name);
  if (user === undefined) throw unknown("user with the email or user name", name, pointer);
  return { type: "user", id: user.userId, name };
};

const partyOf = async (
  dependencies: Pick<NameDependencies, "directory">,
  party: PartyDocument,
  pointer: string,
): Promise<Party> => {
  if ("group" in party) {
    const group = await dependencies.directory.groupByName(party.group);
    if (group === undefined) throw unknown("group with the display name", party.group, `${pointer}/group`);
    return { type: "group", id: group.groupId, name: party.group };
  }
  return userOf(dependencies, party.user, `${pointer}/user`);
};

const unitAt = async (
  { organization }: Pick<NameDependencies, "organization">,
  path: string,
  pointer: string,
): Promise<ResourceTarget["organizationalUnits"][number]> => {
  const id = await organization.organizationalUnitAt(path);
  if (id === undefined) throw unknown("organizational unit at the path", path, pointer);
  return { id, name: path };
};

/** Throws of a name that nothing has. */
const unknown = (kind: string, name: string, pointer: string): DomainError => {
  const detail = `There is no ${kind} ${JSON.stringify(name)}.`;
  return new DomainError("unknown-name", detail, [{ pointer, detail }]);
};

const summary = (problems: readonly DomainError[]): DomainError => {
  const fields: FieldError[] = problems.flatMap((problem) => problem.fields);
  const codes = new Set(problems.map((problem) => problem.code));
  const [only] = codes;
  const code = codes.size === 1 && only !== undefined ? only : "unknown-name";
  return new DomainError(code, fields.map(({ detail }) => detail).join(" "), fields);
};
