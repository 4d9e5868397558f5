import type { AccessScope } from "../../../lambdas/core/domain/access-scope.ts";
import type { Bundle } from "../../../lambdas/core/domain/bundle.ts";
import type { Rota } from "../../../lambdas/core/domain/rota.ts";
import { FakeConfigurationStore } from "../../support/fakes/configuration-store.ts";
import type { APIGatewayProxyStructuredResultV2, Context } from "aws-lambda";
import { administrationOf, type AdministrationPorts } from "../../../lambdas/administration/handlers.ts";
import { dependenciesOf, type ApiPorts } from "../../../lambdas/api/handlers.ts";
import { Routes } from "../../../lambdas/core/contracts/routes.ts";
import type { Person } from "../../../lambdas/core/domain/principal.ts";
import type { ApiEvent } from "../../../lambdas/http/call.ts";
import { httpFunction } from "../../../lambdas/http/http-function.ts";
import { apiFunctionFor } from "../../support/api-function.ts";
import {
  aFlow,
  aGroupId,
  aPermissionSetArn,
  aPerson,
  anAccountId,
  anOrganizationalUnitId,
  identityCenter,
} from "../../support/builders.ts";
import { FakeCatalogue, FakeCatalogueRefresh } from "../../support/fakes/catalogue.ts";
import { FakeDirectory, FakeOrganization } from "../../support/fakes/directory.ts";
import { FakeInventory } from "../../support/fakes/inventory.ts";
import { FakeConfigurationTrail, fakeConfigurationHeads } from "../../support/fakes/configuration-trail.ts";
import { FakeIntegrationStore } from "../../support/fakes/integration-store.ts";
import { FakeProvider } from "../../support/fakes/provider.ts";
import {
  FakeAccessFlowStore,
  FakeAccessRequestStore,
  FakeAuditTrail,
  FakeEntitlementStore,
  FakeWakeupStore,
} from "../../support/fakes/stores.ts";
import { FakeSyncStarter } from "../../support/fakes/sync-starter.ts";
import { FakeSyncStore } from "../../support/fakes/sync-store.ts";
import { FakeWorkflow } from "../../support/fakes/workflow.ts";
import { recordedOutput } from "../../support/recorded-output.ts";
import { aReport } from "../../support/sweep-report.ts";
import { openApiChecker } from "../../support/openapi.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";
import { noGuardrails } from "../../support/guardrails.ts";

export const alice = aPerson("alice");
export const bob = aPerson("bob");
export const carol = aPerson("carol");
/** Reads everything, and changes nothing. */
export const erin = aPerson("erin");
/** Writes access flows. */
export const frank = aPerson("frank");
/** Nobody's approver and without a role. */
export const mallory = aPerson("mallory");
export const root = aPerson("root");
const engineers = aGroupId("payments-engineers");
export const leads = aGroupId("payments-leads");
const administrators = aGroupId("platform-admins");
const auditors = aGroupId("compliance");
const policyAuthors = aGroupId("access-governance");

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: unknown;
}

export interface CallOptions {
  readonly as?: Person;
  /** Sent as JSON; a string is sent as it is. */
  readonly body?: unknown;
  readonly base64?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
  readonly claims?: Readonly<Record<string, string | boolean>>;
}

const conformsToOpenApi = openApiChecker();

/** The claims of a person's token. */
export const claimsOf = ({ userName }: Person) => ({ email: `${userName}@example.com` });

/** Every verified token has an end: seconds since 1970, as text, as the gateway hands it over. */
const exp = String(Date.parse("2099-01-01T00:00:00Z") / 1000);

/**
 * The API over fakes that hold state, each route by the function that the gateway sends it to. Alice and carol are payments
 * engineers, bob leads payments, root administrates, erin audits, frank writes flows.
 * Every answer is held to docs/openapi.json.
 */
