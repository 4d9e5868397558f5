import type { AssignmentMethod } from "./sync.ts";

/**
 * How assignments can be read, and what that costs in calls of sso-admin. With A accounts, P permission sets, N pairs of
 * a permission set and an account that it is provisioned in, G + U principals and E assignments:
 *
 * - `every-pair`: A·P, one for each combination
 * - `by-account`: the permission sets of each account, A·⌈(N/A)/100⌉, and then N
 * - `by-permission-set`: the accounts of each permission set, P·⌈(N/P)/100⌉, and then N
 * - `by-principal`: one for each principal, and one for each further page, G + U + E/100
 *
 * (Pages of 100: the largest that sso-admin gives. A pair whose assignments take more than one page costs more in the
 * first three alike.)
 */
export interface Population {
  readonly accounts: number;
  readonly permissionSets: number;
  readonly principals: number;
  /** Absent until a pass has counted them. */
  readonly pairs?: number | undefined;
  readonly assignments?: number | undefined;
  /** What asking every principal took the last time: AWS may answer a user with the rows of all their groups. */
  readonly principalCalls?: number | undefined;
}

/** Whether AWS may be asked by principal: it answers the management account only, and may refuse even that. */
export type AskingByPrincipal = "allowed" | "needs-management-account" | "refused";

export interface MethodChoice {
  readonly chosen: AssignmentMethod;
  /** One sentence with the numbers. */
  readonly why: string;
}

const PAGE = 100;

/** Assignments of a pair where nothing is known yet: the example organizations of our reference have one and a half. */
const USUAL_ASSIGNMENTS_OF_PAIR = 1.5;

/** The pages of `items` that are spread evenly over `lists`; a list without items is one page. */
const pages = (items: number, lists: number): number =>
  lists === 0 ? 0 : lists * Math.max(1, Math.ceil(items / lists / PAGE));

/** The calls of each method that `pairs` and `assignments` make necessary. */
export const callsOf = (
  population: Population & { readonly pairs: number },
): Readonly<Record<AssignmentMethod, number>> => {
  const { accounts, permissionSets, principals, pairs } = population;
  const assignments = population.assignments ?? pairs * USUAL_ASSIGNMENTS_OF_PAIR;
  return {
    "every-pair": accounts * permissionSets,
    "by-account": pages(pairs, accounts) + pairs,
    "by-permission-set": pages(pairs, permissionSets) + pairs,
    "by-principal": population.principalCalls ?? principals + Math.floor(assignments / PAGE),
  };
};

/**
 * The method with the fewest calls. While nobody has counted the pairs, the two that count them are compared by what
 * counting costs, and `principalsAreCheaper` says during the count whether to go over to the principals.
 */
export const chooseMethod = (population: Population, byPrincipal: AskingByPrincipal): MethodChoice => {
  const { pairs } = population;
  const allowed: readonly AssignmentMethod[] = [
    "by-permission-set",
    "by-account",
    "every-pair",
    ...(byPrincipal === "allowed" ? (["by-principal"] as const) : []),
  ];
  if (pairs === undefined) return chooseUncounted(population, byPrincipal);
  const calls = callsOf({ ...population, pairs });
  const [chosen = "by-permission-set"] = allowed.toSorted((a, b) => calls[a] - calls[b]);
  const others = allowed.filter((method) => method !== chosen).map((method) => `${method} ${calls[method]}`);
  return {
    chosen,
    why: `${chosen} takes about ${calls[chosen]} calls (${others.join(", ")})${WITHOUT_PRINCIPALS[byPrincipal]}.`,
  };
};

const chooseUncounted = (
  { accounts, permissionSets, principals }: Population,
  byPrincipal: AskingByPrincipal,
): MethodChoice => {
  // Whatever the pairs are, there is at least one call for each of the lists that find them.
  const chosen = permissionSets <= accounts ? "by-permission-set" : "by-account";
  const lists = Math.min(permissionSets, accounts);
  if (byPrincipal === "allowed" && principals < lists) {
    return {
      chosen: "by-principal",
      why: `by-principal takes about ${principals} calls; finding the pairs alone would take ${lists} or more.`,
    };
  }
  return {
    chosen,
    why: `The pairs are not counted yet: ${chosen} finds them in the fewest calls, ${lists} or more${WITHOUT_PRINCIPALS[byPrincipal]}.`,
  };
};

/** Why the choice does without the principals, as the end of its sentence. */
const WITHOUT_PRINCIPALS: Readonly<Record<AskingByPrincipal, string>> = {
  allowed: "",
  "needs-management-account":
    "; by-principal needs a role in the management account (sso:ListAccountAssignmentsForPrincipal)",
  refused: "; AWS refused to be asked by principal in this sync (sso:ListAccountAssignmentsForPrincipal)",
};

/**
 * Whether to go over to the principals while pairs are being found: what is left of the way by pairs takes more calls than
 * asking every principal, whatever else is found. A page finds up to 100 pairs, each of which would be a call, so that
 * this is known after about a hundredth of the calls that it saves.
 */
export const principalsAreCheaper = (
  found: { readonly pairs: number; readonly listsLeft: number },
  { principals }: Pick<Population, "principals">,
): boolean => found.pairs + found.listsLeft > principals + (found.pairs * USUAL_ASSIGNMENTS_OF_PAIR) / PAGE;
