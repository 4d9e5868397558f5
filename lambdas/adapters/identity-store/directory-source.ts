import {
  DescribeGroupCommand,
  DescribeUserCommand,
  GetGroupMembershipIdCommand,
  IdentitystoreClient,
  ListGroupMembershipsCommand,
  ListGroupsCommand,
  ListUsersCommand,
  type Group,
  type User,
} from "@aws-sdk/client-identitystore";
import { GroupIdSchema, UserIdSchema, type GroupId, type UserId } from "../../core/domain/ids.ts";
import type { GroupFact, MembershipFact, UserFact } from "../../core/domain/inventory/facts.ts";
import type { DirectorySource } from "../../core/ports/sync.ts";
import type { AwsClients } from "../aws-clients.ts";
import { unlessGone } from "../sync/gone.ts";
import { allOf, pagesOf } from "../sync/pages.ts";
import type { PatientCall } from "../sync/patient-calls.ts";
import { emailOf, managerOf, withEnterprise } from "./user-attributes.ts";
import { isEnabled } from "./user-status.ts";

/** The largest page that the identity store gives. */
const PAGE = 100;

const GONE = ["ResourceNotFoundException"];

/** The identity store behind Identity Center, everything there is. */
export const directorySource = ({
  clients,
  call,
  region,
  identityStoreId,
}: {
  readonly clients: AwsClients;
  readonly call: PatientCall;
  /** Identity Center's. */
  readonly region: string;
  readonly identityStoreId: string;
}): DirectorySource => {
  const client = clients.client(IdentitystoreClient, { region });
  const store = { IdentityStoreId: identityStoreId };

  return {
    users: async function* () {
      const pages = pagesOf((NextToken) =>
        call("identitystore:ListUsers", () =>
          client.send(new ListUsersCommand({ ...store, ...withEnterprise, MaxResults: PAGE, NextToken })),
        ),
      );
      for await (const { Users = [] } of pages) yield Users.map(userFact);
    },

    user: async (id) => {
      const answer = await unlessGone(GONE, () =>
        call("identitystore:DescribeUser", () =>
          client.send(new DescribeUserCommand({ ...store, ...withEnterprise, UserId: id })),
        ),
      );
      return answer === undefined ? undefined : userFact(answer);
    },

    groups: async function* () {
      const pages = pagesOf((NextToken) =>
        call("identitystore:ListGroups", () =>
          client.send(new ListGroupsCommand({ ...store, MaxResults: PAGE, NextToken })),
        ),
      );
      for await (const { Groups = [] } of pages) yield Groups.map(groupFact);
    },

    group: async (id) => {
      const answer = await unlessGone(GONE, () =>
        call("identitystore:DescribeGroup", () =>
          client.send(new DescribeGroupCommand({ ...store, GroupId: id })),
        ),
      );
      return answer === undefined ? undefined : groupFact(answer);
    },

    members: async (id) => {
      const members = await unlessGone(GONE, () =>
        allOf(
          pagesOf((NextToken) =>
            call("identitystore:ListGroupMemberships", () =>
              client.send(
                new ListGroupMembershipsCommand({ ...store, GroupId: id, MaxResults: PAGE, NextToken }),
              ),
            ),
          ),
          ({ GroupMemberships = [] }) => GroupMemberships,
        ),
      );
      // A member is a union that has room for other kinds than users.
      return members?.flatMap(({ MemberId, MembershipId }) =>
        MemberId?.UserId === undefined
          ? []
          : [membershipFact(id, UserIdSchema.parse(MemberId.UserId), MembershipId)],
      );
    },

    membership: async (groupId, userId) => {
      // Not IsMemberInGroups: it says no id, by which an event tells of the membership's end.
      const answer = await unlessGone(GONE, () =>
        call("identitystore:GetGroupMembershipId", () =>
          client.send(
            new GetGroupMembershipIdCommand({ ...store, GroupId: groupId, MemberId: { UserId: userId } }),
          ),
        ),
      );
      return answer === undefined ? undefined : membershipFact(groupId, userId, answer.MembershipId);
    },
  };
};

const userFact = (user: User): UserFact => {
  const id = UserIdSchema.parse(user.UserId);
  const email = emailOf(user);
  const manager = managerOf(user);
  return {
    kind: "user",
    id,
    userName: user.UserName ?? id,
    ...(user.DisplayName === undefined ? {} : { displayName: user.DisplayName }),
    ...(email === undefined ? {} : { email }),
    enabled: isEnabled(user.UserStatus),
    ...(manager === undefined ? {} : { manager }),
  };
};

const membershipFact = (
  groupId: GroupId,
  userId: UserId,
  membershipId: string | undefined,
): MembershipFact => ({
  kind: "membership",
  groupId,
  userId,
  ...(membershipId === undefined ? {} : { membershipId }),
});

const groupFact = (group: Pick<Group, "GroupId" | "DisplayName" | "Description">): GroupFact => {
  const id = GroupIdSchema.parse(group.GroupId);
  return {
    kind: "group",
    id,
    displayName: group.DisplayName ?? id,
    ...(group.Description === undefined ? {} : { description: group.Description }),
  };
};
