import type { IntegrationBody } from "../../contracts/http/integrations.ts";
import { editorsAfterSave } from "../../domain/configuration/confirmation.ts";
import type { Author } from "../../domain/configuration/entry.ts";
import { DomainError, type FieldError } from "../../domain/errors.ts";
import { hashOf } from "../../domain/hash.ts";
import {
  IntegrationNameSchema,
  connectedAccountOf,
  type Deployment,
  type Integration,
  type IntegrationName,
  type OrganizationIntegration,
  type Owner,
} from "../../domain/integration.ts";
import { ResourceTypes } from "../../domain/inventory/facts.ts";
import { OrganizationalUnitIdSchema, timestamp } from "../../domain/ids.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Directory } from "../../ports/directory.ts";
import type { InventoryReader } from "../../ports/inventory.ts";
import type { IntegrationStore, SyncStore } from "../../ports/sync.ts";
import { changeConfiguration } from "../configuration/change-configuration.ts";
import { inBatches } from "../in-batches.ts";
import { allIntegrations } from "./all-integrations.ts";
import { refuseUnknownExclusions } from "./unknown-exclusions.ts";

interface Dependencies {
  readonly integrations: IntegrationStore;
  /** What the settings say of the deployment's own organization. */
  readonly home: OrganizationIntegration;
  readonly deployment: Deployment;
  readonly directory: Pick<Directory, "groupByName" | "userByName">;
  readonly inventory: Pick<InventoryReader, "getAll">;
  readonly syncs: Pick<SyncStore, "list">;
  readonly clock: Pick<Clock, "now">;
  /** Text that nobody can guess, which AWS takes as an ExternalId. */
  readonly newExternalId: () => string;
}

interface SaveInput {
  readonly author: Author;
  readonly name: string;
  readonly body: IntegrationBody;
}

/** Names that are looked up at once. */
const AT_A_TIME = 5;

/**
 * Makes or replaces an integration. Its ExternalId is made once and kept, and what it connects to does not change; names of
 * people become ids now. Whoever changes who owns resources is no owner by it until another administrator has confirmed
 * that. Saving what is there already writes nothing.
 */
export const saveIntegration =
  (dependencies: Dependencies) =>
  async ({ author, name, body }: SaveInput): Promise<Integration> => {
    const { integrations, home, clock, newExternalId } = dependencies;
    const integrationName = nameOf(name, body);
    const content = await resolvedContent(dependencies, integrationName, body);
    const outcome = { isMade: false };
    const change = changeConfiguration<Integration>({ kind: "integration", store: integrations, clock });
    const saved = await change(integrationName, author, async (current, version): Promise<Integration> => {
      const all = await allIntegrations({ store: integrations, home }).list();
      await refuseUnfit(dependencies, integrationName, content, { all, current });
      outcome.isMade = current === undefined;
      if (current !== undefined && hashOf(writtenOf(current)) === hashOf(content)) return current;
      return {
        ...content,
        name: integrationName,
        version,
        externalId: externalIdOf(integrationName, home) ?? current?.externalId ?? newExternalId(),
        updatedAt: timestamp(clock.now()),
        ...editorsOf(current, content, author),
      };
    });
    if (outcome.isMade) await withdrawTwin(dependencies, saved, author);
    return saved;
  };

/**
 * What a document makes of an integration beside those that were written, as saving it would; nothing is kept. Throws
 * DomainError where saving it would be refused.
 */
export const integrationAsSaved =
  (dependencies: ContentDependencies & Pick<Dependencies, "clock">) =>
  async (
    writtenName: string,
    document: IntegrationBody,
    written: readonly Integration[],
  ): Promise<Integration> => {
    const { home, clock } = dependencies;
    const name = nameOf(writtenName, document);
    const content = await resolvedContent(dependencies, name, document);
    const current = written.find((one) => one.name === name);
    const store = {
      get: (sought: IntegrationName) => Promise.resolve(written.find((one) => one.name === sought)),
      list: () => Promise.resolve(written),
    };
    const all = await allIntegrations({ store, home }).list();
    await refuseUnfit(dependencies, name, content, { all, current });
    return {
      ...content,
      name,
      version: (current?.version ?? 0) + 1,
      externalId: externalIdOf(name, home) ?? current?.externalId ?? "",
      updatedAt: timestamp(clock.now()),
    };
  };

