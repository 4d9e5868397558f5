import * as z from "zod/mini";
import { apiClient, type CallOptions } from "../e2e/support/api-client.ts";
import { until } from "../e2e/support/until.ts";
import { tokenOf } from "./token-of.ts";

/** What there is, for hooks.py to put into the calls. */
export interface Known {
  readonly requests: readonly string[];
  readonly flows: readonly string[];
  readonly accounts: readonly string[];
  readonly permissionSets: readonly string[];
  readonly organizationalUnits: readonly string[];
  readonly groups: readonly string[];
  readonly users: readonly string[];
  readonly durations: readonly string[];
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
  for (const one of [...extendable, approved, revoked]) await inStatus(one, "active");
  await inStatus(scheduled, "scheduled");
  await as("alice", `POST /requests/${revoked.id}/revoke`);
  await inStatus(revoked, "ended");

  return {
    requests: [...pending, ...extendable, scheduled, cancelled, rejected, approved, revoked].map(
      ({ id }) => id,
    ),
    flows: ["prod-power", "payments-read", "look-around", "fuzz-a", "fuzz-b"],
    accounts: ["payments-prod", "payments-staging", "ledger-dev", "343434343434", "northwind-management"],
    permissionSets: ["ReadOnly", "PowerUser", "DatabaseOperator"],
    organizationalUnits: ["/Workloads/NonProd", "/Workloads/Prod", "/Security"],
    groups: ["payments-engineers", "payments-leads", "platform-admins", "auditors"],
    users: ["alice@example.com", "grace", "tara@example.com"],
    durations: ["PT15M", "PT30M", "PT45M", "PT1H", "P1D"],
    moments: [soon, new Date(Date.now() + DAY_MILLISECONDS).toISOString()],
  };
};