export const apiUnderTest = async (overrides: Partial<ApiPorts & AdministrationPorts> = {}) => {
  const clock = new VirtualClock();
  const requests = new FakeAccessRequestStore();
  const flows = new FakeAccessFlowStore();
  const bundles = new FakeConfigurationStore<Bundle>();
  const accessScopes = new FakeConfigurationStore<AccessScope>();
  const rotas = new FakeConfigurationStore<Rota>();
  const configurationTrail = new FakeConfigurationTrail();
  const wakeups = new FakeWakeupStore();
  const audit = new FakeAuditTrail();
  const catalogue = new FakeCatalogue();
  const catalogueRefresh = new FakeCatalogueRefresh();
  const directory = new FakeDirectory();
  const organization = new FakeOrganization();
  const workflow = new FakeWorkflow();
  const integrations = new FakeIntegrationStore();
  const syncs = new FakeSyncStore();
  const inventory = new FakeInventory();
  const entitlements = new FakeEntitlementStore(clock);
  const syncStarter = new FakeSyncStarter();
  const provider = new FakeProvider(clock);
  for (const { userId, userName } of [alice, bob, carol, erin, frank, mallory, root]) {
    directory.addUser({ userId, userName, email: `${userName}@example.com` });
  }
  const engineerIds = [alice.userId, carol.userId];
  directory.addGroup({ groupId: engineers, displayName: "payments-engineers", members: engineerIds });
  directory.addGroup({ groupId: leads, displayName: "payments-leads", members: [bob.userId] });
  directory.addGroup({ groupId: administrators, displayName: "platform-admins", members: [root.userId] });
  directory.addGroup({ groupId: auditors, displayName: "compliance", members: [erin.userId] });
  directory.addGroup({ groupId: policyAuthors, displayName: "access-governance", members: [frank.userId] });
  organization.addOrganizationalUnit("/Workloads", anOrganizationalUnitId("workloads"));
  organization.addOrganizationalUnit("/Workloads/Prod", anOrganizationalUnitId("prod"));
  organization.addAccount({ id: anAccountId(2), name: "payments-prod", ou: "/Workloads/Prod" });
  organization.addAccount({ id: anAccountId(3), name: "payments-old", state: "SUSPENDED" });
  catalogue.knowsAccounts([
    { id: anAccountId(1), name: "management" },
    { id: anAccountId(2), name: "payments-prod" },
    { id: anAccountId(3), name: "payments-old" },
    { id: anAccountId(4), name: "sandbox" },
    { id: anAccountId(5), name: "sandbox" },
  ]);
  catalogue.knowsPermissionSets([
    {
      arn: aPermissionSetArn("PowerUser"),
      name: "PowerUser",
      sessionDuration: "PT1H",
      inManagementAccount: false,
    },
  ]);
  await flows.put(aFlow());
  let unique = 0;
  const { logger, lines: logged } = recordedOutput();
  const ports: ApiPorts & AdministrationPorts = {
    requests,
    flows,
    bundles,
    accessScopes,
    rotas,
    wakeups,
    audit,
    configurationTrail,
    configurationHeads: fakeConfigurationHeads({
      "access-flow": flows,
      bundle: bundles,
      "access-scope": accessScopes,
      rota: rotas,
      integration: integrations,
    }),
    catalogue,
    catalogueRefresh,
    sweepRunner: { run: () => Promise.resolve(aReport()) },
    integrations,
    inventory,
    entitlements,
    syncs,
    syncStarter,
    newExternalId: () => `external-id-${String((unique += 1))}`,
    deployment: { homeAccount: anAccountId(9), managementAccount: anAccountId(1) },
    directory,
    organization,
    workflow,
    clock,
    logger,
    uniqueText: () => String((unique += 1)),
    instructions: { [provider.kind]: provider.instructions.bind(provider) },
    identity: { claim: "email", match: "emails.value" },
    identityCenter,
    administratorGroups: ["platform-admins", "no-such-group"],
    policyAuthorGroups: ["access-governance"],
    auditorGroups: ["compliance"],
    secondAdministrator: true,
    guardrails: noGuardrails,
    protectedAccounts: [{ id: anAccountId(1), reason: "management" }],
    delegatedAdministrator: false,
    ...overrides,
  };
  const functions = {
    api: httpFunction(dependenciesOf(ports)),
    administration: httpFunction(administrationOf(ports)),
  };
  const invoke = (event: ApiEvent, lambda: Context): Promise<APIGatewayProxyStructuredResultV2> =>
    functions[apiFunctionFor(event.routeKey) ?? "api"](event, lambda);

  /** Calls a route: `GET /requests?view=mine`. */
  const call = async (line: string, options: CallOptions = {}): Promise<Answer> => {
    const answer = answerOf(await invoke(eventOf(line, options), context));
    const contentType = answer.headers["content-type"];
    const differences = conformsToOpenApi(line, {
      ...answer,
      contentType: typeof contentType === "string" ? contentType : undefined,
    });
    if (differences.length > 0) throw new Error(`Not as documented: ${differences.join("; ")}`);
    return answer;
  };

  const ask = {
    entitlements: [{ account: "payments-prod", permissionSet: "PowerUser" }],
    duration: "PT1H",
    justification: "incident 42",
  };

  return {
    clock,
    requests,
    flows,
    bundles,
    accessScopes,
    rotas,
    wakeups,
    audit,
    configurationTrail,
    catalogue,
    catalogueRefresh,
    directory,
    organization,
    workflow,
    integrations,
    inventory,
    entitlements,
    syncs,
    syncStarter,
    call,
    functions,
    ports,
    invoke,
    logged,
    ask,
    /** Alice asks for an hour of PowerUser; the answer's id. */
    submit: async (options: CallOptions = {}): Promise<string> => {
      const { body } = await call("POST /requests", { body: ask, ...options });
      return (body as { readonly id: string }).id;
    },
  };
};

