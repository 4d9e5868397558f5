import type { AccountId } from "../../lambdas/core/domain/ids.ts";
import type {
  IamGroupFact,
  IamRoleFact,
  IamUserFact,
  ResourceFact,
} from "../../lambdas/core/domain/inventory/facts.ts";
import type { Problem } from "../../lambdas/core/domain/inventory/problem.ts";
import type { Clock } from "../../lambdas/core/ports/clock.ts";
import type { AccountsConnection, AccountSource } from "../../lambdas/core/ports/sync.ts";

/** What is in an account, in pages as its lists have them. */
export interface InAccount {
  iamUsers: (readonly IamUserFact[])[];
  iamGroups: (readonly IamGroupFact[])[];
  iamRoles: (readonly IamRoleFact[])[];
  resources: readonly ResourceFact[];
  /** Told with every type of resources. */
  problems: readonly Problem[];
  regions: readonly string[];
  /** Whether resources without tags are seen, too. */
  untagged: boolean;
}

type Listing = "iamUsers" | "iamGroups" | "iamRoles" | "resources";

const empty = (): InAccount => ({
  iamUsers: [],
  iamGroups: [],
  iamRoles: [],
  resources: [],
  problems: [],
  regions: ["eu-west-1"],
  untagged: true,
});

/** A call of AWS within an account. */
const LATENCY_MILLISECONDS = 40;

/** The insides of accounts in memory. */
export class FakeAccounts {
  private readonly inside = new Map<string, InAccount>();
  private readonly clock: Clock;
  /** Breaks a page of a listing (the first is 0), by throwing. */
  breaks: (account: AccountId, listing: Listing, page: number) => void = () => undefined;
  /** How long a call takes there. */
  latencyOf: (account: AccountId) => number = () => LATENCY_MILLISECONDS;
  /** Accounts that were looked into, in order. */
  readonly lookedInto: AccountId[] = [];

  constructor(clock: Clock) {
    this.clock = clock;
  }

  of(account: AccountId): InAccount {
    const found = this.inside.get(account) ?? empty();
    this.inside.set(account, found);
    return found;
  }

  connection(call: <T>(name: string, does: () => Promise<T>) => Promise<T>): AccountsConnection {
    let calls = 0;
    const one = <T>(account: AccountId, name: string, answer: () => T): Promise<T> =>
      call(`${name} of ${account}`, async () => {
        calls += 1;
        await this.clock.sleep(this.latencyOf(account));
        return answer();
      });
    const pages = <F>(account: AccountId, listing: Exclude<Listing, "resources">, held: (readonly F[])[]) => {
      const { breaks } = this;
      return (async function* () {
        // An account without any has one empty page.
        for (let page = 0; page < Math.max(1, held.length); page += 1) {
          yield await one(account, listing, () => {
            breaks(account, listing, page);
            return held[page] ?? [];
          });
        }
      })();
    };
    return {
      within: (account): AccountSource => {
        this.lookedInto.push(account);
        return {
          iamUsers: () => pages(account, "iamUsers", this.of(account).iamUsers),
          iamGroups: () => pages(account, "iamGroups", this.of(account).iamGroups),
          iamRoles: () => pages(account, "iamRoles", this.of(account).iamRoles),
          iamUser: () => Promise.resolve(undefined),
          iamGroup: () => Promise.resolve(undefined),
          iamRole: () => Promise.resolve(undefined),
        };
      },
      resources: {
        resources: (account, type) =>
          one(account, "resources", () => {
            this.breaks(account, "resources", 0);
            const { resources, problems, regions, untagged } = this.of(account);
            return {
              facts: resources.filter((fact) => fact.type === type),
              problems,
              covers: { regions, untagged },
            };
          }),
      },
      takeTally: () => {
        const taken = { calls: { "iam:List": calls }, throttles: 0 };
        calls = 0;
        return taken;
      },
    };
  }
}
