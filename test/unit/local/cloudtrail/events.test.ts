import { describe, expect, it } from "vitest";
import type { BusEvent } from "../../../../local/events/event.ts";
import type { JsonObject } from "../../../../local/wire/json.ts";
import type { Caller } from "../../../../local/wire/service.ts";
import {
  groupIdOf,
  LEDGER_PROD,
  openOffice,
  PAYMENTS_PROD,
  userIdOf,
  type Office,
} from "../identity/office.ts";

const MANAGEMENT = "111111111111";
const REGION = "eu-west-1";

const recordedOffice = (changes: Parameters<typeof openOffice>[0] = {}) => {
  const events: BusEvent[] = [];
  const office = openOffice({
    onEvent: (event) => {
      events.push(event);
    },
    ...changes,
  });
  return { office, events };
};

/** Everything that a call on the office published. */
const eventsOf = async (call: (office: Office) => Promise<unknown>): Promise<readonly BusEvent[]> => {
  const { office, events } = recordedOffice();
  await call(office).catch(() => undefined);
  return events;
};

const rootAndUnit = async (office: Office) => {
  const { Parents: parents } = await office.organizations("ListParents", { ChildId: LEDGER_PROD });
  const [parent] = parents as unknown as readonly { readonly Id: string }[];
  const { Roots: roots } = await office.organizations("ListRoots", {});
  const [root] = roots as unknown as readonly { readonly Id: string }[];
  return { root: root?.Id ?? "", unit: parent?.Id ?? "" };
};

describe("an assignment's event", () => {
  it("has the shape of a real one", async () => {
    const { office, events } = recordedOffice();
    const input = office.assignment(LEDGER_PROD, "PowerUser", "ines");
    await office.center("CreateAccountAssignment", input);
    expect(events).toHaveLength(1);
    // The members of one that was logged on 2023-04-25 and published (the stored copy names no address); what a record has:
    // https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
    expect(events[0]).toMatchObject({
      version: "0",
      "detail-type": "AWS API Call via CloudTrail",
      source: "aws.sso",
      account: MANAGEMENT,
      time: "2026-01-01T00:00:00Z",
      region: REGION,
      resources: [],
      detail: {
        eventVersion: "1.11",
        userIdentity: {
          type: "IAMUser",
          arn: `arn:aws:iam::${MANAGEMENT}:user/administrator`,
          accountId: MANAGEMENT,
          userName: "administrator",
        },
        eventTime: "2026-01-01T00:00:00Z",
        eventSource: "sso.amazonaws.com",
        eventName: "CreateAccountAssignment",
        awsRegion: REGION,
        requestParameters: {
          instanceArn: input.InstanceArn,
          targetId: LEDGER_PROD,
          targetType: "AWS_ACCOUNT",
          permissionSetArn: input.PermissionSetArn,
          principalType: "USER",
          principalId: userIdOf("ines"),
        },
        responseElements: {
          accountAssignmentCreationStatus: {
            status: "IN_PROGRESS",
            createdDate: "Jan 1, 2026, 12:00:00 AM",
            targetId: LEDGER_PROD,
            targetType: "AWS_ACCOUNT",
            permissionSetArn: input.PermissionSetArn,
            principalType: "USER",
            principalId: userIdOf("ines"),
          },
        },
        readOnly: false,
        managementEvent: true,
        eventType: "AwsApiCall",
        recipientAccountId: MANAGEMENT,
        eventCategory: "Management",
      },
    });
  });

  it("names the role and the session behind an assumed role", async () => {
    const caller: Caller = {
      accessKeyId: "ASIAEXAMPLE",
      principalArn: `arn:aws:sts::${MANAGEMENT}:assumed-role/lockstep-access/request-0001`,
      accountId: MANAGEMENT,
      region: REGION,
    };
    const [event] = await eventsOf((office) =>
      office.center("CreateAccountAssignment", office.assignment(LEDGER_PROD, "PowerUser", "ines"), caller),
    );
    expect(event?.detail["userIdentity"]).toMatchObject({
      type: "AssumedRole",
      arn: caller.principalArn,
      accountId: MANAGEMENT,
      accessKeyId: "ASIAEXAMPLE",
      sessionContext: {
        sessionIssuer: {
          type: "Role",
          arn: `arn:aws:iam::${MANAGEMENT}:role/lockstep-access`,
          accountId: MANAGEMENT,
          userName: "lockstep-access",
        },
      },
    });
  });

  it("is there when its answer is lost on the way back, and not when the call is lost on the way there", async () => {
    for (const [moment, count] of [
      ["after", 1],
      ["before", 0],
    ] as const) {
      const { office, events } = recordedOffice({
        faults: {
          [moment]: () => {
            throw new Error("connection reset");
          },
        },
      });
      const input = office.assignment(LEDGER_PROD, "PowerUser", "ines");
      await expect(office.center("CreateAccountAssignment", input)).rejects.toThrow("connection reset");
      expect(events, moment).toHaveLength(count);
    }
  });
});