type ContentDependencies = Pick<Dependencies, "home" | "deployment" | "directory" | "inventory" | "syncs">;

/** Names of people are ids, and how it is reached is as the settings have it. */
const resolvedContent = async (
  dependencies: ContentDependencies,
  name: IntegrationName,
  body: IntegrationBody,
): Promise<Content> =>
  withOwnConnector(name, contentOf(body, await ownerOf(dependencies, body.owner)), dependencies.home);

/** What does not go with the deployment, with what it was, or with the others. */
const refuseUnfit = async (
  dependencies: ContentDependencies,
  name: IntegrationName,
  content: Content,
  { all, current }: { readonly all: readonly Integration[]; readonly current: Integration | undefined },
): Promise<void> => {
  refuseForeignOrganization(content, dependencies.home);
  refuseUnused(content, dependencies);
  refuseChange(name, content, all);
  refuseTwin(name, content, all);
  await refuseUnknownExclusions(dependencies, content, current);
};

/** Whoever changes what says who owns resources is one of the editors; whoever changes the rest is not. */
const editorsOf = (
  current: Integration | undefined,
  content: Content,
  { actor }: Author,
): Pick<Integration, "unconfirmedEditors"> => {
  const changesOwners = hashOf(ownersIn(current ?? {})) !== hashOf(ownersIn(content));
  const unconfirmedEditors = changesOwners ? editorsAfterSave(current, actor) : current?.unconfirmedEditors;
  return unconfirmedEditors === undefined ? {} : { unconfirmedEditors };
};

const ownersIn = ({ owner, resourceOwner }: Pick<Content, "owner" | "resourceOwner">): object => ({
  ...(owner === undefined ? {} : { owner }),
  ...(resourceOwner === undefined ? {} : { resourceOwner }),
});

type Bookkeeping = "name" | "version" | "externalId" | "updatedAt" | "unconfirmedEditors";
type Content = Integration extends infer Kind
  ? Kind extends Integration
    ? Omit<Kind, Bookkeeping>
    : never
  : never;

const writtenOf = ({
  name: _name,
  version: _version,
  externalId: _externalId,
  updatedAt: _updatedAt,
  unconfirmedEditors: _unconfirmedEditors,
  ...content
}: Integration): Content => content;

const nameOf = (name: string, body: IntegrationBody): IntegrationName => {
  const parsed = IntegrationNameSchema.safeParse(name);
  if (parsed.success && (body.name === undefined || body.name === parsed.data)) return parsed.data;
  throw parsed.success
    ? invalid("name", body.name, `the path's name ${JSON.stringify(name)}, or no name`)
    : invalid("name", name, "1 to 40 letters and digits");
};

const invalid = (field: string, found: unknown, expected: string): DomainError => {
  const detail = `found ${JSON.stringify(found)}; expected ${expected}`;
  return new DomainError("invalid-integration", `/${field}: ${detail}.`, [{ pointer: `/${field}`, detail }]);
};

/** The directory, the instance of Identity Center and everything that is granted are of the settings' organization. */
const refuseForeignOrganization = (content: Content, home: OrganizationIntegration): void => {
  if (content.kind !== "aws-organization" || content.managementAccountId === home.managementAccountId) return;
  throw invalid(
    "managementAccountId",
    content.managementAccountId,
    `"${home.managementAccountId}", the management account in this deployment's settings; another organization has another Identity Center, and needs a deployment of its own`,
  );
};

