import type { OrganizationAccount } from "../organization-file.ts";
import type { Random } from "./random.ts";
import type { OrganizationSize } from "./size.ts";

/** About as many accounts as a team keeps in one organizational unit. */
const ACCOUNTS_OF_UNIT = 20;

const STAGES = ["Prod", "Staging", "Dev"] as const;
const DEPARTMENTS = ["Payments", "Risk", "Data", "Platform", "Retail", "Research"] as const;

/** One in a hundred is suspended, and at least one wherever there are ten. */
const EACH_SUSPENDED = 100;
const FEWEST_WITH_SUSPENDED = 10;

/** The account ids of the organization, 12 digits each: the management account first. */
const accountIds = ({ accounts, managementAccountId }: OrganizationSize): string[] => {
  const management = managementAccountId ?? MANAGEMENT_ACCOUNT_ID;
  const ids = [management];
  for (let number = FIRST_MEMBER; ids.length < accounts; number += BETWEEN_MEMBERS) {
    const id = String(number);
    if (id !== management) ids.push(id);
  }
  return ids;
};

export const MANAGEMENT_ACCOUNT_ID = "100000000001";
const FIRST_MEMBER = 200_000_000_000;
/** A prime: the digits differ in more than the last ones. */
const BETWEEN_MEMBERS = 7_919;

/** Units four deep, as `/Workloads/Payments/Team 012/Prod`: five below the root is the most that Organizations takes. */
const unitOf = (index: number): string => {
  const unit = Math.floor(index / ACCOUNTS_OF_UNIT);
  const department = DEPARTMENTS[unit % DEPARTMENTS.length] ?? "";
  const team = String(Math.floor(unit / STAGES.length)).padStart(3, "0");
  const stage = STAGES[unit % STAGES.length] ?? "";
  return `/Workloads/${department}/Team ${team}/${stage}`;
};

/** The accounts: the management account in the root, some shared ones, the rest in the teams' units. */
export const generateAccounts = (size: OrganizationSize, random: Random): OrganizationAccount[] => {
  const ids = accountIds(size);
  const suspended =
    ids.length < FEWEST_WITH_SUSPENDED ? 0 : Math.max(1, Math.round(ids.length / EACH_SUSPENDED));
  const suspendedIds = new Set(random.some(ids.slice(1), suspended));
  return ids.map((id, index) => ({
    id,
    name: index === 0 ? "management" : `account-${String(index).padStart(5, "0")}`,
    ou: index === 0 ? "/" : unitOf(index - 1),
    tags: {
      owner: `team-${String(Math.floor(index / ACCOUNTS_OF_UNIT)).padStart(3, "0")}`,
      "cost-center": `cc-${String(random.below(100))}`,
    },
    state: suspendedIds.has(id) ? "SUSPENDED" : "ACTIVE",
  }));
};