describe("a refused call", () => {
  it("is told with its error", async () => {
    const [event] = await eventsOf((office) =>
      office.center("DeletePermissionSet", {
        PermissionSetArn: office.assignment(PAYMENTS_PROD, "ReadOnly", "alice").PermissionSetArn,
      }),
    );
    expect(event?.detail).toMatchObject({
      eventName: "DeletePermissionSet",
      errorCode: "ConflictException",
      errorMessage: "Could not delete because PermissionSet has ApplicationProfile associated with it",
      responseElements: null,
    });
  });

  it("is called AccessDenied by CloudTrail where the API says AccessDeniedException", async () => {
    const delegated: Caller = {
      accessKeyId: "AKIA",
      principalArn: "arn:aws:iam::151515151515:user/delegate",
      accountId: "151515151515",
      region: REGION,
    };
    const [event] = await eventsOf((office) =>
      office.center("CreateAccountAssignment", office.assignment(MANAGEMENT, "ReadOnly", "alice"), delegated),
    );
    expect(event).toMatchObject({
      account: "151515151515",
      detail: { errorCode: "AccessDenied", recipientAccountId: "151515151515" },
    });
  });

  it("is told when there were too many", async () => {
    const { office, events } = recordedOffice({ limits: { requestsPerSecond: 1 } });
    await office.center("ListInstances");
    await expect(
      office.center("CreateAccountAssignment", office.assignment(LEDGER_PROD, "PowerUser", "ines")),
    ).rejects.toThrow();
    expect(events.map(({ detail }) => detail["errorCode"])).toEqual(["ThrottlingException"]);
  });
});

describe("the directory's events", () => {
  it("tell who joined which group", async () => {
    const [event] = await eventsOf((office) =>
      office.directory("CreateGroupMembership", {
        GroupId: groupIdOf("ledger-leads"),
        MemberId: { UserId: userIdOf("tara") },
      }),
    );
    expect(event).toMatchObject({
      source: "aws.identitystore",
      region: REGION,
      detail: {
        eventSource: "identitystore.amazonaws.com",
        eventName: "CreateGroupMembership",
        requestParameters: {
          groupId: groupIdOf("ledger-leads"),
          memberId: { userId: userIdOf("tara") },
        },
        responseElements: { membershipId: expect.any(String) as string },
      },
    });
  });

  it.each([
    [
      "CreateUser",
      {
        UserName: "newcomer",
        DisplayName: "New Comer",
        Name: { GivenName: "New", FamilyName: "Comer" },
        Emails: [{ Value: "new@example.com", Type: "work", Primary: true }],
      },
      "userId",
    ],
    ["CreateGroup", { DisplayName: "secret-project", Description: "Do not tell" }, "groupId"],
  ])("hide what %s says of people and groups, and tell the id", async (operation, input, id) => {
    const [event] = await eventsOf((office) => office.directory(operation, input));
    const { requestParameters, responseElements } = event?.detail ?? {};
    const text = JSON.stringify(requestParameters);
    for (const hidden of ["newcomer", "New", "Comer", "new@example.com", "secret-project", "Do not tell"])
      expect(text).not.toContain(hidden);
    expect(text).toContain("HIDDEN_DUE_TO_SECURITY_REASONS");
    expect(requestParameters).toMatchObject({ identityStoreId: expect.stringMatching(/^d-/) as string });
    expect((responseElements as JsonObject)[id]).toMatch(/^[0-9a-f-]{36}$/);
  });

  it("tell which attribute of whom changed, and not to what", async () => {
    const [event] = await eventsOf((office) =>
      office.directory("UpdateUser", {
        UserId: userIdOf("tara"),
        Operations: [{ AttributePath: "title", AttributeValue: "Director" }],
      }),
    );
    expect(event?.detail).toMatchObject({
      eventName: "UpdateUser",
      requestParameters: {
        userId: userIdOf("tara"),
        operations: [{ attributePath: "title", attributeValue: "HIDDEN_DUE_TO_SECURITY_REASONS" }],
      },
      responseElements: null,
    });
  });
});

