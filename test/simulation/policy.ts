import {
  AccessFlowBodySchema,
  type AccessFlowBody,
} from "../../lambdas/core/contracts/configuration/access-flow.ts";
import type { TargetDocument } from "../../lambdas/core/contracts/configuration/target.ts";
import {
  IntegrationBodySchema,
  type IntegrationBody,
} from "../../lambdas/core/contracts/http/integrations.ts";
import {
  identityCenter,
  organizationFile,
  OWNER_TAG,
  permissionSets,
  type Account,
  type Group,
  type PersonName,
} from "./cast.ts";
import { ROTA } from "./named.ts";

/** What administrators say of who may have what: as the driver knows it, and as the API takes it. */

/** Who approves: a group, a user, whoever owns the account, or the manager of who gets the access. */
export type ApproverTerm = { readonly group: Group } | { readonly user: PersonName } | "owner" | "manager";

export interface EscalationTerms {
  readonly afterMinutes: number;
  readonly tiers: readonly (readonly ApproverTerm[])[];
}

/** A step that any one or all of the approvers decide, and whom time adds. */
export interface StepTerms {
  readonly needs: "any" | "all";
  readonly approvers: readonly ApproverTerm[];
  readonly escalation?: EscalationTerms;
}

/** Hours of every day (UTC), in minutes since midnight: `from` is one of them, `to` is none. */
export interface Hours {
  readonly from: number;
  readonly to: number;
}

/** What a version of a flow says. What is absent is not so, or has no bound. */
export interface FlowTerms {
  readonly steps: readonly StepTerms[];
  /** Whether the steps decide on more time, too. */
  readonly extensionNeedsApproval: boolean;
  readonly sameApproverInSeveralSteps?: true;
  readonly requesterCanApproveSelf?: true;
  /** Shorter access needs nobody's approval. */
  readonly automaticBelowMinutes?: number;
  readonly hours?: Hours;
  readonly forOthers?: true;
  /** Whoever manages somebody may ask for them. */
  readonly forReports?: true;
  /** What the flow gives is what the bundle, or the access scope, of its name holds. */
  readonly targetsBy?: "bundle" | "access-scope";
  /** It is for whoever is on call, and not for engineers. */
  readonly forWhoIsOnCall?: true;
  /** Whoever is on call needs nobody's approval. */
  readonly automaticOnCall?: true;
  readonly inactive?: true;
  readonly breakGlass?: EmergencyTerms;
  /** The group whose members have the access by themselves: nobody asks. */
  readonly givenTo?: Group;
}

/** Access at once in an emergency, which somebody of these, or an administrator, has to review afterwards. */
export interface EmergencyTerms {
  readonly reviewWithinMinutes: number;
  readonly watchers: readonly Group[];
}

/** One group a step. */
export const anyOfEach = (...groups: readonly Group[]): readonly StepTerms[] =>
  groups.map((group) => ({ needs: "any", approvers: [{ group }] }));

/** A flow as it is when a history begins. */
export interface FlowModel {
  readonly name: string;
  readonly account: Account;
  readonly maxMinutes: number;
  readonly terms: FlowTerms;
}

/**
 * The flows that every history begins with: nobody, one lead, or a lead and then security approve; in staging, more time
 * needs no approval. In prod nobody has to in an emergency.
 */
export const flows = {
  sandbox: {
    name: "sandbox",
    account: "sandbox",
    maxMinutes: 480,
    terms: { steps: [], extensionNeedsApproval: true },
  },
  staging: {
    name: "staging",
    account: "staging",
    maxMinutes: 480,
    terms: { steps: anyOfEach("leads"), extensionNeedsApproval: false },
  },
  prod: {
    name: "prod",
    account: "prod",
    maxMinutes: 480,
    terms: { steps: anyOfEach("leads", "security"), extensionNeedsApproval: true },
  },
  emergency: {
    name: "emergency",
    account: "prod",
    maxMinutes: 60,
    terms: {
      steps: [],
      extensionNeedsApproval: true,
      breakGlass: { reviewWithinMinutes: 90, watchers: ["security"] },
    },
  },
  /** Nobody has written it yet. */
  automatic: {
    name: "automatic",
    account: "staging",
    maxMinutes: 60,
    terms: { steps: [], extensionNeedsApproval: true, givenTo: "oncall" },
  },
} as const satisfies Readonly<Record<string, FlowModel>>;
export type FlowKey = keyof typeof flows;

