import * as z from "zod/mini";
import { HOME_INTEGRATION } from "../../lambdas/core/domain/integration.ts";
import { apiClient, type CallOptions } from "../e2e/support/api-client.ts";
import { until } from "../e2e/support/until.ts";
import { tokenOf } from "./token-of.ts";

/** What there is, for hooks.py to put into the calls. */
export interface Known {
  readonly requests: readonly string[];
  /** Of access flows, bundles, access scopes and rotas: one is of all of them. */
  readonly names: readonly string[];
  readonly integrations: readonly string[];
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

const DAY_MILLISECONDS = 24 * 3600 * 1000;

/** A flow under which active access can be extended at once, and with which the shipped ones leave nothing untried. */
const EXTENDABLE = {
  requestors: { anyOf: [{ group: "payments-engineers" }] },
  targets: [{ accounts: ["ledger-dev"], permissionSets: ["DatabaseOperator"] }],
  duration: { max: "P1D" },
  settings: { maxExtensions: 10, extensionDuration: "PT1H", extensionNeedsApproval: false },
};

/** The one name that a flow, a bundle, a scope and a rota have. */
const OF_EVERY_KIND = "fuzzed";

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

/**
 * Makes requests in every state that a person can bring them to, as the people of the shipped organization. `round`
 * tells their ids apart from those of other rounds, which are the same in each run.
 */
export const seed = async (api: string, round: string): Promise<Known> => {
  const send = apiClient(api);
  const tokens = new Map<string, string>();
  const as = async (person: string, line: string, options: Omit<CallOptions, "token"> = {}) => {
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

  let asked = 0;
  const ask = async (account: string, permissionSet: string, more: object = {}): Promise<Request> => {
    const entitlements = [{ account, permissionSet }];
    const body = { entitlements, duration: "PT2H", justification: "to be fuzzed", ...more };
    const headers = { "idempotency-key": `fuzz ${round} ${String((asked += 1))}` };
    return RequestSchema.parse(await as("alice", "POST /requests", { body, headers }));
  };
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
    names: ["prod-power", "payments-read", "look-around", OF_EVERY_KIND, "fuzz-a", "fuzz-b"],
    integrations: [HOME_INTEGRATION],
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
