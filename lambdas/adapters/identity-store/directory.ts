import {
  DescribeGroupCommand,
  DescribeUserCommand,
  GetGroupIdCommand,
  GetUserIdCommand,
  IdentitystoreClient,
  paginateListGroupMemberships,
  paginateListGroupMembershipsForMember,
  type AlternateIdentifier,
} from "@aws-sdk/client-identitystore";
import type { IdentitySettings } from "../../core/contracts/environment.ts";
import { DomainError } from "../../core/domain/errors.ts";
import { GroupIdSchema, UserIdSchema, type GroupId, type UserId } from "../../core/domain/ids.ts";
import type {
  Directory,
  DirectoryGroup,
  DirectoryUser,
  UniqueAttribute,
} from "../../core/ports/directory.ts";
import type { ClientsFor } from "../aws-clients.ts";
import { isNamed, orUnavailable } from "../aws-errors.ts";
import { attributesOf, managerOf, withEnterprise } from "./user-attributes.ts";
import { isEnabled } from "./user-status.ts";

export interface DirectoryDeps {
  readonly clientsFor: ClientsFor;
  /** Where the identity store is: Identity Center's region. */
  readonly region: string;
  readonly identityStoreId: string;
  /** Which attribute a verified token's claim is matched with. */
  readonly identity: IdentitySettings;
}

/** Both are the largest pages that the identity store gives. */
const PAGE = 100;

/** How many groups are described at once; each identitystore operation allows 20 calls a second. */
const DESCRIBED_AT_ONCE = 5;

