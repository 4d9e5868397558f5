import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod/mini";
import { runEnvironment, type RunningEnvironment } from "./support/running-environment.ts";
import { until } from "./support/until.ts";

const SyncsSchema = z.object({
  items: z.array(z.looseObject({ status: z.string(), problems: z.array(z.unknown()) })),
});

/** The management account, which is Lockstep's own here, and one that a member role leads into. */
const LOOKED_INTO = ["111111111111", "222222222222"];

const UsersSchema = z.object({ items: z.array(z.object({ account: z.object({ id: z.string() }) })) });

const AccountsSchema = z.object({ items: z.array(z.object({ id: z.string() })) });

const accountsBut = async (
  running: RunningEnvironment,
  some: readonly string[],
): Promise<readonly string[]> => {
  const { items } = AccountsSchema.parse(
    (await running.as("tara", "GET /inventory/accounts?limit=100")).body,
  );
  return items.map(({ id }) => id).filter((id) => !some.includes(id));
};

describe("a sync within accounts", () => {
  let running: RunningEnvironment;
  const logs: string[] = [];

  beforeAll(async () => {
    running = await runEnvironment({ onLog: (text) => logs.push(text) });
  });
  afterAll(() => running.environment.close());

  it("is let by its functions' own policies do all that it does", async () => {
    const { identityCenter } = running.environment.ids;
    const body = {
      kind: "aws-organization",
      managementAccountId: "111111111111",
      region: "eu-west-1",
      identityCenterRegion: identityCenter.region,
      accessPortalUrl: identityCenter.accessPortalUrl,
      memberAccounts: true,
      // An account takes some seconds, at the two calls a second that Resource Explorer is asked.
      exclude: { organizationalUnits: [], accounts: await accountsBut(running, LOOKED_INTO) },
      resourceTypes: ["sqs-queue"],
    };
    expect(await running.as("tara", "PUT /integrations/organization", { body })).toMatchObject({
      status: 200,
    });
    const refresh = "POST /integrations/organization/refresh";
    expect(await running.as("tara", refresh, { body: { scope: "resources" } })).toMatchObject({
      status: 202,
    });
    const sync = await until("the end of the sync", async () => {
      const answer = await running.as("tara", "GET /syncs?integration=organization&scope=resources");
      const [newest] = SyncsSchema.parse(answer.body).items;
      return newest?.status === "running" ? undefined : newest;
    });
    expect(sync).toMatchObject({ status: "finished", problems: [] });
    // A refusal after an account was noted fails an execution, and is no problem of the sync.
    expect(logs.filter((text) => text.includes("AccessDenied"))).toEqual([]);
    const users = await running.as("tara", "GET /inventory/iam-users");
    expect(new Set(UsersSchema.parse(users.body).items.map(({ account }) => account.id))).toEqual(
      new Set(LOOKED_INTO),
    );
    expect(await running.as("tara", "DELETE /integrations/organization")).toMatchObject({ status: 204 });
  });
});
