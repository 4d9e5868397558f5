import {
  CreateGroupMembershipCommand,
  DeleteGroupMembershipCommand,
  IdentitystoreClient,
} from "@aws-sdk/client-identitystore";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod/mini";
import { RequestListSchema, type RequestView } from "../../lambdas/core/contracts/http/requests.ts";
import { isAssigned, permissionSetArn, type NamedAssignment } from "./support/assignments.ts";
import { runEnvironment, type RunningEnvironment } from "./support/running-environment.ts";
import { until } from "./support/until.ts";

const LEDGER_PROD = "232323232323";

/** A change is told within seconds; a run that is at work meanwhile is followed by another one within five minutes. */
const SOON_MILLISECONDS = 60_000;

let running: RunningEnvironment;

const ListSchema = z.object({ items: z.array(z.looseObject({ id: z.string() })) });

const idOf = async (path: string): Promise<string> => {
  const [found] = ListSchema.parse((await running.as("tara", `GET /inventory/${path}`)).body).items;
  if (found === undefined) throw new Error(`Nothing at ${path}`);
  return found.id;
};

const directory = () => {
  const { clientsFor, ids } = running.environment;
  return clientsFor("home", "identity").client(IdentitystoreClient, { region: ids.identityCenter.region });
};

const requestsOf = async (userName: string): Promise<readonly RequestView[]> =>
  RequestListSchema.parse((await running.as(userName, "GET /requests?view=mine")).body).items;

beforeAll(async () => {
  running = await runEnvironment();
}, 120_000);

afterAll(async () => {
  await running.environment.close();
});

describe("an automatic flow", { timeout: 200_000 }, () => {
  it("gives its access to whoever joins its group, and takes it away when they leave", async () => {
    const saved = await running.as("tara", "PUT /access-flows/auditors-look", {
      body: {
        trigger: "automatic",
        requestors: { anyOf: [{ group: "auditors" }] },
        targets: [{ accounts: ["ledger-prod"], permissionSets: ["ReadOnly"] }],
        duration: { max: "PT8H" },
      },
    });
    expect(saved).toMatchObject({ status: 200 });
    const accessOf = async (userName: string): Promise<NamedAssignment> => ({
      accountId: LEDGER_PROD,
      permissionSetArn: await permissionSetArn(running.environment, "ReadOnly"),
      principalId: await idOf(`users?q=${userName}`),
    });
    const [kofi, hanna] = [await accessOf("kofi"), await accessOf("hanna")];
    await until(
      "what the flow gives to its group",
      async () => (await isAssigned(running.environment, kofi)) || undefined,
      SOON_MILLISECONDS,
    );
    expect(await isAssigned(running.environment, hanna)).toBe(false);

    const IdentityStoreId = running.environment.ids.identityCenter.identityStoreId;
    const { MembershipId } = await directory().send(
      new CreateGroupMembershipCommand({
        IdentityStoreId,
        GroupId: await idOf("groups?q=auditors"),
        MemberId: { UserId: hanna.principalId },
      }),
    );
    await until(
      "the access of whoever joins",
      async () => (await isAssigned(running.environment, hanna)) || undefined,
      SOON_MILLISECONDS,
    );
    const request = await until(
      "her request",
      async () => (await requestsOf("hanna")).find(({ status }) => status === "active"),
      SOON_MILLISECONDS,
    );
    expect(request).toMatchObject({ origin: "automatic", flow: "auditors-look" });

    await directory().send(new DeleteGroupMembershipCommand({ IdentityStoreId, MembershipId }));
    await until(
      "the end of the access of whoever leaves",
      async () => !(await isAssigned(running.environment, hanna)) || undefined,
      SOON_MILLISECONDS,
    );
    const ended = await until(
      "her request's end",
      async () => (await requestsOf("hanna")).find(({ status }) => status === "ended"),
      SOON_MILLISECONDS,
    );
    expect(ended).toMatchObject({ id: request.id, ended: { reason: "context-ended" } });
    expect(await isAssigned(running.environment, kofi)).toBe(true);
  });
});