export type ApiUnderTest = Awaited<ReturnType<typeof apiUnderTest>>;

const context = { awsRequestId: "aws-request", functionName: "lockstep-api" } as Context;

/** The event that API Gateway makes of a call. */
export const eventOf = (
  line: string,
  { as = alice, body, base64 = false, headers, claims }: CallOptions,
): ApiEvent => {
  const [method = "", target = ""] = line.split(" ");
  const [path = "", query = ""] = target.split("?");
  const { routeKey, pathParameters } = routeOf(method, path);
  const text = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
  return {
    version: "2.0",
    routeKey,
    rawPath: path,
    rawQueryString: query,
    headers: { ...headers },
    ...(query === "" ? {} : { queryStringParameters: Object.fromEntries(new URLSearchParams(query)) }),
    pathParameters,
    ...(text === undefined ? {} : { body: base64 ? Buffer.from(text).toString("base64") : text }),
    isBase64Encoded: base64,
    requestContext: {
      requestId: "gateway-request",
      authorizer: { jwt: { claims: { exp, ...(claims ?? claimsOf(as)) }, scopes: [] } },
    },
  } as unknown as ApiEvent;
};

const routeOf = (method: string, path: string) => {
  for (const route of Routes) {
    const pattern = new RegExp(`^${route.path.replaceAll(/\{(\w+)\}/g, "(?<$1>[^/]+)")}$`);
    const match = route.method === method ? pattern.exec(path) : null;
    if (match !== null) {
      const decoded = Object.entries({ ...match.groups }).map(([name, text]) => [
        name,
        decodeURIComponent(text),
      ]);
      return { routeKey: `${method} ${route.path}`, pathParameters: Object.fromEntries(decoded) as object };
    }
  }
  return { routeKey: "$default", pathParameters: {} };
};

const answerOf = ({ statusCode = 0, headers = {}, body }: APIGatewayProxyStructuredResultV2): Answer => ({
  status: statusCode,
  headers,
  body: body === undefined ? undefined : JSON.parse(body),
});
