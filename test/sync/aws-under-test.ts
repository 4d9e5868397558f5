import { awsClients, type ClientsFor } from "../../lambdas/adapters/aws-clients.ts";
import type { Clock } from "../../lambdas/core/ports/clock.ts";
import {
  AccountIdSchema,
  GroupIdSchema,
  OrganizationalUnitIdSchema,
  PermissionSetArnSchema,
  UserIdSchema,
} from "../../lambdas/core/domain/ids.ts";
import { factId, type Fact, type PermissionSetFact } from "../../lambdas/core/domain/inventory/facts.ts";
import {
  createIdentityServices,
  PUBLISHED_RATES,
  type IdentityLimits,
} from "../../local/identity/identity-services.ts";
import {
  groupIdOf,
  organizationalUnitIdOf,
  permissionSetArnOf,
  rootIdOf,
  userIdOf,
} from "../../local/identity/ids.ts";
import type { OrganizationFile } from "../../local/organization-file.ts";
import { openLocalStore } from "../../local/store.ts";
import type { JsonObject } from "../../local/wire/json.ts";
import type { ServiceDefinition } from "../../local/wire/service.ts";
import { collected, sourcesOf } from "../contract/sync-sources/environments.ts";
import { EagerClock } from "../support/fakes/eager-clock.ts";
import { administratorOf, inProcessClient } from "../support/in-process-aws.ts";

type Handle = ReturnType<typeof inProcessClient>["requestHandler"]["handle"];
type Request = Parameters<Handle>[0];
export type Answer = Awaited<ReturnType<Handle>>;

/** A call of AWS as it went out. */
export interface Call {
  /** As AWS names it: `ListAccountAssignments`. */
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly at: number;
}

/** What a test makes of a call: an answer in AWS's place; undefined sends it. */
export type InsteadOf = (call: Call) => Promise<Answer | undefined> | Answer | undefined;

/** An error as AWS words it in its JSON protocols. */
export const refusal = (name: string): Answer => ({
  response: {
    statusCode: 400,
    headers: { "content-type": "application/x-amz-json-1.1" },
    body: Buffer.from(JSON.stringify({ __type: name, message: "scripted" })),
  },
});

/** An answer that a test made up. */
export const answered = (body: JsonObject): Answer => ({
  response: {
    statusCode: 200,
    headers: { "content-type": "application/x-amz-json-1.1" },
    body: Buffer.from(JSON.stringify(body)),
  },
});

/** A control-plane call's way there and back: looks that begin one after the other are told apart by it. */
const LATENCY_MILLISECONDS = 40;

