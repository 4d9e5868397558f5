import type { OrganizationFile, OrganizationUser } from "../organization-file.ts";
import type { Random } from "./random.ts";
import type { OrganizationSize } from "./size.ts";

type OrganizationGroup = OrganizationFile["identityCenter"]["groups"][number];

const GIVEN = ["Ada", "Bruno", "Chloe", "Deniz", "Emeka", "Farah", "Goran", "Hana", "Ivo", "Jun"] as const;
const FAMILY = ["Abe", "Bauer", "Cruz", "Diaz", "Eze", "Fox", "Gupta", "Horvat", "Ito", "Jansen"] as const;

/** One in fifty has left, and is disabled. */
const EACH_DISABLED = 50;

/** A manager has about eight people, and a manager above. */
const PEOPLE_OF_MANAGER = 8;

const userName = (index: number): string => `user${String(index).padStart(5, "0")}`;

/** The people: a tree of managers, of whom the first has none above. */
export const generateUsers = ({ users }: OrganizationSize, random: Random): OrganizationUser[] =>
  Array.from({ length: users }, (_, index) => {
    const given = GIVEN[random.below(GIVEN.length)] ?? "";
    const family = FAMILY[random.below(FAMILY.length)] ?? "";
    return {
      userName: userName(index),
      email: `${userName(index)}@example.com`,
      displayName: `${given} ${family} ${String(index)}`,
      status: index % EACH_DISABLED === EACH_DISABLED - 1 ? "DISABLED" : "ENABLED",
      externalIds: [],
      ...(index > 0 && { manager: userName(Math.floor((index - 1) / PEOPLE_OF_MANAGER)) }),
    };
  });

/** Half of all groups have fewer members than this, as teams do. */
const USUAL_MEMBERS = 12;

/** How far sizes are apart: one group in a hundred has twenty times as many members as the usual one. */
const SPREAD = 1.3;

/** No group has more than this part of all people. */
const LARGEST_PART = 0.1;

/** Mostly teams and now and then a department: a log-normal distribution, by the sum of draws for the normal one. */
const sizeOf = (users: number, random: Random): number => {
  const normal = Array.from({ length: 12 }, random.fraction).reduce((sum, one) => sum + one, -6);
  const largest = Math.max(2, Math.floor(users * LARGEST_PART));
  return Math.min(largest, Math.max(1, Math.round(USUAL_MEMBERS * Math.exp(SPREAD * normal))));
};

/** The groups, each with members. */
export const generateGroups = (
  { groups, users }: OrganizationSize,
  people: readonly OrganizationUser[],
  random: Random,
): OrganizationGroup[] =>
  Array.from({ length: groups }, (_, index) => ({
    displayName: `group-${String(index).padStart(4, "0")}`,
    description: `Made-up group ${String(index)}`,
    members: random.some(people, sizeOf(users, random)).map((person) => person.userName),
  }));
