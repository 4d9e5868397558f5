import type {
  ConnectorSettings,
  IdentityCenterSettings,
  IdentitySettings,
  ProtectedAccount,
} from "../core/contracts/environment.ts";
import type { AccessRequest } from "../core/domain/access-request.ts";
import type { Guardrails } from "../core/domain/guardrails.ts";
import { HOME_INTEGRATION, type Deployment, type Integration } from "../core/domain/integration.ts";
import type { MfaSettings } from "../core/domain/mfa.ts";
import type { Catalogue, CatalogueRefresh } from "../core/ports/catalogue.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { Directory, Organization } from "../core/ports/directory.ts";
import type { OnCall } from "../core/ports/on-call.ts";
import type { InventoryReader } from "../core/ports/inventory.ts";
import type {
  AccessFlowStore,
  AccessRequestStore,
  AccessScopeStore,
  AuditTrail,
  BundleStore,
  RotaStore,
  WakeupStore,
} from "../core/ports/stores.ts";
import type { IntegrationStore } from "../core/ports/sync.ts";
import type { Workflow } from "../core/ports/workflow.ts";
import { decideRequest } from "../core/use-cases/decide-request.ts";
import { describeCaller } from "../core/use-cases/describe-caller.ts";
import { explainAccess } from "../core/use-cases/evaluation/explain-access.ts";
import { explainRequest } from "../core/use-cases/evaluation/explain-request.ts";
import { extendRequest } from "../core/use-cases/extend-request.ts";
import { allIntegrations, homeIntegration } from "../core/use-cases/integrations/all-integrations.ts";
import { listRequestEvents } from "../core/use-cases/list-request-events.ts";
import { listBreakGlass } from "../core/use-cases/break-glass/list-break-glass.ts";
import { reviewRequest } from "../core/use-cases/break-glass/review-request.ts";
import { listRequests } from "../core/use-cases/list-requests.ts";
import type { RolesOf } from "../core/use-cases/directory-roles.ts";
import { partyTo } from "../core/use-cases/party-to-request.ts";
import { requestableAccounts } from "../core/use-cases/requestable-accounts.ts";
import { resolveNames } from "../core/use-cases/resolve-names.ts";
import { cancelRequest, revokeRequest } from "../core/use-cases/revoke-request.ts";
import { storedRotas } from "../core/use-cases/evaluation/stored-rotas.ts";
import { submitRequest } from "../core/use-cases/submit-request.ts";
import type { Call, Handlers } from "../http/call.ts";
import { callers } from "../http/callers.ts";
import { given, pageOf, pageView } from "../http/pages.ts";
import type { RouterDependencies } from "../http/router.ts";
import { breakGlassUseView } from "./views/break-glass-view.ts";
import { explanationView } from "./views/explanation-view.ts";
import { meView } from "./views/me-view.ts";
import { requestView, type Instructions } from "./views/request-view.ts";

/** What people's requests are answered with: ports, and what the settings say. */
export interface ApiPorts {
  readonly requests: AccessRequestStore;
  readonly flows: Pick<AccessFlowStore, "get" | "head" | "list">;
  readonly bundles: Pick<BundleStore, "list">;
  readonly accessScopes: Pick<AccessScopeStore, "list">;
  readonly rotas: Pick<RotaStore, "get">;
  readonly wakeups: Pick<WakeupStore, "get">;
  readonly audit: Pick<AuditTrail, "list">;
  readonly catalogue: Catalogue;
  readonly catalogueRefresh: CatalogueRefresh;
  readonly integrations: Pick<IntegrationStore, "get" | "list">;
  readonly inventory: InventoryReader;
  readonly deployment: Pick<Deployment, "managementAccount">;
  /** How the organization is reached, where Lockstep lives elsewhere. */
  readonly connector?: ConnectorSettings | undefined;
  readonly directory: Directory;
  readonly organization: Pick<Organization, "account" | "ancestorsOf">;
  readonly workflow: Workflow;
  readonly clock: Clock;
  readonly logger: RouterDependencies["logger"];
  readonly uniqueText: () => string;
  readonly instructions: Instructions;
  readonly identity: IdentitySettings;
  readonly identityCenter: IdentityCenterSettings;
  readonly administratorGroups: readonly string[];
  readonly policyAuthorGroups: readonly string[];
  readonly auditorGroups: readonly string[];
  /** Whether an access flow serves the one who wrote it only when somebody else has confirmed it. */
  readonly secondAdministrator: boolean;
  readonly mfa?: MfaSettings | undefined;
  readonly protectedAccounts: readonly ProtectedAccount[];
  readonly guardrails: Guardrails;
  readonly delegatedAdministrator: boolean;
}

