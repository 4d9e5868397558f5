import * as z from "zod/mini";
import { HOME_INTEGRATION } from "../../lambdas/core/domain/integration.ts";
import { apiClient, type CallOptions } from "../e2e/support/api-client.ts";
import { until } from "../e2e/support/until.ts";
import { tokenOf } from "./token-of.ts";

/** What there is, for hooks.py to put into the calls. */
export interface Known {
  readonly requests: readonly string[];
  /** Of them, those that can be extended. */
  readonly extendable: readonly string[];
  /** Of access flows, bundles, access scopes and rotas: some are of all of them. */
  readonly names: readonly string[];
  /** Likewise, edited by an administrator who is not among those who make the calls, and not confirmed. */
  readonly unconfirmed: readonly string[];
  readonly integrations: readonly string[];
  /** Those whose connector and owners may be lost. */
  readonly spareIntegrations: readonly string[];
  readonly unconfirmedIntegrations: readonly string[];
  readonly syncs: readonly string[];
  readonly accountIds: readonly string[];
  readonly userIds: readonly string[];
  readonly accounts: readonly string[];
  readonly permissionSets: readonly string[];
  readonly organizationalUnits: readonly string[];
  readonly groups: readonly string[];
  readonly users: readonly string[];
  readonly durations: readonly string[];
  readonly turns: readonly string[];
  readonly queries: readonly string[];
  readonly moments: readonly string[];
}

const RequestSchema = z.object({ id: z.string(), status: z.string() });
type Request = z.infer<typeof RequestSchema>;

const IdsSchema = z.object({ items: z.array(z.object({ id: z.string() })) });

const DAY_MILLISECONDS = 24 * 3600 * 1000;

/** A flow under which active access can be extended at once, and with which the shipped ones leave nothing untried. */
const EXTENDABLE = {
  requestors: { anyOf: [{ group: "payments-engineers" }] },
  targets: [{ accounts: ["ledger-dev"], permissionSets: ["DatabaseOperator"] }],
  duration: { max: "P1D" },
  settings: {
    justification: { required: false },
    ...{ maxExtensions: 10, extensionDuration: "PT1H", extensionNeedsApproval: false },
  },
};

/** Names that a flow, a bundle, a scope and a rota have. The flow of this one names the others, which stay for that. */
const OF_EVERY_KIND = "fuzzed";
/** Nothing names what has these: it can be deleted. */
const SPARE = ["spare-a", "spare-b", "spare-c"] as const;
const UNCONFIRMED = ["unconfirmed-a", "unconfirmed-b"] as const;

/** Accounts of their own, whose connectors nobody has made: by the names of their integrations. */
const SPARE_INTEGRATIONS = { spareOne: "999999999991", spareTwo: "999999999992" };
const UNCONFIRMED_INTEGRATIONS = { unconfirmedOne: "999999999993", unconfirmedTwo: "999999999994" };

const QUERIES = [
  'permission_name = "ReadOnly"',
  'resource_name starts_with "payments" and permission_name in ("ReadOnly", "PowerUser")',
  'resource_tag["owner"] = "payments"',
] as const;

const BUNDLE = { targets: [{ accounts: ["payments-dev"], permissionSets: ["DatabaseOperator"] }] };

const ROTA = {
  timeZone: "Europe/Berlin",
  rotation: {
    participants: ["alice@example.com", "grace"],
    startsAt: "2026-01-05T08:00:00Z",
    every: "P1W",
  },
};

/** Access in an emergency, by a rule and by targets of which the shipped flows have none. */
const EMERGENCY = {
  requestors: { anyOf: [{ group: "payments-engineers" }, { onCall: OF_EVERY_KIND }] },
  targets: [{ bundle: OF_EVERY_KIND }, { accessScope: OF_EVERY_KIND, permissionSets: ["ReadOnly"] }],
  duration: { max: "PT8H" },
  breakGlass: { reviewWithin: "PT24H", watchers: [{ group: "payments-leads" }] },
};

/** Access that nobody can ask for: only what is done to it is tried. */
const IDLE_FLOW = {
  requestors: { anyOf: [{ group: "auditors" }] },
  targets: [{ accounts: ["ledger-dev"], permissionSets: ["ReadOnly"] }],
  duration: { max: "PT1H" },
};

const memberAccount = (accountId: string) => ({
  kind: "aws-account",
  accountId,
  region: "eu-west-1",
  connector: { roleArn: `arn:aws:iam::${accountId}:role/lockstep/lockstep-member` },
  owner: { groups: ["platform-admins"] },
});

