import { DeleteGroupCommand, IdentitystoreClient, UpdateUserCommand } from "@aws-sdk/client-identitystore";
import { directory } from "../../../lambdas/adapters/identity-store/directory.ts";
import type { IdentitySettings } from "../../../lambdas/core/contracts/environment.ts";
import { GroupIdSchema, UserIdSchema, type GroupId, type UserId } from "../../../lambdas/core/domain/ids.ts";
import type { Directory } from "../../../lambdas/core/ports/directory.ts";
import { groupIdOf, userIdOf } from "../../../local/identity/ids.ts";
import { EagerClock } from "../../support/fakes/eager-clock.ts";
import { FakeDirectory } from "../../support/fakes/directory.ts";
import { motoIdentity } from "../providers/moto-identity.ts";
import { contractOrganization } from "../providers/organization.ts";
import { simulatedIdentity } from "../providers/simulated-identity.ts";

export type Match = IdentitySettings["match"];

/** A directory that holds the contract's people and groups. */
export interface DirectoryWorld {
  readonly directory: Directory;
  userId(userName: string): UserId;
  groupId(displayName: string): GroupId;
  deleteGroup(id: GroupId): Promise<void>;
  /** As an identity provider sends it. */
  setManager(id: UserId, value: string): Promise<void>;
}

export interface DirectoryEnvironment {
  readonly name: string;
  open(match: Match): Promise<DirectoryWorld>;
  readonly differences: Readonly<Record<string, string>>;
}

const settingsFor = (match: Match): IdentitySettings =>
  match === "externalId"
    ? { claim: "sub", match, externalIdIssuer: "https://issuer.example.com" }
    : { claim: "email", match };

const userId = (userName: string) => UserIdSchema.parse(userIdOf(userName));
const groupId = (displayName: string) => GroupIdSchema.parse(groupIdOf(displayName));

const said = (attributes: Readonly<Record<string, string | undefined>>) =>
  Object.fromEntries(
    Object.entries(attributes).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  ) as Readonly<Record<string, string>>;

const fakeMatch = { userName: "userName", "emails.value": "email", externalId: "externalId" } as const;

const fake: DirectoryEnvironment = {
  name: "the fake",
  differences: {},
  open: (match) => {
    const { users, groups } = contractOrganization.identityCenter;
    const fakeDirectory = new FakeDirectory(fakeMatch[match]);
    for (const { userName, email, displayName, status, externalIds, manager, attributes } of users) {
      const externalId = externalIds[0]?.id ?? "";
      fakeDirectory.addUser({
        userId: userId(userName),
        userName,
        email,
        externalId,
        attributes: said({ displayName, ...attributes, manager: manager && userId(manager) }),
        enabled: status === "ENABLED",
      });
    }
    for (const { displayName, members } of groups) {
      fakeDirectory.addGroup({ groupId: groupId(displayName), displayName, members: members.map(userId) });
    }
    return Promise.resolve({
      directory: fakeDirectory,
      userId,
      groupId,
      deleteGroup: (id) => {
        fakeDirectory.deleteGroup(id);
        return Promise.resolve();
      },
      setManager: (id, manager) => {
        fakeDirectory.setAttributes(id, { manager });
        return Promise.resolve();
      },
    });
  },
};

const simulator: DirectoryEnvironment = {
  name: "the embedded identity store",
  differences: {},
  open: (match) => {
    const identity = simulatedIdentity(contractOrganization, new EagerClock());
    const { clientsFor, region, identityStoreId } = identity;
    const administrator = new IdentitystoreClient(identity.administrator);
    return Promise.resolve({
      directory: directory({ clientsFor, region, identityStoreId, identity: settingsFor(match) }),
      userId,
      groupId,
      deleteGroup: async (id) => {
        await administrator.send(new DeleteGroupCommand({ IdentityStoreId: identityStoreId, GroupId: id }));
      },
      setManager: async (id, value) => {
        await administrator.send(
          new UpdateUserCommand({
            IdentityStoreId: identityStoreId,
            UserId: id,
            Operations: [
              { AttributePath: "aws:identitystore:enterprise.manager.value", AttributeValue: value },
            ],
          }),
        );
      },
    });
  },
};

const moto = (endpoint: string): DirectoryEnvironment => ({
  name: "moto",
  differences: {
    "finds a person by external id": "moto does not find users by external id",
    "says that a person is disabled": "moto knows no UserStatus",
    "tells the enterprise's attributes of a person": "moto knows no Extensions",
    "knows whom a manager means": "moto knows no Extensions",
    "has no manager where it means nobody": "moto knows no Extensions",
    "has no members in a group that was deleted":
      "moto keeps the memberships of a deleted group; and the server is shared",
  },
  open: async (match) => {
    const identity = await motoIdentity(endpoint);
    const { clientsFor, region, identityStoreId } = identity;
    return {
      directory: directory({ clientsFor, region, identityStoreId, identity: settingsFor(match) }),
      userId: (userName) => UserIdSchema.parse(identity.idOf("user", userName)),
      groupId: (displayName) => GroupIdSchema.parse(identity.idOf("group", displayName)),
      deleteGroup: () => Promise.reject(new Error("Not on a shared server")),
      setManager: () => Promise.reject(new Error("moto knows no Extensions")),
    };
  },
});

const motoEndpoint = process.env["MOTO_ENDPOINT"];

/** Everything that the directory's contract is run on; moto too where the environment names one. */
export const directoryEnvironments: readonly DirectoryEnvironment[] = [
  fake,
  simulator,
  ...(motoEndpoint === undefined ? [] : [moto(motoEndpoint)]),
];
