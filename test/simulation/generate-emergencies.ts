import { add, MINUTE, nearby, type Draft, type NewRequest } from "./draft.ts";
import { groups, type Group, type PersonName } from "./cast.ts";
import type { When } from "./history.ts";

/** So many of all histories have an emergency. */
const EMERGENCY_SHARE = 0.12;

const request = ({ random }: Draft): NewRequest => ({
  do: "request",
  who: random.pick<PersonName>(groups.engineers),
  account: random.chance(0.9) ? "prod" : "staging",
  permissionSets: [random.pick(["PowerUser", "ReadOnly"] as const)],
  ...(random.chance(0.3) ? { group: random.pick<Group>(["engineers", "oncall"]) } : {}),
  seconds: random.pick([600, 1_800, 3_600, 3_601]),
  ...(random.chance(0.9) ? { breakGlass: true } : {}),
});

/** Access at once, which ends early or not, and which somebody reviews, or tries to: in time, late, or never. */
export const addEmergencies = (draft: Draft): void => {
  const { random } = draft;
  if (!random.chance(EMERGENCY_SHARE)) return;
  for (let count = random.pick([1, 1, 2]); count > 0; count -= 1) {
    const action = request(draft);
    const n = add(draft, { at: random.between(0, 40) * MINUTE }, action);
    draft.requests.push({ n, action });
    if (random.chance(0.3)) {
      const when: When = {
        after: random.pick(["made", "granting", "active"]),
        of: n,
        by: random.between(0, 20) * MINUTE,
      };
      add(draft, when, {
        do: random.chance(0.7) ? "revoke" : "cancel",
        of: n,
        who: random.pick([action.who, "tara"]),
      });
    }
    for (let reviews = random.pick([0, 1, 1, 2]); reviews > 0; reviews -= 1) {
      const by = random.chance(0.6) ? nearby(random) : random.between(1, 240) * MINUTE;
      const who = random.pick<PersonName>(["zoe", "anton", "tara", "chidi", action.who, "mallory", "grace"]);
      add(
        draft,
        { after: random.pick(["active", "over", "over", "over"]), of: n, by },
        { do: "review", of: n, who },
      );
    }
  }
};