/** Everything that the router needs: who calls, what they may, and what each route does. */
export const dependenciesOf = (ports: ApiPorts): RouterDependencies => {
  const calling = callers(ports);
  const all = allIntegrations({
    store: ports.integrations,
    home: homeIntegration({
      identityCenter: ports.identityCenter,
      managementAccount: ports.deployment.managementAccount,
      connector: ports.connector,
    }),
  });
  return {
    ...calling,
    logger: ports.logger,
    handlers: handlersOf({
      ...ports,
      rolesOf: calling.rolesOf,
      onCall: storedRotas(ports),
      // Access is granted through the deployment's own Identity Center: it is in that organization.
      home: async () => {
        const home = await all.get(HOME_INTEGRATION);
        if (home === undefined) throw new Error("The deployment's own integration is always there");
        return home;
      },
      names: resolveNames({ ...ports, refresh: ports.catalogueRefresh }),
    }),
  };
};

type HandlerDependencies = ApiPorts & {
  readonly rolesOf: RolesOf;
  readonly onCall: OnCall;
  readonly home: () => Promise<Integration>;
  readonly names: ReturnType<typeof resolveNames>;
};

const handlersOf = (dependencies: HandlerDependencies): Handlers<"api"> => {
  const submit = submitRequest(dependencies);
  const explain = explainRequest(dependencies);
  const explainAsked = explainAccess(dependencies);
  const decide = decideRequest(dependencies);
  const extend = extendRequest(dependencies);
  const revoke = revokeRequest(dependencies);
  const cancel = cancelRequest(dependencies);
  const find = partyTo(dependencies);
  const list = listRequests(dependencies);
  const listEvents = listRequestEvents(dependencies);
  const review = reviewRequest(dependencies);
  const listUses = listBreakGlass(dependencies);
  const describe = describeCaller({ ...dependencies, requestable: requestableAccounts(dependencies) });
  const viewing = requestViews(dependencies);
  const view = async (request: AccessRequest) => (await viewing([request]))(request);

  return {
    "GET /me": async ({ caller, query }) => {
      const description = await describe(caller, query.q);
      return { body: meView(description, await viewing(description.toApprove)) };
    },

    "POST /requests": async ({ caller, mfa, query, body, idempotency }) => {
      if (query.dryRun === "true") {
        const requester = { ...caller, enabled: true };
        const explained = await explain({ requester, mfa, ask: body, audience: "requester" });
        return { alternative: explanationView(explained) };
      }
      const { request } = await submit({ caller, mfa, ask: body, ...given({ idempotency }) });
      return { body: await view(request), location: `/requests/${request.id}` };
    },
    "POST /explain": async ({ caller, mfa, body }) => ({
      body: explanationView(await explainAsked({ caller, mfa, asked: body })),
    }),
    "GET /requests": async ({ caller, query }) => {
      const page = await list({ caller, query });
      return { body: pageView(page, await viewing(page.items)) };
    },
    "GET /requests/{id}": async ({ caller, path }) => ({
      body: await view((await find(caller, path.id)).request),
    }),
    "POST /requests/{id}/decisions": async ({ caller, path, body, idempotency }) => {
      const { decision, reason, extension, step } = body;
      const optional = given({ reason, extension, step, idempotency });
      return { body: await view(await decide({ caller, requestId: path.id, decision, ...optional })) };
    },
    "POST /requests/{id}/extend": async ({ caller, mfa, path, body, idempotency }) => ({
      body: await view(
        await extend({ caller, mfa, requestId: path.id, ask: body, ...given({ idempotency }) }),
      ),
    }),
    "POST /requests/{id}/revoke": async (call) => ({ body: await view(await revoke(endingOf(call))) }),
    "POST /requests/{id}/cancel": async (call) => ({ body: await view(await cancel(endingOf(call))) }),
    "GET /requests/{id}/events": async ({ caller, path, query }) => {
      const page = await listEvents({ caller, requestId: path.id, page: pageOf(query) });
      return { body: pageView(page, (entry) => entry) };
    },
    "POST /requests/{id}/review": async ({ caller, path, body, idempotency }) => ({
      body: await view(await review({ caller, requestId: path.id, ...body, ...given({ idempotency }) })),
    }),
    "GET /break-glass": async ({ query }) => {
      const page = await listUses({ status: query.status, page: pageOf(query) });
      return { body: pageView(page, breakGlassUseView(dependencies.clock.now())) };
    },
  };
};

/** How requests are shown: access that is there with what its integration says of using it. */
const requestViews = (dependencies: HandlerDependencies) => {
  const shown = requestView(dependencies.instructions);
  return async (requests: readonly AccessRequest[]) => {
    const used = requests.some(({ status }) => status === "active");
    const details = used ? (await dependencies.home()).customAccessDetails : undefined;
    return (request: AccessRequest) => shown(request, details);
  };
};

const endingOf = ({
  caller,
  path,
  body,
  idempotency,
}: Call<"POST /requests/{id}/revoke" | "POST /requests/{id}/cancel">) => ({
  caller,
  requestId: path.id,
  ...given({ reason: body.reason, idempotency }),
});
