import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { RequestViewSchema } from "../../lambdas/core/contracts/http/requests.ts";
import { apiClient } from "./support/api-client.ts";
import { startChild, tokenFrom } from "./support/child.ts";
import { anAsk, requestIn } from "./support/requests.ts";
import { until } from "./support/until.ts";

const cleanUps: (() => void)[] = [];
afterEach(() => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) cleanUp();
});

const aDirectory = () => {
  const directory = mkdtempSync(join(tmpdir(), "lockstep-data-"));
  cleanUps.push(() => {
    rmSync(directory, { recursive: true, force: true });
  });
  return directory;
};

const start = async (directory: string) => {
  const started = await startChild("--data", directory);
  cleanUps.push(() => {
    started.child.kill("SIGKILL");
  });
  return started;
};

const seen = async (api: string, token: string, id: string, status: string, within?: number) =>
  until(
    `${id} is ${status}`,
    async () => {
      const request = requestIn(await apiClient(api)(`GET /requests/${id}`, { token }));
      return request.status === status ? request : undefined;
    },
    within,
  );

describe("an environment that is killed in the middle of a grant", () => {
  it("ends the access on time after a restart, and old tokens stay good", { timeout: 180_000 }, async () => {
    const directory = aDirectory();
    const first = await start(directory);
    const alice = await tokenFrom(first.ready.api, "alice@example.com");
    const grace = await tokenFrom(first.ready.api, "grace@example.com");
    const call = apiClient(first.ready.api);
    const asked = requestIn(
      await call("POST /requests", { token: alice, body: anAsk({ duration: "PT30S" }) }),
      201,
    );
    await call(`POST /requests/${asked.id}/decisions`, { token: grace, body: { decision: "approve" } });
    const active = await seen(first.ready.api, alice, asked.id, "active");
    first.child.kill("SIGKILL");
    await first.child.ended;

    const second = await start(directory);
    expect(second.ready.issuer).toBe(first.ready.issuer);
    const held = RequestViewSchema.parse(
      (await apiClient(second.ready.api)(`GET /requests/${asked.id}`, { token: alice })).body,
    );
    expect(held).toMatchObject({ id: asked.id, expiresAt: active.expiresAt });
    const ended = await seen(second.ready.api, alice, asked.id, "ended", 90_000);
    expect(ended).toMatchObject({ ended: { reason: "expired" } });
    const late = Date.parse(ended.ended?.at ?? "") - Date.parse(active.expiresAt ?? "");
    expect(late).toBeGreaterThanOrEqual(0);
    // What guarantees.md says of the end of an access.
    expect(late).toBeLessThan(60_000);
    second.child.kill("SIGTERM");
    expect((await second.child.ended).code).toBe(0);
  });
});
