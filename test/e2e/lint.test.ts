import { DeleteGroupCommand, IdentitystoreClient } from "@aws-sdk/client-identitystore";
import { afterAll, beforeAll, expect, it } from "vitest";
import * as z from "zod/mini";
import { runEnvironment, type RunningEnvironment } from "./support/running-environment.ts";
import { until } from "./support/until.ts";

const ListSchema = z.object({ items: z.array(z.looseObject({})) });

/** Milliseconds: a pass over the example organization, the lint after it, and a busy machine. */
const SOON = 60_000;

const FindingSchema = z.looseObject({
  kind: z.string(),
  name: z.string(),
  code: z.string(),
  pointer: z.string(),
});
const inShort = ({ kind, name, code, pointer }: z.output<typeof FindingSchema>): string =>
  `${kind} ${name} ${code} ${pointer}`;

let running: RunningEnvironment;
/** What the deployment's own bus was told of configuration that died. */
const died: string[] = [];
let linted = 0;

beforeAll(async () => {
  running = await runEnvironment({
    onLog: (line) => {
      if (line.startsWith("lockstep-lint: ") && line.includes("Configuration linted")) linted += 1;
    },
  });
  running.environment.observeEvents(({ busName, event }) => {
    if (busName !== "lockstep" || event["detail-type"] !== "ConfigurationDied") return;
    died.push(inShort(FindingSchema.parse(event.detail)));
  });
}, 180_000);

afterAll(async () => {
  await running.environment.close();
});

const listed = async (path: string) => ListSchema.parse((await running.as("tara", `GET ${path}`)).body).items;

/** Looks at all identities, and waits until the lint behind it is through. */
const sync = async () => {
  const before = linted;
  const refresh = { body: { scope: "identity" } };
  expect(await running.as("tara", "POST /integrations/organization/refresh", refresh)).toMatchObject({
    status: 202,
  });
  await until("the lint behind the sync", () => Promise.resolve(linted > before || undefined), SOON);
  await running.environment.idle();
};

const errors = async () => {
  const { body } = await running.as("tara", "POST /access-flows/lint");
  const { findings } = z.object({ findings: z.array(FindingSchema) }).parse(body);
  return findings.filter((finding) => finding["severity"] === "error").map(inShort);
};

it(
  "tells the bus once of what died with a group, after the sync that missed it",
  { timeout: 200_000 },
  async () => {
    const before = await errors();
    const [group] = await listed("/inventory/groups?q=data-leads");
    const { clientsFor, ids } = running.environment;
    const { region, identityStoreId } = ids.identityCenter;
    const directory = clientsFor("home", "identity").client(IdentitystoreClient, { region });
    await directory.send(
      new DeleteGroupCommand({ IdentityStoreId: identityStoreId, GroupId: String(group?.["id"]) }),
    );
    await sync();
    const gone = "access-flow data-platform-power group-gone /approval/steps/0";
    // A lint behind an earlier sync may have been the one that was waited for.
    await until("the event", () => Promise.resolve(died.includes(gone) || undefined), SOON);
    await running.environment.idle();
    expect(died.filter((one) => one === gone)).toHaveLength(1);
    // The API says the same of it, and says nothing else that the bus was not told of.
    const after = await errors();
    expect(after).toContain(gone);
    expect(died.toSorted()).toEqual(after.filter((one) => !before.includes(one)).toSorted());

    const told = [...died];
    await sync();
    expect(died).toEqual(told);
  },
);
