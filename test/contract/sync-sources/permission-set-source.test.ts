import { DeletePermissionSetCommand } from "@aws-sdk/client-sso-admin";
import { beforeEach, describe, expect, it } from "vitest";
import { aPermissionSetArn } from "../../support/builders.ts";
import { contractTest } from "../../support/fakes/contract-test.ts";
import { EagerClock } from "../../support/fakes/eager-clock.ts";
import { scriptedAws, type ScriptedAnswer, type SentCall } from "../../support/fakes/scripted-aws.ts";
import {
  collected,
  embeddedWorld,
  sourcesEnvironments,
  sourcesOf,
  type SourcesWorld,
} from "./environments.ts";
import { MANY_SETS } from "./organization.ts";

const environments = sourcesEnvironments({
  "show policies and tags, in an order of their own": "moto has no ListTagsForResource of sso-admin",
  "show that there are no policies and tags": "moto has no ListTagsForResource of sso-admin",
});

describe.each(environments)("the permission sets on $name", (environment) => {
  const test = contractTest(environment.differences);
  let world: SourcesWorld;
  beforeEach(async () => {
    world = await environment.open();
  });

  test("are listed, all 26 and each once", async () => {
    const arns = await collected(world.sources.permissionSets.arns());
    expect(arns).toEqual(expect.arrayContaining(MANY_SETS.map((name) => world.ids.permissionSet(name))));
    expect(new Set(arns).size).toBe(arns.length);
  });

  test("are described in one call", async () => {
    const arn = world.ids.permissionSet("SyncSet-007");
    world.takeTally();
    expect(await world.sources.permissionSets.describe(arn)).toEqual({
      arn,
      name: "SyncSet-007",
      description: "What SyncSet-007 is for",
      sessionDuration: "PT2H",
    });
    expect(world.takeTally().calls).toEqual({ "sso:DescribePermissionSet": 1 });
    expect(
      await world.sources.permissionSets.describe(world.ids.permissionSet("SyncBare")),
    ).not.toHaveProperty("description");
  });

  test("show policies and tags, in an order of their own", async () => {
    const contents = await world.sources.permissionSets.contents(world.ids.permissionSet("SyncFull"));
    expect(contents).toEqual({
      managedPolicies: ["arn:aws:iam::aws:policy/ReadOnlyAccess", "arn:aws:iam::aws:policy/ViewOnlyAccess"],
      customerManagedPolicies: ["/ledger-write", "/teams/ledger-read"],
      inlinePolicy: JSON.stringify({ Version: "2012-10-17", Statement: [] }),
      tags: { cost: "42", team: "ledger" },
    });
    expect(Object.keys(contents?.tags ?? {})).toEqual(["cost", "team"]);
  });

  test("show that there are no policies and tags", async () => {
    expect(await world.sources.permissionSets.contents(world.ids.permissionSet("SyncBare"))).toEqual({
      managedPolicies: [],
      customerManagedPolicies: [],
      tags: {},
    });
  });

  test("do not know one that is not there", async () => {
    const nothing = aPermissionSetArn("nothing");
    expect(await world.sources.permissionSets.describe(nothing)).toBeUndefined();
    expect(await world.sources.permissionSets.contents(nothing)).toBeUndefined();
  });
});

describe("on the embedded AWS, a sync", () => {
  it("reads the contents of a permission set in four calls, each admitted", async () => {
    const { sources, takeTally, ids } = embeddedWorld();
    await sources.permissionSets.contents(ids.permissionSet("SyncFull"));
    expect(takeTally().calls).toEqual({
      "sso:ListManagedPoliciesInPermissionSet": 1,
      "sso:ListCustomerManagedPolicyReferencesInPermissionSet": 1,
      "sso:GetInlinePolicyForPermissionSet": 1,
      "sso:ListTagsForResource": 1,
    });
  });

  it("does not know a permission set that was deleted after it was listed", async () => {
    const { sources, administrator, ids, instanceArn } = embeddedWorld();
    const arn = ids.permissionSet("SyncBare");
    expect(await collected(sources.permissionSets.arns())).toContain(arn);
    await administrator.identityCenter.send(
      new DeletePermissionSetCommand({ InstanceArn: instanceArn, PermissionSetArn: arn }),
    );
    expect(await sources.permissionSets.describe(arn)).toBeUndefined();
    expect(await sources.permissionSets.contents(arn)).toBeUndefined();
  });
});

const scripted = (answer: (call: SentCall) => ScriptedAnswer) => {
  const { clientsFor, calls } = scriptedAws(answer);
  const instanceArn = "arn:aws:sso:::instance/ssoins-1234567890abcdef";
  const place = { region: "eu-west-1", instanceArn, identityStoreId: "unused" };
  const { sources } = sourcesOf({ clientsFor, clock: new EagerClock(), ...place });
  return { source: sources.permissionSets, calls };
};

describe("the contents of a permission set", () => {
  it("are read page by page", async () => {
    const pages: Readonly<Record<string, readonly object[]>> = {
      ListManagedPoliciesInPermissionSet: [
        { AttachedManagedPolicies: [{ Arn: "arn:b" }] },
        { AttachedManagedPolicies: [{ Arn: "arn:a" }] },
      ],
      ListCustomerManagedPolicyReferencesInPermissionSet: [
        { CustomerManagedPolicyReferences: [{ Name: "b" }] },
        { CustomerManagedPolicyReferences: [{ Name: "a", Path: "/" }] },
      ],
      ListTagsForResource: [{ Tags: [{ Key: "b", Value: "2" }] }, { Tags: [{ Key: "a", Value: "1" }] }],
      GetInlinePolicyForPermissionSet: [{ InlinePolicy: "" }],
    };
    const { source } = scripted(({ operation, input }) => {
      const [first, second] = pages[operation] ?? [];
      if (input["NextToken"] === "second") return { body: second ?? {} };
      return { body: { ...first, ...(second === undefined ? {} : { NextToken: "second" }) } };
    });
    expect(await source.contents(aPermissionSetArn("PowerUser"))).toEqual({
      managedPolicies: ["arn:a", "arn:b"],
      customerManagedPolicies: ["/a", "/b"],
      tags: { a: "1", b: "2" },
    });
  });

  it("are not taken for gone when the instance is not found", async () => {
    const message = "Could not find Instance with id ssoins-1234567890abcdef";
    const { source } = scripted(() => ({ error: "ResourceNotFoundException", details: { message } }));
    const notFound = { problem: { code: "identity-center-not-found", region: "eu-west-1" } };
    const arn = aPermissionSetArn("PowerUser");
    await expect(source.contents(arn)).rejects.toMatchObject(notFound);
    await expect(source.describe(arn)).rejects.toMatchObject(notFound);
    await expect(collected(source.arns())).rejects.toMatchObject(notFound);
  });
});