/** Makes calls as people of the shipped organization, each of which has to be accepted. */
const acceptedBy = (api: string) => {
  const send = apiClient(api);
  const tokens = new Map<string, string>();
  return async (person: string, line: string, options: Omit<CallOptions, "token"> = {}) => {
    const token = tokens.get(person) ?? (await tokenOf(api, `${person}@example.com`));
    tokens.set(person, token);
    const answer = await until(`${line} as ${person} is answered`, async () => {
      const sent = await send(line, { ...options, token });
      // A machine that is busy with other things: the answer says to try again.
      return sent.status === 503 ? undefined : sent;
    });
    if (answer.status >= 300)
      throw new Error(`${line}: ${String(answer.status)} ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
};

/**
 * Has vera make what is to be deleted, and what is to be confirmed: whoever edited something may not. Before each round, since
 * Schemathesis learns names from answers, and what it deleted in one round is not there in the next.
 */
export const seedConfiguration = async (api: string): Promise<void> => {
  const as = acceptedBy(api);
  for (const name of [...SPARE, ...UNCONFIRMED]) {
    await as("vera", `PUT /bundles/${name}`, { body: BUNDLE });
    await as("vera", `PUT /access-scopes/${name}`, { body: { query: QUERIES[0] } });
    await as("vera", `PUT /rotas/${name}`, { body: ROTA });
    await as("vera", `PUT /access-flows/${name}`, { body: IDLE_FLOW });
  }
  for (const [name, account] of Object.entries({ ...SPARE_INTEGRATIONS, ...UNCONFIRMED_INTEGRATIONS }))
    await as("vera", `PUT /integrations/${name}`, { body: memberAccount(account) });
};

/**
 * Makes requests in every state that a person can bring them to, as the people of the shipped organization. `round`
 * tells their ids apart from those of other rounds, which are the same in each run.
 */
export const seed = async (api: string, round: string): Promise<Known> => {
  const as = acceptedBy(api);
  let asked = 0;
  const ask = async (account: string, permissionSet: string, more: object = {}): Promise<Request> => {
    const entitlements = [{ account, permissionSet }];
    const body = { entitlements, duration: "PT2H", justification: "to be fuzzed", ...more };
    const headers = { "idempotency-key": `fuzz ${round} ${String((asked += 1))}` };
    return RequestSchema.parse(await as("alice", "POST /requests", { body, headers }));
  };
  const idsOf = async (list: string): Promise<readonly string[]> =>
    IdsSchema.parse(await as("tara", `GET ${list}?limit=10`)).items.map(({ id }) => id);
  const inStatus = ({ id }: Request, status: string): Promise<Request> =>
    until(
      `request ${id} is ${status}`,
      async () => {
        const request = RequestSchema.parse(await as("alice", `GET /requests/${id}`));
        return request.status === status ? request : undefined;
      },
      30_000,
    );
  const decide = (decision: "approve" | "reject", { id }: Request) =>
    as("grace", `POST /requests/${id}/decisions`, { body: { decision } });

  await as("tara", `PUT /bundles/${OF_EVERY_KIND}`, { body: BUNDLE });
  await as("tara", `PUT /access-scopes/${OF_EVERY_KIND}`, { body: { query: QUERIES[0] } });
  await as("tara", `PUT /rotas/${OF_EVERY_KIND}`, { body: ROTA });
  await as("tara", `PUT /access-flows/${OF_EVERY_KIND}`, { body: EMERGENCY });
  await as("tara", "PUT /access-flows/extendable", { body: EXTENDABLE });
  const soon = new Date(Date.now() + 30 * DAY_MILLISECONDS).toISOString();
  const needsApproval = ["payments-prod", "PowerUser"] as const;

  const pending = [await ask(...needsApproval), await ask(...needsApproval), await ask(...needsApproval)];
  const extendable: Request[] = [];
  for (let one = 0; one < 6; one += 1) extendable.push(await ask("ledger-dev", "DatabaseOperator"));
  const scheduled = await ask("payments-prod", "ReadOnly", { startAt: soon });
  const cancelled = await ask(...needsApproval);
  await as("alice", `POST /requests/${cancelled.id}/cancel`);
  const rejected = await ask(...needsApproval);
  await decide("reject", rejected);
  const approved = await ask(...needsApproval);
  await decide("approve", approved);
  const revoked = await ask("payments-staging", "ReadOnly");
  const emergencies: Request[] = [];
  for (let one = 0; one < 4; one += 1)
    emergencies.push(await ask("payments-dev", "DatabaseOperator", { breakGlass: true }));
  for (const one of [...extendable, approved, revoked, ...emergencies]) await inStatus(one, "active");
  await inStatus(scheduled, "scheduled");
  // What is over waits for its review.
  for (const one of [revoked, ...emergencies.slice(1)]) {
    await as("alice", `POST /requests/${one.id}/revoke`);
    await inStatus(one, "ended");
  }

  return {
    requests: [
      ...[...pending, ...extendable, ...emergencies],
      ...[scheduled, cancelled, rejected, approved, revoked],
    ].map(({ id }) => id),
    extendable: extendable.map(({ id }) => id),
    names: ["prod-power", "payments-read", OF_EVERY_KIND, ...SPARE, "fuzz-a", "fuzz-b"],
    unconfirmed: UNCONFIRMED,
    integrations: [HOME_INTEGRATION],
    spareIntegrations: [HOME_INTEGRATION, ...Object.keys(SPARE_INTEGRATIONS)],
    unconfirmedIntegrations: Object.keys(UNCONFIRMED_INTEGRATIONS),
    syncs: await idsOf("/syncs"),
    accountIds: await idsOf("/inventory/accounts"),
    userIds: await idsOf("/inventory/users"),
    accounts: ["payments-prod", "payments-staging", "ledger-dev", "343434343434", "northwind-management"],
    permissionSets: ["ReadOnly", "PowerUser", "DatabaseOperator"],
    organizationalUnits: ["/Workloads/NonProd", "/Workloads/Prod", "/Security"],
    groups: ["payments-engineers", "payments-leads", "platform-admins", "auditors"],
    users: ["alice@example.com", "grace", "tara@example.com"],
    durations: ["PT15M", "PT30M", "PT45M", "PT1H", "P1D"],
    turns: ["P1D", "P1W", "P28D"],
    queries: QUERIES,
    moments: [soon, new Date(Date.now() + DAY_MILLISECONDS).toISOString()],
  };
};