/** What nothing would come of: it would look as if it did. */
const refuseUnused = (content: Content, { home, deployment }: ContentDependencies): void => {
  if (content.kind !== "aws-organization") return;
  const { connector, identityCenterRegion, managementAccountId } = content;
  if (connector !== undefined && deployment.homeAccount === managementAccountId)
    throw invalid(
      "connector/roleArn",
      connector.roleArn,
      `no connector: Lockstep is deployed in the management account ${managementAccountId} itself, and reads it with its functions' own roles. Leave connector out; accounts below it are reached by memberAccounts`,
    );
  if (identityCenterRegion !== home.identityCenterRegion)
    throw invalid(
      "identityCenterRegion",
      identityCenterRegion,
      `"${home.identityCenterRegion}", as this deployment's settings have it (identityCenter.region in cdk.json): an organization has one Identity Center, and what is granted goes through that`,
    );
};

/**
 * The way into the deployment's own organization is the deployment's own, where it lives elsewhere: its functions may assume
 * no other role, and need it before anybody can be asked for one.
 */
const withOwnConnector = (
  name: IntegrationName,
  content: Content,
  home: OrganizationIntegration,
): Content => {
  if (name !== home.name || home.connector === undefined) return content;
  const { roleArn } = home.connector;
  if (content.connector !== undefined && content.connector.roleArn !== roleArn)
    throw invalid(
      "connector/roleArn",
      content.connector.roleArn,
      `${roleArn}, or no connector: the deployment's settings say how its own organization is reached`,
    );
  return { ...content, connector: home.connector };
};

/** Known before anything is written, where the deployment lives elsewhere. */
const externalIdOf = (name: IntegrationName, home: OrganizationIntegration): string | undefined =>
  name === home.name && home.connector !== undefined ? home.externalId : undefined;

/** What goes on under a name stays about the same account; the deployment's own organization is what its settings say. */
const refuseChange = (name: IntegrationName, content: Content, all: readonly Integration[]): void => {
  const existing = all.find((other) => other.name === name);
  if (existing === undefined) return;
  const why = `which "${name}" connects; another one needs an integration of its own`;
  if (existing.kind !== content.kind) throw invalid("kind", content.kind, `"${existing.kind}", ${why}`);
  const [field, found] = connectedField(content);
  const expected = connectedAccountOf(existing);
  if (found !== expected) throw invalid(field, found, `"${expected}", ${why}`);
};

const connectedField = (content: Content): readonly [string, string] =>
  content.kind === "aws-organization"
    ? ["managementAccountId", content.managementAccountId]
    : ["accountId", content.accountId];

/** Refuses a second integration of the same name in other case, or of what another one connects already. */
const refuseTwin = (name: IntegrationName, content: Content, all: readonly Integration[]): void => {
  const others = all.filter((other) => other.name !== name);
  const namesake = others.find((other) => other.name.toLowerCase() === name.toLowerCase());
  if (namesake !== undefined) {
    const detail = `There is an integration ${namesake.name} already; names differ by more than upper and lower case.`;
    throw new DomainError("integration-exists", detail, [{ pointer: "/name", detail }]);
  }
  const [field, account] = connectedField(content);
  const twin = others.find((other) => other.kind === content.kind && connectedAccountOf(other) === account);
  if (twin === undefined) return;
  const what =
    content.kind === "aws-organization" ? "The organization of the management account" : "The account";
  const detail = `${what} ${account} is connected by the integration ${twin.name} already.`;
  throw new DomainError("integration-exists", detail, [{ pointer: `/${field}`, detail }]);
};

/**
 * Two that are made at the same moment do not see each other before they are written. Each looks once more after it was:
 * the later one at least sees the other, and takes itself back. When both do, neither is there, and both are told.
 */
