import { DomainError } from "../../../lambdas/core/domain/errors.ts";
import type { DirectoryAttributes } from "../../../lambdas/core/domain/directory-attributes.ts";
import type { AccountId, GroupId, OrganizationalUnitId, UserId } from "../../../lambdas/core/domain/ids.ts";
import type {
  Directory,
  DirectoryGroup,
  DirectoryUser,
  Organization,
  OrganizationAccount,
  UniqueAttribute,
} from "../../../lambdas/core/ports/directory.ts";

interface FakeUser {
  readonly userId: UserId;
  readonly userName: string;
  readonly email?: string;
  readonly externalId?: string;
  /** Besides its user name and email. */
  attributes?: Omit<DirectoryAttributes, "userName" | "email">;
  enabled: boolean;
}

/** An identity store in memory. Identities are matched by the attribute given. */
export class FakeDirectory implements Directory {
  private readonly users = new Map<UserId, FakeUser>();
  private readonly groups = new Map<
    GroupId,
    { readonly displayName: string; readonly members: Set<UserId> }
  >();
  private readonly match: "userName" | "email" | "externalId";

  constructor(match: "userName" | "email" | "externalId" = "email") {
    this.match = match;
  }

  addUser(user: Omit<FakeUser, "enabled"> & { readonly enabled?: boolean }): void {
    this.users.set(user.userId, { enabled: true, ...user });
  }

  addGroup(group: DirectoryGroup & { readonly members?: readonly UserId[] }): void {
    this.groups.set(group.groupId, { displayName: group.displayName, members: new Set(group.members) });
  }

  join(userId: UserId, groupId: GroupId): void {
    this.groups.get(groupId)?.members.add(userId);
  }

  leave(userId: UserId, groupId: GroupId): void {
    this.groups.get(groupId)?.members.delete(userId);
  }

  setEnabled(userId: UserId, enabled: boolean): void {
    const user = this.users.get(userId);
    if (user !== undefined) user.enabled = enabled;
  }

  setAttributes(userId: UserId, attributes: Omit<DirectoryAttributes, "userName" | "email">): void {
    const user = this.users.get(userId);
    if (user !== undefined) user.attributes = { ...user.attributes, ...attributes };
  }

  deleteUser(userId: UserId): void {
    this.users.delete(userId);
    for (const { members } of this.groups.values()) members.delete(userId);
  }

  deleteGroup(groupId: GroupId): void {
    this.groups.delete(groupId);
  }

  userByIdentity(value: string): Promise<DirectoryUser | undefined> {
    return Promise.resolve(shown(this.foundBy(this.match, value)));
  }

  userByName(name: string): Promise<DirectoryUser | undefined> {
    const byUserName = this.foundBy("userName", name);
    const byEmail = this.foundBy("email", name);
    if (byUserName !== undefined && byEmail !== undefined && byUserName !== byEmail) {
      return Promise.reject(new DomainError("ambiguous-name", `"${name}" names two people`));
    }
    return Promise.resolve(shown(byUserName ?? byEmail));
  }

  user(id: UserId): Promise<DirectoryUser | undefined> {
    return Promise.resolve(shown(this.users.get(id)));
  }

  userWith(attribute: UniqueAttribute, value: string): Promise<DirectoryUser | undefined> {
    return Promise.resolve(shown(this.foundBy(attribute, value)));
  }

  attributes(id: UserId): Promise<DirectoryAttributes | undefined> {
    const user = this.users.get(id);
    if (user === undefined) return Promise.resolve(undefined);
    const { userName, email, attributes } = user;
    return Promise.resolve({ ...attributes, userName, ...(email === undefined ? {} : { email }) });
  }

  managerOf(id: UserId): Promise<UserId | undefined> {
    const value = this.users.get(id)?.attributes?.manager;
    if (value === undefined) return Promise.resolve(undefined);
    const byId = this.users.get(value as UserId);
    const byName = this.foundBy("userName", value);
    const byEmail = this.foundBy("email", value);
    const isAmbiguous = byName !== undefined && byEmail !== undefined && byName !== byEmail;
    return Promise.resolve((byId ?? (isAmbiguous ? undefined : (byName ?? byEmail)))?.userId);
  }

  group(id: GroupId): Promise<DirectoryGroup | undefined> {
    const group = this.groups.get(id);
    return Promise.resolve(group === undefined ? undefined : { groupId: id, displayName: group.displayName });
  }

  groupByName(displayName: string): Promise<DirectoryGroup | undefined> {
    const [groupId] = [...this.groups].find(([, group]) => group.displayName === displayName) ?? [];
    return Promise.resolve(groupId === undefined ? undefined : { groupId, displayName });
  }

  memberships(user: UserId, groups: readonly GroupId[]): Promise<ReadonlySet<GroupId>> {
    return Promise.resolve(new Set(groups.filter((id) => this.groups.get(id)?.members.has(user) === true)));
  }

  members(group: GroupId): Promise<readonly UserId[]> {
    return Promise.resolve([...(this.groups.get(group)?.members ?? [])]);
  }

  groupsOf(user: UserId): Promise<readonly DirectoryGroup[]> {
    return Promise.resolve(
      [...this.groups]
        .filter(([, { members }]) => members.has(user))
        .map(([groupId, { displayName }]) => ({ groupId, displayName })),
    );
  }

  private foundBy(attribute: "userName" | "email" | "externalId", value: string): FakeUser | undefined {
    return [...this.users.values()].find((user) => user[attribute] === value);
  }
}

const shown = (user: FakeUser | undefined): DirectoryUser | undefined =>
  user === undefined ? undefined : { userId: user.userId, userName: user.userName, enabled: user.enabled };

/** An organization in memory: accounts in organizational units, which are named by their paths. */
export class FakeOrganization implements Organization {
  private readonly accounts = new Map<AccountId, { name: string; state: string; ou: string }>();
  private readonly units = new Map<string, OrganizationalUnitId>();

  constructor(root: OrganizationalUnitId = "r-abcd" as OrganizationalUnitId) {
    this.units.set("/", root);
  }

  /** Units above it must have been added before. */
  addOrganizationalUnit(path: string, id: OrganizationalUnitId): void {
    this.units.set(path, id);
  }

  addAccount(account: {
    readonly id: AccountId;
    readonly name: string;
    readonly state?: string;
    readonly ou?: string;
  }): void {
    const { id, name, state = "ACTIVE", ou = "/" } = account;
    this.accounts.set(id, { name, state, ou });
  }

  setState(id: AccountId, state: string): void {
    const account = this.accounts.get(id);
    if (account !== undefined) account.state = state;
  }

  account(id: AccountId): Promise<OrganizationAccount | undefined> {
    const account = this.accounts.get(id);
    return Promise.resolve(
      account === undefined ? undefined : { id, name: account.name, state: account.state },
    );
  }

  ancestorsOf(id: AccountId): Promise<readonly OrganizationalUnitId[]> {
    const ou = this.accounts.get(id)?.ou;
    const paths = ou === undefined ? [] : pathsUpFrom(ou);
    return Promise.resolve(paths.map((path) => this.units.get(path)).filter((unit) => unit !== undefined));
  }

  organizationalUnitAt(path: string): Promise<OrganizationalUnitId | undefined> {
    return Promise.resolve(this.units.get(path));
  }
}

/** `/Workloads/Prod`, `/Workloads`, `/`. */
const pathsUpFrom = (path: string): readonly string[] =>
  path === "/" ? ["/"] : [path, ...pathsUpFrom(path.slice(0, path.lastIndexOf("/")) || "/")];
