import { App, Stack } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { EventBus } from "aws-cdk-lib/aws-events";
import { describe, expect, it } from "vitest";
import { CONNECTOR_ROLE, MEMBER_ROLE } from "../../lambdas/core/contracts/connector-roles.ts";
import { letForwardChanges, type ForwardingAccounts } from "../../lib/constructs/event-bus-policy.ts";
import { assumeConnector, assumeMemberRole } from "../../lib/permissions/assume-connector.ts";
import type { Permission } from "../../lib/permissions/permission.ts";
import { verdictOn } from "../../local/iam-check/simulate.ts";
import type { PolicyDocument } from "../../local/template/permissions.ts";
import { resourcesOf } from "./support/template.ts";

const BUS = "arn:aws:events:eu-west-1:222222222222:event-bus/lockstep";

const everything: PolicyDocument = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }],
};

/** Tokens as they are in account 222222222222. */
const resolved = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value)
      .replaceAll('{"Fn::GetAtt":["BusEA82B648","Arn"]}', JSON.stringify(BUS))
      .replaceAll(/\{"Fn::Join":\["",(\[(?:[^[\]]|\{[^{}]*\})*\])\]\}/g, (_text, parts: string) =>
        JSON.stringify(
          (JSON.parse(parts) as (string | { Ref: string })[])
            .map((part) => (typeof part === "string" ? part : "aws"))
            .join(""),
        ),
      ),
  );

const busPolicies = (accounts: ForwardingAccounts): PolicyDocument => {
  const stack = new Stack(new App(), "Stateful");
  letForwardChanges(stack, new EventBus(stack, "Bus", { eventBusName: "lockstep" }), accounts);
  const statements = resourcesOf(Template.fromStack(stack), "AWS::Events::EventBusPolicy").map(
    ({ properties }) => properties["Statement"],
  );
  return { Version: "2012-10-17", Statement: resolved(statements) } as PolicyDocument;
};

const put = (
  accounts: ForwardingAccounts,
  caller: { readonly account: string; readonly role: string; readonly organization: string },
  source: string,
) =>
  verdictOn({
    principal: `arn:aws:sts::${caller.account}:assumed-role/${caller.role.split("/").at(-1) ?? ""}/session`,
    action: "events:PutEvents",
    resource: BUS,
    accountId: "222222222222",
    context: {
      "events:source": [source],
      "aws:PrincipalOrgID": caller.organization,
      "aws:PrincipalArn": `arn:aws:iam::${caller.account}:role/${caller.role}`,
    },
    identityPolicies: [{ name: "Everything", document: everything }],
    resourcePolicy: busPolicies(accounts),
  });

describe("Lockstep's event bus", () => {
  const forwarder = "lockstep/lockstep-forward-changes";
  const management = { account: "111111111111", role: forwarder, organization: "o-aaaaaaaaaa" };
  const member = { account: "333333333333", role: forwarder, organization: "o-aaaaaaaaaa" };
  const managementAlone = { managementAccountId: "111111111111" };
  const organization = { ...managementAlone, organizationId: "o-aaaaaaaaaa" };

  it("takes from the management account what AWS tells of it, and nothing that looks like Lockstep's own", async () => {
    expect(await put(managementAlone, management, "aws.sso")).toBe("Allowed");
    expect(await put(managementAlone, management, "lockstep")).not.toBe("Allowed");
  });

  it("takes the same from the account that Identity Center's administration is delegated to, where the settings name it", async () => {
    const delegated = {
      account: "444444444444",
      role: "made-by-cloudformation",
      organization: "o-aaaaaaaaaa",
    };
    const named = { ...organization, delegatedAdministratorAccountId: "444444444444" };
    for (const source of [
      "aws.sso",
      "aws.sso-directory",
      "aws.identitystore",
      "aws.organizations",
      "aws.iam",
    ])
      expect(await put(named, delegated, source), source).toBe("Allowed");
    expect(await put(named, delegated, "lockstep")).not.toBe("Allowed");
    expect(await put(named, member, "aws.sso")).not.toBe("Allowed");
    expect(await put(organization, delegated, "aws.sso")).not.toBe("Allowed");
  });

  it("takes nothing from other accounts, unless the organization is named", async () => {
    expect(await put(managementAlone, member, "aws.iam")).not.toBe("Allowed");
    expect(await put(organization, member, "aws.iam")).toBe("Allowed");
  });

  it("takes of member accounts of that organization only IAM's changes, by the connectors' role only", async () => {
    expect(await put(organization, member, "aws.sso")).not.toBe("Allowed");
    expect(await put(organization, { ...member, role: "somebody" }, "aws.iam")).not.toBe("Allowed");
    expect(await put(organization, { ...member, organization: "o-bbbbbbbbbb" }, "aws.iam")).not.toBe(
      "Allowed",
    );
  });
});

describe("the functions' roles", () => {
  const may = (permission: Permission, role: string) =>
    verdictOn({
      principal: "arn:aws:sts::222222222222:assumed-role/lockstep-sync/lockstep-sync",
      action: "sts:AssumeRole",
      resource: `arn:aws:iam::333333333333:role/${role}`,
      accountId: "222222222222",
      context: {},
      identityPolicies: [
        {
          name: "Permissions",
          document: resolved({
            Version: "2012-10-17",
            Statement: [new Stack().resolve(permission.statement.toStatementJson())],
          }) as PolicyDocument,
        },
      ],
    });

  it.each([
    ["the connector's role", assumeConnector(), CONNECTOR_ROLE],
    ["the member role", assumeMemberRole(), MEMBER_ROLE],
  ])("can assume %s and its probe in any account, and no other role", async (_what, permission, role) => {
    expect(await may(permission, role)).toBe("Allowed");
    expect(await may(permission, `${role}-probe`)).toBe("Allowed");
    expect(await may(permission, `${role}-of-old`)).toBe("ImplicitlyDenied");
    expect(await may(permission, `path/${role}`)).toBe("ImplicitlyDenied");
    expect(await may(permission, "OrganizationAccountAccessRole")).toBe("ImplicitlyDenied");
  });

  it("need a permission of its own for each of the two", async () => {
    expect(await may(assumeConnector(), MEMBER_ROLE)).toBe("ImplicitlyDenied");
    expect(await may(assumeMemberRole(), CONNECTOR_ROLE)).toBe("ImplicitlyDenied");
  });
});