/** The identity store behind Identity Center. */
export const directory = ({ clientsFor, region, identityStoreId, identity }: DirectoryDeps): Directory => {
  const client = clientsFor("organization", "identity").client(IdentitystoreClient, { region });
  const store = { IdentityStoreId: identityStoreId };

  const user = async (id: UserId): Promise<DirectoryUser | undefined> => {
    const answer = await found(() => client.send(new DescribeUserCommand({ ...store, UserId: id })));
    return answer === undefined
      ? undefined
      : {
          userId: UserIdSchema.parse(answer.UserId),
          userName: answer.UserName ?? id,
          enabled: isEnabled(answer.UserStatus),
        };
  };

  const group = async (id: GroupId): Promise<DirectoryGroup | undefined> => {
    const answer = await found(() => client.send(new DescribeGroupCommand({ ...store, GroupId: id })));
    return answer === undefined
      ? undefined
      : { groupId: GroupIdSchema.parse(answer.GroupId), displayName: answer.DisplayName ?? id };
  };

  const userIdBy = async (alternate: AlternateIdentifier): Promise<UserId | undefined> => {
    const answer = await matching(() =>
      client.send(new GetUserIdCommand({ ...store, AlternateIdentifier: alternate })),
    );
    return answer === undefined ? undefined : UserIdSchema.parse(answer.UserId);
  };

  const userBy = async (alternate: AlternateIdentifier): Promise<DirectoryUser | undefined> => {
    const id = await userIdBy(alternate);
    return id === undefined ? undefined : user(id);
  };

  /** Whom a user name or an email means: two, where it is one user's user name and another's email. */
  const userIdsNamed = async (name: string): Promise<readonly UserId[]> => {
    const byUserName = await userIdBy(attribute("userName", name));
    const byEmail = name.includes("@") ? await userIdBy(attribute("emails.value", name)) : undefined;
    return [...new Set([byUserName, byEmail])].filter((id) => id !== undefined);
  };

  const describedWithEnterprise = (id: UserId) =>
    found(() => client.send(new DescribeUserCommand({ ...store, ...withEnterprise, UserId: id })));

  const groupIdsOf = async (id: UserId): Promise<readonly GroupId[]> => {
    const pages = paginateListGroupMembershipsForMember(
      { client, pageSize: PAGE },
      { ...store, MemberId: { UserId: id } },
    );
    const groups = await found(async () => {
      const ids: (string | undefined)[] = [];
      for await (const page of pages)
        ids.push(...(page.GroupMemberships ?? []).map(({ GroupId }) => GroupId));
      return ids;
    });
    return (groups ?? []).map((groupId) => GroupIdSchema.parse(groupId));
  };

  return {
    userByIdentity: (value) =>
      identity.match === "externalId"
        ? userBy({ ExternalId: { Issuer: identity.externalIdIssuer, Id: value } })
        : userBy(attribute(identity.match, value)),

    userByName: async (name) => {
      const [id, another] = await userIdsNamed(name);
      if (another !== undefined) {
        throw new DomainError(
          "ambiguous-name",
          `"${name}" is one user's user name and another's email address`,
        );
      }
      return id === undefined ? undefined : user(id);
    },

    user,
    group,

    userWith: (name, value) => userBy(attribute(pathOf[name], value)),

    attributes: async (id) => {
      const answer = await describedWithEnterprise(id);
      return answer === undefined ? undefined : attributesOf(answer);
    },

    // By the enterprise extension's `manager.value`, which AWS keeps as it was provisioned: AWS's own example has a user's id,
    // and an identity provider that knows no such ids sends its own, usually a name (API_DescribeUser, RFC 7643 4.3).
    managerOf: async (id) => {
      const answer = await describedWithEnterprise(id);
      const value = answer && managerOf(answer);
      if (value === undefined) return undefined;
      const asId = UserIdSchema.safeParse(value);
      const byId = asId.success ? await user(asId.data) : undefined;
      if (byId !== undefined) return byId.userId;
      const [named, another] = await userIdsNamed(value);
      return another === undefined ? named : undefined;
    },

    groupByName: async (displayName) => {
      const answer = await matching(() =>
        client.send(
          new GetGroupIdCommand({ ...store, AlternateIdentifier: attribute("displayName", displayName) }),
        ),
      );
      return answer === undefined ? undefined : { groupId: GroupIdSchema.parse(answer.GroupId), displayName };
    },

    // Asking for all the groups of the user, and not IsMemberInGroups, which fails as a whole when one of up to 100
    // groups does not exist any more (ResourceNotFoundException).
    memberships: async (id, groups) => {
      if (groups.length === 0) return new Set();
      const all = new Set(await groupIdsOf(id));
      return new Set(groups.filter((groupId) => all.has(groupId)));
    },

    members: async (id) => {
      const pages = paginateListGroupMemberships({ client, pageSize: PAGE }, { ...store, GroupId: id });
      const members = await found(async () => {
        const ids: (string | undefined)[] = [];
        for await (const page of pages)
          ids.push(...(page.GroupMemberships ?? []).map(({ MemberId }) => MemberId?.UserId));
        return ids;
      });
      return (members ?? [])
        .filter((member) => member !== undefined)
        .map((member) => UserIdSchema.parse(member));
    },

    groupsOf: async (id) => {
      const ids = await groupIdsOf(id);
      const groups: (DirectoryGroup | undefined)[] = [];
      for (let begin = 0; begin < ids.length; begin += DESCRIBED_AT_ONCE) {
        groups.push(...(await Promise.all(ids.slice(begin, begin + DESCRIBED_AT_ONCE).map(group))));
      }
      return groups.filter((one) => one !== undefined);
    },
  };
};

/** The paths that GetUserId takes (API_GetUserId, "AlternateIdentifier"). */
const pathOf = { userName: "userName", email: "emails.value" } as const satisfies Record<
  UniqueAttribute,
  string
>;

const attribute = (
  path: "userName" | "emails.value" | "displayName",
  value: string,
): AlternateIdentifier => ({
  UniqueAttribute: { AttributePath: path, AttributeValue: value },
});

const available = <T>(call: () => Promise<T>): Promise<T> => orUnavailable("DirectoryUnavailable", call);

const unless = async <T>(names: readonly string[], call: () => Promise<T>): Promise<T | undefined> => {
  try {
    return await available(call);
  } catch (error) {
    if (isNamed(error, ...names)) return undefined;
    throw error;
  }
};

/** What the call finds; undefined when there is no such user or group. */
const found = <T>(call: () => Promise<T>) => unless(["ResourceNotFoundException"], call);

/** The same for a look-up by a person's words, which AWS may find malformed: nobody has such a name. */
const matching = <T>(call: () => Promise<T>) =>
  unless(["ResourceNotFoundException", "ValidationException"], call);
