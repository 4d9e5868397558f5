import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { INTEGRATION_EXAMPLE } from "../../../lambdas/core/contracts/http/integrations.ts";
import { apiUnderTest, root } from "../api/world.ts";

describe("the example of an integration", () => {
  const [, written = ""] =
    /```json\n(\{\n {2}"kind"[^`]*)```/.exec(readFileSync("docs/connectors.md", "utf8")) ?? [];

  it("is the same in docs/connectors.md as in OpenAPI", () => {
    expect(JSON.parse(written)).toEqual(INTEGRATION_EXAMPLE);
  });

  it("works as it stands", async () => {
    const { call } = await apiUnderTest();
    const body = JSON.parse(written) as object;
    const answer = await call("PUT /integrations/organization", { as: root, body });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject(INTEGRATION_EXAMPLE);
  });
});
