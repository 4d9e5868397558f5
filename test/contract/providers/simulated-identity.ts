import type { Clock } from "../../../lambdas/core/ports/clock.ts";
import { awsClients, type ClientsFor } from "../../../lambdas/adapters/aws-clients.ts";
import { createIdentityServices, type IdentityServices } from "../../../local/identity/identity-services.ts";
import type { OrganizationFile } from "../../../local/organization-file.ts";
import { openLocalStore } from "../../../local/store.ts";
import { timedOut } from "../../support/fakes/scripted-aws.ts";
import { administratorOf, inProcessClient } from "../../support/in-process-aws.ts";

/** What becomes of the next call of an operation: AWS throttles it, or answers after the client gave up. */
interface CallFault {
  readonly operation: string;
  readonly fault: "throttled" | "answer-lost";
}

/** Organizations, Identity Center and its directory in this process, and what Lockstep calls of them. */
export interface SimulatedIdentity extends IdentityServices {
  /** The clients under test. */
  readonly clientsFor: ClientsFor;
  /** A tester's own clients, whose calls are not counted. */
  readonly administrator: ReturnType<typeof inProcessClient>;
  /** The operations that the clients under test called, in order. */
  readonly calls: string[];
  readonly faults: CallFault[];
  readonly behaviour: Behaviour;
}

/** How operations go that begin from now on, and how those in an account differ from that. */
export interface Behaviour {
  milliseconds: number;
  failure: string | undefined;
  readonly inAccount: Map<string, { readonly milliseconds?: number; readonly failure?: string }>;
}

type WireRequest = Parameters<ReturnType<typeof inProcessClient>["requestHandler"]["handle"]>[0];

const throttled = {
  response: {
    statusCode: 400,
    headers: { "content-type": "application/x-amz-json-1.1" },
    body: Buffer.from(JSON.stringify({ __type: "ThrottlingException", message: "Rate exceeded" })),
  },
};

/** A fresh simulated organization. */
export const simulatedIdentity = (organization: OrganizationFile, clock: Clock): SimulatedIdentity => {
  const behaviour: Behaviour = { milliseconds: 1_000, failure: undefined, inAccount: new Map() };
  const services = createIdentityServices({
    clock,
    store: openLocalStore(),
    organization,
    // Rates are the simulator's own tests' business.
    limits: { requestsPerSecond: Number.MAX_SAFE_INTEGER },
    operations: {
      durationOf: ({ target }) =>
        behaviour.inAccount.get(target.accountId)?.milliseconds ?? behaviour.milliseconds,
      failureOf: ({ target }) => behaviour.inAccount.get(target.accountId)?.failure ?? behaviour.failure,
    },
  });
  const administrator = inProcessClient(services.services, administratorOf(services.managementAccountId));
  const calls: string[] = [];
  const faults: CallFault[] = [];

  const handle = async (request: WireRequest) => {
    const operation = request.headers["x-amz-target"]?.split(".").at(-1) ?? "";
    calls.push(operation);
    const at = faults.findIndex((fault) => fault.operation === operation);
    const [fault] = at === -1 ? [] : faults.splice(at, 1);
    if (fault?.fault === "throttled") return throttled;
    const answer = await administrator.requestHandler.handle(request);
    if (fault?.fault === "answer-lost") throw timedOut();
    return answer;
  };

  const { credentials, region } = administrator;
  return {
    ...services,
    administrator,
    clientsFor: awsClients({ overrides: { credentials, region, requestHandler: { handle } } }),
    calls,
    faults,
    behaviour,
  };
};
