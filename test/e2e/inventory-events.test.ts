import {
  CreateGroupMembershipCommand,
  IdentitystoreClient,
  UpdateUserCommand,
} from "@aws-sdk/client-identitystore";
import {
  CreateAccountAssignmentCommand,
  DeleteAccountAssignmentCommand,
  SSOAdminClient,
} from "@aws-sdk/client-sso-admin";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod/mini";
import { permissionSetArn } from "./support/assignments.ts";
import { runEnvironment } from "./support/running-environment.ts";
import type { RunningEnvironment } from "./support/running-environment.ts";
import { until } from "./support/until.ts";

const LEDGER_PROD = "232323232323";

/** Seconds: a delivery, the operation in AWS, two calls, and a busy machine. */
const SOON_MILLISECONDS = 20_000;

let running: RunningEnvironment;
const announced: string[] = [];

const ListSchema = z.object({ items: z.array(z.looseObject({})) });

const listed = async (path: string) =>
  ListSchema.parse((await running.as("tara", `GET /inventory/${path}`)).body).items;

const client = <C>(type: new (options: never) => C): C => {
  const { clientsFor, ids } = running.environment;
  return clientsFor("home", "identity").client(type as never, { region: ids.identityCenter.region });
};

const userNamed = async (userName: string): Promise<string> => {
  const [user] = await listed(`users?q=${userName}`);
  return String(user?.["id"]);
};

beforeAll(async () => {
  running = await runEnvironment({
    onLog: (line) => {
      const type = /^lockstep-announce: .*"type":"(\w+)"/.exec(line)?.[1];
      if (type !== undefined) announced.push(type);
    },
  });
  // The first sync is through: what changes from now on is a change.
  await until("the first sync", async () => {
    const { items } = ListSchema.parse(
      (await running.as("tara", "GET /syncs?integration=organization&scope=identity")).body,
    );
    return items.some((sync) => sync["status"] === "finished") || undefined;
  });
}, 120_000);

afterAll(async () => {
  await running.environment.close();
});

describe(
  "what somebody does behind Lockstep's back is in the inventory within seconds",
  { timeout: 60_000 },
  () => {
    it("an assignment, with who made it, and its end", async () => {
      const { identityCenter } = running.environment.ids;
      const principalId = await userNamed("ines");
      const assignment = {
        InstanceArn: identityCenter.instanceArn,
        TargetType: "AWS_ACCOUNT" as const,
        TargetId: LEDGER_PROD,
        PermissionSetArn: await permissionSetArn(running.environment, "DatabaseOperator"),
        PrincipalType: "USER" as const,
        PrincipalId: principalId,
      };
      const seen = async () =>
        (await listed(`assignments?account=${LEDGER_PROD}&principal=${principalId}`))[0];
      expect(await seen()).toBeUndefined();
      // All that the first sync saw was there before.
      expect(announced).toEqual([]);
      await client(SSOAdminClient).send(new CreateAccountAssignmentCommand(assignment));
      const appeared = await until("the assignment in the inventory", seen, SOON_MILLISECONDS);
      expect(appeared["by"]).toMatch(/^arn:aws:/);
      await until(
        "the announcement",
        () => Promise.resolve(announced.includes("AssignmentAppeared") || undefined),
        SOON_MILLISECONDS,
      );
      await client(SSOAdminClient).send(new DeleteAccountAssignmentCommand(assignment));
      await until(
        "its end",
        async () => ((await seen()) === undefined ? true : undefined),
        SOON_MILLISECONDS,
      );
    });

    it("a user who is disabled", async () => {
      const id = await userNamed("george");
      await client(IdentitystoreClient).send(
        new UpdateUserCommand({
          IdentityStoreId: running.environment.ids.identityCenter.identityStoreId,
          UserId: id,
          Operations: [{ AttributePath: "userStatus", AttributeValue: "DISABLED" }],
        }),
      );
      await until(
        "the disabled user",
        async () => (await listed("users?q=george"))[0]?.["enabled"] === false || undefined,
        SOON_MILLISECONDS,
      );
    });

    it("a member who joins a group, with what that lets them reach", async () => {
      const [userId, [group]] = [await userNamed("kofi"), await listed("groups?q=payments-oncall")];
      const groupId = String(group?.["id"]);
      const access = async () =>
        JSON.stringify((await running.as("tara", `GET /inventory/users/${userId}/access`)).body).includes(
          groupId,
        );
      expect(await access()).toBe(false);
      await client(IdentitystoreClient).send(
        new CreateGroupMembershipCommand({
          IdentityStoreId: running.environment.ids.identityCenter.identityStoreId,
          GroupId: groupId,
          MemberId: { UserId: userId },
        }),
      );
      await until("the member", async () => (await access()) || undefined, SOON_MILLISECONDS);
    });
  },
);
