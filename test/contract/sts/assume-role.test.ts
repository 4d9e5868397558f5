import { AssumeRoleCommand, GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { describe, expect, it } from "vitest";
import { simulated, trustPolicy, worlds } from "./worlds.ts";

describe.each(worlds())("STS: $name", ({ open }) => {
  const world = open();
  const assume = (input: Partial<AssumeRoleCommand["input"]> & { readonly RoleArn: string }) =>
    world.sts.send(new AssumeRoleCommand({ RoleSessionName: "lockstep-sync", ...input }));

  it("says who calls", async () => {
    const answer = await world.sts.send(new GetCallerIdentityCommand({}));
    expect(answer.Account).toBe(world.accountId);
  });

  it("hands out temporary keys of a role whose trust policy lets the caller in, for an hour", async () => {
    const RoleArn = await world.createRole("auditor");
    const answer = await assume({ RoleArn });
    expect(answer.Credentials).toMatchObject({
      AccessKeyId: expect.stringMatching(/^ASIA[A-Z0-9]{16}$/) as string,
      SecretAccessKey: expect.stringMatching(/./) as string,
      SessionToken: expect.stringMatching(/./) as string,
    });
    expect(answer.AssumedRoleUser?.Arn).toBe(
      `${RoleArn.replace(":iam:", ":sts:").replace(":role/", ":assumed-role/")}/lockstep-sync`,
    );
    const seconds = ((answer.Credentials?.Expiration?.getTime() ?? 0) - world.now().getTime()) / 1000;
    expect(seconds).toBeGreaterThan(3_590);
    expect(seconds).toBeLessThanOrEqual(3_610);
  });

  it("takes an ExternalId and a session policy", async () => {
    const RoleArn = await world.createRole("connected");
    const Policy = JSON.stringify({ Version: "2012-10-17", Statement: [] });
    await expect(assume({ RoleArn, ExternalId: "9f86d081884c7d65", Policy })).resolves.toHaveProperty(
      "Credentials",
    );
  });

  it("refuses a session name that is too long", async () => {
    const RoleArn = await world.createRole("named");
    await expect(assume({ RoleArn, RoleSessionName: "x".repeat(65) })).rejects.toMatchObject({
      name: expect.stringMatching(/^Validation(Error|Exception)$/) as string,
    });
  });
});

describe("STS, as moto does not answer", () => {
  const elsewhere = "333333333333";
  const open = () => {
    const world = simulated();
    const { createRoleElsewhere } = world;
    if (createRoleElsewhere === undefined) throw new Error("The simulator has many accounts");
    const assume = (RoleArn: string, ExternalId?: string) =>
      world.sts.send(new AssumeRoleCommand({ RoleArn, ExternalId, RoleSessionName: "lockstep-sync" }));
    return { world, createRoleElsewhere, assume };
  };

  const refusal = (roleArn: string) => ({
    name: "AccessDenied",
    message: `User: arn:aws:iam::111111111111:user/administrator is not authorized to perform: sts:AssumeRole on resource: ${roleArn}`,
    $metadata: expect.objectContaining({ httpStatusCode: 403 }) as object,
  });

  it("refuses a missing role, one that does not trust the caller, and another ExternalId with the same words", async () => {
    const { createRoleElsewhere, assume } = open();
    const missing = `arn:aws:iam::${elsewhere}:role/missing`;
    await expect(assume(missing)).rejects.toMatchObject(refusal(missing));

    const untrusting = createRoleElsewhere(
      elsewhere,
      "untrusting",
      trustPolicy("arn:aws:iam::444444444444:root"),
    );
    await expect(assume(untrusting)).rejects.toMatchObject(refusal(untrusting));

    const asking = createRoleElsewhere(
      elsewhere,
      "asking",
      trustPolicy("arn:aws:iam::111111111111:root", { StringEquals: { "sts:ExternalId": "said" } }),
    );
    await expect(assume(asking)).rejects.toMatchObject(refusal(asking));
    await expect(assume(asking, "other")).rejects.toMatchObject(refusal(asking));
    await expect(assume(asking, "said")).resolves.toHaveProperty("Credentials");
  });

  it("finds a role by its whole ARN: neither another account's nor another path's of that name", async () => {
    const { createRoleElsewhere, assume } = open();
    createRoleElsewhere(elsewhere, "shared", trustPolicy("arn:aws:iam::111111111111:root"));
    for (const arn of ["arn:aws:iam::555555555555:role/shared", `arn:aws:iam::${elsewhere}:role/path/shared`])
      await expect(assume(arn)).rejects.toMatchObject(refusal(arn));
  });

  it("lets anybody be a role of the home account that only its template knows", async () => {
    const { assume } = open();
    await expect(assume("arn:aws:iam::111111111111:role/lockstep-sync")).resolves.toHaveProperty(
      "Credentials",
    );
  });
});