describe("Organizations' events", () => {
  it("are of us-east-1, and tell from where to where an account moved", async () => {
    const { office, events } = recordedOffice();
    const { root, unit } = await rootAndUnit(office);
    const input = { AccountId: LEDGER_PROD, SourceParentId: unit, DestinationParentId: root };
    await office.organizations("MoveAccount", input);
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({
      source: "aws.organizations",
      region: "us-east-1",
      detail: {
        eventSource: "organizations.amazonaws.com",
        eventName: "MoveAccount",
        awsRegion: "us-east-1",
        requestParameters: { accountId: LEDGER_PROD, sourceParentId: unit, destinationParentId: root },
        responseElements: null,
      },
    });
  });

  it("tell which tags an account got", async () => {
    const [event] = await eventsOf((office) =>
      office.organizations("TagResource", {
        ResourceId: LEDGER_PROD,
        Tags: [{ Key: "owner", Value: "ledger" }],
      }),
    );
    expect(event?.detail["requestParameters"]).toEqual({
      resourceId: LEDGER_PROD,
      tags: [{ key: "owner", value: "ledger" }],
    });
  });

  it("announce a created account when it is there, without its name", async () => {
    const { office, events } = recordedOffice();
    const input = { AccountName: "brand-new", Email: "brand-new@example.com" };
    const answer = await office.organizations("CreateAccount", input);
    const { Id: id } = answer["CreateAccountStatus"] as unknown as { readonly Id: string };
    expect(events.map(({ detail }) => detail["eventName"])).toEqual(["CreateAccount", "CreateAccountResult"]);
    expect(JSON.stringify(events)).not.toContain("brand-new");
    expect(events[0]?.detail["requestParameters"]).toEqual({ accountName: "****", email: "****" });
    const status = await office.organizations("DescribeCreateAccountStatus", { CreateAccountRequestId: id });
    const { AccountId: accountId } = status["CreateAccountStatus"] as unknown as { AccountId: string };
    expect(events[1]).toMatchObject({
      "detail-type": "AWS Service Event via CloudTrail",
      source: "aws.organizations",
      detail: {
        eventType: "AwsServiceEvent",
        userIdentity: { accountId: MANAGEMENT, invokedBy: "AWS Internal" },
        requestParameters: null,
        responseElements: null,
        serviceEventDetails: {
          createAccountStatus: {
            id,
            state: "SUCCEEDED",
            accountName: "****",
            accountId,
            requestedTimestamp: "Jan 1, 2026, 12:00:00 AM",
          },
        },
      },
    });
  });

  it("announce an account that could not be created", async () => {
    const { office, events } = recordedOffice();
    const input = { AccountName: "twice", Email: "twice@example.com" };
    await office.organizations("CreateAccount", input);
    await office.organizations("CreateAccount", input);
    expect(events.at(-1)?.detail["serviceEventDetails"]).toMatchObject({
      createAccountStatus: { state: "FAILED", failureReason: "EMAIL_ALREADY_EXISTS" },
    });
  });

  it("announce a closed account when it is closed", async () => {
    const { office, events } = recordedOffice();
    await office.organizations("CloseAccount", { AccountId: LEDGER_PROD });
    const names = () => events.map(({ detail }) => detail["eventName"]);
    expect(names()).toEqual(["CloseAccount"]);
    await office.clock.advanceBy(4_999);
    expect(names()).toEqual(["CloseAccount"]);
    await office.clock.advanceBy(1);
    expect(names()).toEqual(["CloseAccount", "CloseAccountResult"]);
    expect(events[1]?.detail["serviceEventDetails"]).toMatchObject({
      closeAccountStatus: { accountId: LEDGER_PROD, state: "SUCCEEDED" },
    });
  });
});

describe("CloudTrail", () => {
  it("tells of every call that changes something, and of no call that reads", async () => {
    const { office, events } = recordedOffice();
    const { identityCenter, identityStore, organizations, iam } = office.identity;
    const told = new Set<unknown>();
    for (const service of [identityCenter, identityStore, organizations, iam])
      for (const [name, operation] of Object.entries(service.operations)) {
        const before = events.length;
        await office.clock.advanceBy(1_000);
        await Promise.resolve()
          .then(() =>
            operation(
              {},
              {
                accessKeyId: "AKIA",
                principalArn: "arn:aws:iam::1:user/x",
                accountId: "1",
                region: "eu-west-1",
              },
            ),
          )
          .catch(() => undefined);
        if (events.length > before) told.add(name);
        else expect(name).toMatch(/^(Describe|Get|Is|List|Simulate|Generate)/);
      }
    for (const name of [
      "CreateAccountAssignment",
      "DeleteAccountAssignment",
      "ProvisionPermissionSet",
      "UpdatePermissionSet",
      "AttachManagedPolicyToPermissionSet",
      "PutInlinePolicyToPermissionSet",
      "CreateGroupMembership",
      "DeleteGroupMembership",
      "DeleteGroup",
      "UpdateUser",
      "MoveAccount",
      "CreateAccount",
      "CloseAccount",
      "TagResource",
    ])
      expect(told, name).toContain(name);
    for (const name of told) expect(name).not.toMatch(/^(Describe|Get|Is|List)/);
  });

  it("tells nothing when nobody listens", async () => {
    const office = openOffice();
    await office.center("CreateAccountAssignment", office.assignment(LEDGER_PROD, "PowerUser", "ines"));
    await office.organizations("CloseAccount", { AccountId: PAYMENTS_PROD });
  });
});