const withdrawTwin = async (
  { integrations, home, clock }: Dependencies,
  made: Integration,
  author: Author,
): Promise<void> => {
  try {
    refuseTwin(made.name, writtenOf(made), await allIntegrations({ store: integrations, home }).list());
  } catch (error) {
    const change = changeConfiguration<Integration>({ kind: "integration", store: integrations, clock });
    // What somebody has written over since then is theirs.
    await change(made.name, author, (current) => (current?.version === made.version ? undefined : current));
    throw error;
  }
};

const contentOf = (body: IntegrationBody, owner: Owner | undefined): Content => {
  const { connector, customAccessDetails, resourceOwner, syncEvery } = body;
  const { credentialRotationDays, userCleanupDays } = body;
  const common = {
    region: body.region,
    // Always in one order: what is asked for is the same, however it is written.
    resourceTypes: ResourceTypes.filter((type) => body.resourceTypes.includes(type)),
    ...(connector === undefined ? {} : { connector }),
    ...(customAccessDetails === undefined ? {} : { customAccessDetails }),
    ...(owner === undefined ? {} : { owner }),
    ...(resourceOwner === undefined ? {} : { resourceOwner }),
    ...(syncEvery === undefined ? {} : { syncEvery }),
    ...(credentialRotationDays === undefined ? {} : { credentialRotationDays }),
    ...(userCleanupDays === undefined ? {} : { userCleanupDays }),
  };
  if (body.kind === "aws-account") return { ...common, kind: body.kind, accountId: body.accountId };
  const { kind, managementAccountId, identityCenterRegion, accessPortalUrl, memberAccounts, exclude } = body;
  return {
    ...common,
    kind,
    managementAccountId,
    identityCenterRegion,
    accessPortalUrl,
    memberAccounts,
    exclude: {
      organizationalUnits: exclude.organizationalUnits.map((id) => OrganizationalUnitIdSchema.parse(id)),
      accounts: exclude.accounts,
    },
  };
};

/** Collects the names that stand for nobody, so that one answer tells of all of them. */
const ownerOf = async (
  { directory }: Pick<Dependencies, "directory">,
  owner: IntegrationBody["owner"],
): Promise<Owner | undefined> => {
  if (owner === undefined) return undefined;
  const problems: DomainError[] = [];
  const each = async <Found>(
    names: readonly string[],
    field: "users" | "groups",
    find: (name: string) => Promise<Found | undefined>,
  ): Promise<Found[]> => {
    const found = await inBatches([...names.entries()], AT_A_TIME, ([index, name]) =>
      lookUp(name, `/owner/${field}/${index}`, find),
    );
    problems.push(...found.filter((one) => one instanceof DomainError));
    return found.filter((one): one is Awaited<Found> => !(one instanceof DomainError));
  };
  const users = await each(owner.users, "users", async (name) => {
    const user = await directory.userByName(name);
    return user && { id: user.userId, name };
  });
  const groups = await each(owner.groups, "groups", async (name) => {
    const group = await directory.groupByName(name);
    return group && { id: group.groupId, name };
  });
  if (problems.length > 0) throw summary(problems);
  return { users, groups };
};

/** Who has the name, or why nobody does, with the field that says it. */
const lookUp = async <Found>(
  name: string,
  pointer: string,
  find: (name: string) => Promise<Found | undefined>,
): Promise<Found | DomainError> => {
  try {
    const found = await find(name);
    if (found !== undefined) return found;
    const detail = `There is nobody of the name ${JSON.stringify(name)} in the directory.`;
    return new DomainError("unknown-name", detail, [{ pointer, detail }]);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return new DomainError(error.code, error.message, [{ pointer, detail: error.message }]);
  }
};

const summary = (problems: readonly DomainError[]): DomainError => {
  const fields: FieldError[] = problems.flatMap((problem) => problem.fields);
  const ambiguous = problems.every(({ code }) => code === "ambiguous-name");
  return new DomainError(
    ambiguous ? "ambiguous-name" : "unknown-name",
    fields.map(({ detail }) => detail).join(" "),
    fields,
  );
};
