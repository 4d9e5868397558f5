import {
  CreateGroupMembershipCommand,
  CreateUserCommand,
  IdentitystoreClient,
} from "@aws-sdk/client-identitystore";
import { describe, expect, it } from "vitest";
import { awsClients, type AwsClientsSettings } from "../../../lambdas/adapters/aws-clients.ts";
import { directory } from "../../../lambdas/adapters/identity-store/directory.ts";
import { turnsOfAutomaticFlows } from "../../../lambdas/adapters/sync/paces.ts";
import { GroupIdSchema, UserIdSchema } from "../../../lambdas/core/domain/ids.ts";
import { peopleOfFlows } from "../../../lambdas/core/use-cases/automatic/flow-people.ts";
import { createIdentityServices, PUBLISHED_RATES } from "../../../local/identity/identity-services.ts";
import { groupIdOf } from "../../../local/identity/ids.ts";
import { openLocalStore } from "../../../local/store.ts";
import { anAutomaticFlow } from "../../support/automatic.ts";
import { EagerClock } from "../../support/fakes/eager-clock.ts";
import { administratorOf, inProcessClient } from "../../support/in-process-aws.ts";
import { noPolicies } from "../../support/policies.ts";
import { contractOrganization } from "../providers/organization.ts";

const PEOPLE = 200;

/** Whoever is of the department, in a group of 200, which the embedded AWS keeps with the rates that AWS publishes. */
const world = async (settings: (clock: EagerClock) => AwsClientsSettings) => {
  const clock = new EagerClock();
  const services = createIdentityServices({
    clock,
    store: openLocalStore(),
    organization: contractOrganization,
    limits: PUBLISHED_RATES,
  });
  const { identityStoreId, managementAccountId, region } = services;
  const inProcess = inProcessClient(services.services, administratorOf(managementAccountId));
  const administrator = new IdentitystoreClient(inProcess);
  const store = { IdentityStoreId: identityStoreId };
  const [{ displayName } = { displayName: "" }] = contractOrganization.identityCenter.groups;
  const id = GroupIdSchema.parse(groupIdOf(displayName));
  const people = [];
  for (let number = 0; number < PEOPLE; number += 1) {
    await clock.sleep(100);
    const { UserId } = await administrator.send(
      new CreateUserCommand({
        ...store,
        UserName: `person-${String(number)}`,
        DisplayName: `Person ${String(number)}`,
        Name: { GivenName: "Person", FamilyName: String(number) },
        Title: number % 2 === 0 ? "engineer" : "auditor",
      }),
    );
    await administrator.send(
      new CreateGroupMembershipCommand({ ...store, GroupId: id, MemberId: { UserId: UserId ?? "" } }),
    );
    people.push(UserIdSchema.parse(UserId));
  }
  const { credentials, requestHandler } = inProcess;
  const clientsFor = awsClients({ overrides: { credentials, region, requestHandler }, ...settings(clock) });
  const identity = { claim: "email", match: "emails.value" } as const;
  const flow = anAutomaticFlow({
    requestors: {
      allOf: [
        { type: "group", id, name: displayName },
        { type: "attribute", attribute: "title", operator: "is", values: ["engineer"] },
      ],
    },
  });
  const dependencies = {
    ...noPolicies(),
    directory: directory({ clientsFor, region, identityStoreId, identity }),
  };
  const began = clock.now().getTime();
  const found = await peopleOfFlows(dependencies, clock.now(), [flow])(flow, []);
  return { found, people, seconds: (clock.now().getTime() - began) / 1000 };
};

describe("the attributes of 200 people, of a directory that takes 20 calls a second", () => {
  it("are looked up at a pace of which none is throttled", async () => {
    const { found, people, seconds } = await world((clock) => ({
      waitForTurn: turnsOfAutomaticFlows(clock),
    }));
    expect(found.problems).toEqual([]);
    expect(people.filter((id) => found.verdict(id) === "met")).toHaveLength(PEOPLE / 2);
    expect(people.filter((id) => found.verdict(id) === "unmet")).toHaveLength(PEOPLE / 2);
    // Eight a second: the sync has ten, and people's own questions the rest.
    expect(seconds).toBeGreaterThanOrEqual(PEOPLE / 8 - 1);
    expect(seconds).toBeLessThan(PEOPLE / 8 + 5);
  });

  it("are throttled without one, and then of those who were answered for they are known", async () => {
    const { found, people } = await world(() => ({}));
    expect(found.problems).toEqual([expect.stringContaining("Rate exceeded")]);
    const known = people.filter((id) => found.verdict(id) !== "unknown");
    expect(known.length).toBeGreaterThan(0);
    expect(known.length).toBeLessThan(PEOPLE);
  });
});
