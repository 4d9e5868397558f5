import type { Environment } from "../../local/environment.ts";
import type { Showcase } from "../../local/environment/showcase.ts";
import { distributionOf, timed } from "./stopwatch.ts";
import type { Distribution } from "./stopwatch.ts";

/** How long a call takes over HTTP. */
export interface CallLatency {
  readonly call: string;
  /** Milliseconds. */
  readonly times: Distribution;
  /** In medians of the empty call of the same run: machines differ, and this hardly does. */
  readonly ratio: { readonly median: number; readonly p95: number };
}

/** Latencies of one run. */
export interface ApiLatency {
  /** A route that does not exist, which the server answers by itself: no token is checked and no function invoked. */
  readonly empty: CallLatency;
  readonly calls: readonly CallLatency[];
}

const SAMPLES = 50;

/** Rounds that only warm up sandboxes, connections and the compiler. */
const WARM_UP = 5;

interface MeasuredCall {
  readonly call: string;
  readonly expected: number;
  readonly send: () => Promise<Response>;
}

const callsOf = async (environment: Environment, { requester, account, permissionSet }: Showcase) => {
  const { api } = environment.addresses;
  const headers = {
    authorization: `Bearer ${await environment.tokenFor(requester.email)}`,
    "content-type": "application/json",
  };
  const body = JSON.stringify({
    entitlements: [{ account: account.id, permissionSet: permissionSet.id }],
    duration: "PT1H",
    justification: "How long does it take to ask?",
  });
  const empty: MeasuredCall = { call: "an empty call", expected: 404, send: () => fetch(`${api}/nothing`) };
  const me: MeasuredCall = {
    call: "GET /me",
    expected: 200,
    send: () => fetch(`${api}/me`, { headers }),
  };
  const ask: MeasuredCall = {
    call: "POST /requests",
    expected: 201,
    send: () => fetch(`${api}/requests`, { method: "POST", headers, body }),
  };
  return [empty, me, ask] as const;
};

const timeOf = ({ call, expected, send }: MeasuredCall) =>
  timed(async () => {
    const response = await send();
    const text = await response.text();
    if (response.status !== expected) throw new Error(`${call} was answered ${response.status}: ${text}`);
  });

/**
 * Measures each call some fifty times, in turns, so that a machine that slows down slows all of them down; after each
 * round the environment comes to rest, so that no call competes with the workflow of an earlier one.
 */
export const measureApiLatency = async (
  environment: Environment,
  showcase: Showcase,
): Promise<ApiLatency> => {
  const [empty, ...calls] = await callsOf(environment, showcase);
  const samples = new Map([empty, ...calls].map(({ call }) => [call, [] as number[]]));
  for (let round = 0; round < WARM_UP + SAMPLES; round += 1) {
    for (const measured of [empty, ...calls]) {
      const milliseconds = await timeOf(measured);
      if (round >= WARM_UP) samples.get(measured.call)?.push(milliseconds);
    }
    await environment.idle();
  }
  const unit = distributionOf(samples.get(empty.call) ?? []).median;
  const latencyOf = ({ call }: MeasuredCall): CallLatency => {
    const times = distributionOf(samples.get(call) ?? []);
    return { call, times, ratio: { median: times.median / unit, p95: times.p95 / unit } };
  };
  return { empty: latencyOf(empty), calls: calls.map(latencyOf) };
};