export const flowNamed = (name: string): FlowModel | undefined =>
  Object.values<FlowModel>(flows).find((flow) => flow.name === name);

/** How long each step of every flow waits for a decision. */
export const DECIDE_WITHIN_MINUTES = 120;

export const MAX_EXTENSIONS = 2;

const clockText = (minutes: number): string =>
  [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, "0")).join(":");

const stepBody = ({ needs, approvers, escalation }: StepTerms) => ({
  [needs === "any" ? "anyOf" : "allOf"]: approvers,
  within: `PT${DECIDE_WITHIN_MINUTES}M`,
  ...(escalation === undefined
    ? {}
    : {
        escalation: {
          after: `PT${escalation.afterMinutes}M`,
          tiers: escalation.tiers.map((tier) => ({ anyOf: tier })),
        },
      }),
});

const EVERY_DAY = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

const targetBody = (account: Account, { targetsBy }: FlowTerms): TargetDocument => {
  if (targetsBy === "bundle") return { bundle: account };
  return targetsBy === "access-scope"
    ? { accessScope: account, permissionSets: [...permissionSets] }
    : { accounts: [account], permissionSets: [...permissionSets] };
};

const requestForBody = ({ forOthers, forReports }: FlowTerms): readonly string[] => [
  "self",
  ...(forOthers === true ? ["others"] : []),
  ...(forReports === true ? ["direct-reports"] : []),
];

const automaticBody = ({ automaticBelowMinutes, automaticOnCall }: FlowTerms): readonly object[] => [
  ...(automaticBelowMinutes === undefined ? [] : [{ durationBelow: `PT${automaticBelowMinutes}M` }]),
  ...(automaticOnCall === true ? [{ onCall: ROTA }] : []),
];

/** The flow as an administrator writes it. */
export const flowBody = ({ account, maxMinutes }: FlowModel, terms: FlowTerms): AccessFlowBody => {
  const { hours, extensionNeedsApproval, breakGlass, givenTo } = terms;
  const automatically = automaticBody(terms);
  const isExtended = breakGlass === undefined && givenTo === undefined;
  return AccessFlowBodySchema.parse({
    active: terms.inactive !== true,
    ...(givenTo === undefined ? {} : { trigger: "automatic" }),
    requestors:
      terms.forWhoIsOnCall === true ? { onCall: ROTA } : { anyOf: [{ group: givenTo ?? "engineers" }] },
    targets: [targetBody(account, terms)],
    duration: { max: `PT${maxMinutes}M` },
    ...(hours === undefined
      ? {}
      : {
          timeframe: {
            days: EVERY_DAY,
            from: clockText(hours.from),
            to: clockText(hours.to),
            timeZone: "UTC",
          },
        }),
    ...(breakGlass === undefined
      ? {}
      : {
          breakGlass: {
            reviewWithin: `PT${breakGlass.reviewWithinMinutes}M`,
            watchers: breakGlass.watchers.map((group) => ({ group })),
          },
        }),
    ...(givenTo === undefined ? { requestFor: requestForBody(terms) } : {}),
    settings: {
      maxExtensions: isExtended ? MAX_EXTENSIONS : 0,
      extensionDuration: "PT1H",
      extensionNeedsApproval,
      requesterCanApproveSelf: terms.requesterCanApproveSelf === true,
    },
    approval: {
      steps: terms.steps.map(stepBody),
      ...(automatically.length === 0 ? {} : { automatic: { anyOf: automatically } }),
      ...(terms.sameApproverInSeveralSteps === true ? { sameApproverInSeveralSteps: true } : {}),
    },
  });
};

/** Who wrote what is there when a history begins (boot.ts). */
export const FIRST_EDITOR: PersonName = "tara";

/** Who owns what no tag names an owner of, when a history begins. */
export const FIRST_OWNER: Group = "security";

/** The deployment's own organization as an administrator writes it, with the group that owns what nobody else does. */
export const integrationBody = (owner: Group): IntegrationBody =>
  IntegrationBodySchema.parse({
    kind: "aws-organization",
    managementAccountId: organizationFile.managementAccountId,
    region: identityCenter.region,
    identityCenterRegion: identityCenter.region,
    accessPortalUrl: identityCenter.accessPortalUrl,
    owner: { groups: [owner] },
    resourceOwner: { tagKey: OWNER_TAG, attribute: "displayName" },
  });