/** One organization in AWS under its published limits, and an administrator who is not limited. */
export const awsUnderTest = ({
  clock,
  organization,
  limits = {},
}: {
  readonly clock: Clock;
  readonly organization: OrganizationFile;
  readonly limits?: Partial<IdentityLimits>;
}) => {
  const store = openLocalStore();
  const limited = createIdentityServices({
    clock,
    store,
    organization,
    limits: { ...PUBLISHED_RATES, ...limits },
  });
  /** The same AWS, to change and to look at without taking anything of anybody's rates. */
  const unlimited = createIdentityServices({
    clock,
    store,
    organization,
    limits: { requestsPerSecond: Number.MAX_SAFE_INTEGER, outstandingOperations: 10_000 },
    operations: { durationOf: () => 0 },
  });
  const { managementAccountId, instanceArn, identityStoreId } = limited;
  const administrator = administratorOf(managementAccountId);
  const settings = inProcessClient(limited.services, administrator);
  const calls: Call[] = [];
  /** Throttled by AWS itself, not by a test. */
  const throttled: Call[] = [];
  const plan: { insteadOf: InsteadOf | undefined } = { insteadOf: undefined };

  const send = async (request: Request): Promise<Answer> => {
    const call: Call = {
      operation: request.headers["x-amz-target"]?.split(".").at(-1) ?? "",
      input: JSON.parse(new TextDecoder().decode(bytesOf(request.body))) as Call["input"],
      at: clock.now().getTime(),
    };
    calls.push(call);
    const instead = await plan.insteadOf?.(call);
    const answer = instead ?? (await settings.requestHandler.handle(request));
    if (instead === undefined && isThrottled(answer)) throttled.push(call);
    await clock.sleep(LATENCY_MILLISECONDS);
    return answer;
  };

  /** Clients whose calls go through `outside`. */
  const clientsFor = (outside: (call: string, does: () => Promise<Answer>) => Promise<Answer>): ClientsFor =>
    awsClients({
      overrides: {
        credentials: settings.credentials,
        region: settings.region,
        requestHandler: {
          handle: (request: Request) => outside(request.headers["x-amz-target"] ?? "", () => send(request)),
        },
      },
    });

  const operation = (service: ServiceDefinition, name: string, input: JsonObject): Promise<JsonObject> =>
    Promise.resolve(service.operations[name]?.(input, administrator)).then((output) => {
      if (output === undefined) throw new Error(`No operation ${name}`);
      return output;
    });
  const identityCenter = (name: string, input: JsonObject) =>
    operation(unlimited.identityCenter, name, { InstanceArn: instanceArn, ...input });

  const ids = {
    account: (name: string) => {
      const found = organization.accounts.find((account) => account.name === name || account.id === name);
      return AccountIdSchema.parse(found?.id ?? name);
    },
    unit: (path: string) =>
      OrganizationalUnitIdSchema.parse(organizationalUnitIdOf(rootIdOf(managementAccountId), path)),
    user: (name: string) => UserIdSchema.parse(userIdOf(name)),
    group: (name: string) => GroupIdSchema.parse(groupIdOf(name)),
    permissionSet: (name: string) => PermissionSetArnSchema.parse(permissionSetArnOf(instanceArn, name)),
  };

  const assignment = ({ account, permissionSet, ...who }: AssignmentOf): JsonObject => ({
    TargetType: "AWS_ACCOUNT",
    TargetId: ids.account(account),
    PermissionSetArn: ids.permissionSet(permissionSet),
    ...("user" in who
      ? { PrincipalType: "USER", PrincipalId: ids.user(who.user) }
      : { PrincipalType: "GROUP", PrincipalId: ids.group(who.group) }),
  });

  return {
    calls,
    throttled,
    plan,
    clientsFor,
    ids,
    instanceArn,
    identityStoreId,
    managementAccountId,
    /** Limited as everybody else is. */
    limited,
    /** Calls of the administrator, by AWS's names. */
    administrator: {
      identityCenter,
      organizations: (name: string, input: JsonObject) => operation(unlimited.organizations, name, input),
      identityStore: (name: string, input: JsonObject) =>
        operation(unlimited.identityStore, name, { IdentityStoreId: identityStoreId, ...input }),
      assign: async (what: AssignmentOf) => {
        await identityCenter("CreateAccountAssignment", assignment(what));
        await identityCenter("ListInstances", {});
      },
      unassign: async (what: AssignmentOf) => {
        await identityCenter("DeleteAccountAssignment", assignment(what));
        await identityCenter("ListInstances", {});
      },
    },
    /** Everything that AWS holds: each thing looked at by itself, and each account with each permission set. */
    everything: (): Promise<readonly Fact[]> => {
      const client = inProcessClient(unlimited.services, administrator);
      const { credentials, region, requestHandler } = client;
      return everythingOf(
        sourcesOf({
          clientsFor: awsClients({ overrides: { credentials, region, requestHandler } }),
          clock: new EagerClock(),
          region,
          instanceArn,
          identityStoreId,
        }).sources,
      );
    },
  };
};

/** An assignment by the names in the organization's file. */
export type AssignmentOf = { readonly account: string; readonly permissionSet: string } & (
  { readonly user: string } | { readonly group: string }
);

const bytesOf = (body: unknown): Uint8Array =>
  body instanceof Uint8Array ? body : Buffer.from(typeof body === "string" ? body : "{}");

const isThrottled = ({ response }: Answer): boolean =>
  response.statusCode === 400 &&
  /"__type":"(?:ThrottlingException|TooManyRequestsException)"/.test(Buffer.from(response.body).toString());

const everythingOf = async ({
  organization,
  directory,
  permissionSets,
  assignments,
}: ReturnType<typeof sourcesOf>["sources"]): Promise<readonly Fact[]> => {
  const accounts = await collected(organization.accounts());
  const groups = await collected(directory.groups());
  const arns = await collected(permissionSets.arns());
  const facts: Fact[] = [...(await collected(directory.users())), ...groups];
  for (const unit of await collected(organization.organizationalUnits()))
    facts.push({ ...unit, tags: { ...(await organization.tagsOf(unit.id)) } });
  for (const account of accounts)
    facts.push({ ...account, tags: { ...(await organization.tagsOf(account.id)) } });
  for (const { id: groupId } of groups) {
    facts.push(...((await directory.members(groupId)) ?? []));
  }
  for (const arn of arns) {
    const [description, contents] = [await permissionSets.describe(arn), await permissionSets.contents(arn)];
    facts.push({ kind: "permission-set", ...description, ...contents } as PermissionSetFact);
    for (const accountId of await collected(assignments.accountsOf(arn)))
      facts.push({ kind: "provisioning", accountId, permissionSetArn: arn });
    for (const { id: accountId } of accounts)
      facts.push(...(await assignments.assignmentsOf({ accountId, permissionSetArn: arn })));
  }
  return inOrder(facts);
};

/** By kind and id. */
export const inOrder = (facts: readonly Fact[]): readonly Fact[] =>
  [...facts].sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1));

const placeOf = (fact: Fact): string => `${fact.kind} ${factId(fact)}`;
