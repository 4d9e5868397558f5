import type { PersonName } from "../cast.ts";
import type { Step } from "../history.ts";
import type { NamedContent } from "../named.ts";
import type { FlowTerms } from "../policy.ts";
import type { Mutant } from "./mutant.ts";

const MINUTE = 60_000;

/** A flow for staging without approval, what it names as somebody else writes it, and somebody who asks by it then. */
const askedBy = (
  terms: Partial<FlowTerms>,
  request: { readonly who: PersonName; readonly forWhom?: PersonName },
  content?: NamedContent,
): readonly Step[] => [
  {
    n: 0,
    when: { at: 0 },
    what: {
      do: "change-flow",
      who: "tara",
      flow: "staging",
      terms: { steps: [], extensionNeedsApproval: true, ...terms },
    },
  },
  {
    n: 1,
    when: { at: 5 * MINUTE },
    what: { do: "request", account: "staging", permissionSets: ["ReadOnly"], seconds: 900, ...request },
  },
  ...(content === undefined
    ? []
    : [
        { n: 2, when: { at: MINUTE }, what: { do: "change-named" as const, who: "chidi" as const, content } },
      ]),
];

const held = {
  name: "staging",
  accounts: ["staging"],
  permissionSets: ["ReadOnly"],
} as const;

/** Defects of what flows name: bundles, access scopes, rotas, and people's managers. */
export const naming: readonly Mutant[] = [
  {
    name: "own-bundle-serves",
    breaks: "an administrator asks for what they have just put into a bundle themselves",
    expected: [14],
    steps: askedBy({ targetsBy: "bundle" }, { who: "chidi" }, { kind: "bundle", ...held }),
    patches: [
      {
        file: "lambdas/core/use-cases/evaluation/dependencies-among.ts",
        find: `      ...named,
`,
        replace: ``,
      },
    ],
  },
  {
    name: "own-rota-serves",
    breaks: "an administrator asks by being on call, as they have just written themselves",
    expected: [14],
    steps: askedBy(
      { forWhoIsOnCall: true },
      { who: "chidi" },
      {
        kind: "rota",
        name: "duty",
        turns: [{ who: "chidi", inMinutes: 0, forMinutes: 60 }],
      },
    ),
    patches: [
      {
        file: "lambdas/core/use-cases/evaluation/dependencies-among.ts",
        find: `      ...rotas.filter(({ name }) => rotaNames.has(name)),
`,
        replace: ``,
      },
    ],
  },
  {
    name: "on-call-for-ever",
    breaks: "who was on call once asks as if they still were",
    expected: [14],
    steps: askedBy(
      { forWhoIsOnCall: true },
      { who: "bruno" },
      {
        kind: "rota",
        name: "duty",
        turns: [{ who: "bruno", inMinutes: 0, forMinutes: 2 }],
      },
    ),
    patches: [
      {
        file: "lambdas/core/domain/rota.ts",
        find: `from <= now && now < to)`,
        replace: `from <= now && to !== "")`,
      },
    ],
  },
  {
    name: "scope-holds-everything",
    breaks: "a flow gives what its access scope does not find",
    expected: [14],
    steps: askedBy(
      { targetsBy: "access-scope" },
      { who: "alice" },
      {
        kind: "access-scope",
        ...held,
        permissionSets: ["PowerUser"],
      },
    ),
    patches: [
      {
        file: "lambdas/core/domain/target-coverage.ts",
        find: `  const selected = selects(subject);`,
        replace: `  const selected = selects(subject) === true || subject.permission !== undefined;`,
      },
    ],
  },
  {
    name: "anybody-s-manager",
    breaks: "where managers may ask for their reports, everybody may ask for whoever has a manager",
    expected: [14],
    steps: askedBy({ forReports: true }, { who: "alice", forWhom: "chidi" }),
    patches: [
      {
        file: "lambdas/core/use-cases/principal-of.ts",
        find: `manager === caller.userId ?`,
        replace: `manager !== undefined ?`,
      },
    ],
  },
];
