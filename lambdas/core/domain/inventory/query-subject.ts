import {
  NOT_KNOWN,
  type NotKnown,
  type QueryPermission,
  type QueryResource,
  type QuerySubject,
} from "../query/fields.ts";
import type { AccountFact, PermissionSetFact, ResourceFact } from "./facts.ts";
import { powerOf } from "./power.ts";

/** The resource type of an account. */
export const ACCOUNT_TYPE = "aws-account" as const;

/** The tag by which somebody says how much harm access to a resource can do; its value is theirs to choose. */
const RISK_LEVEL_TAG = "lockstep:risk-level";

/** Where something is. */
export interface Surroundings {
  /** The account that it is, or is in. */
  readonly account: { readonly id: string; readonly name: string };
  /** The path of the organizational unit that the account is in; absent where there is none. */
  readonly unitPath?: string | NotKnown | undefined;
  /** The name of the integration that looks into the account. */
  readonly integration: string;
}

/** An account, as a query sees it. */
export const accountSubject = (account: AccountFact, surroundings: Surroundings): QuerySubject => ({
  resource: {
    type: ACCOUNT_TYPE,
    id: account.id,
    name: account.name,
    path: pathOf(surroundings),
    status: account.state,
    riskLevel: account.tags === undefined ? NOT_KNOWN : account.tags[RISK_LEVEL_TAG],
    tags: account.tags ?? NOT_KNOWN,
    context: contextOf(surroundings),
  },
  integration: surroundings.integration,
});

/** A resource within an account, as a query sees it. */
export const resourceSubject = (resource: ResourceFact, surroundings: Surroundings): QuerySubject => ({
  resource: {
    type: resource.type,
    id: resource.arn,
    name: resource.name,
    path: pathWithin(pathOf(surroundings), resource.name),
    status: resource.problem === undefined ? "ACTIVE" : "ERROR",
    riskLevel: resource.tags[RISK_LEVEL_TAG],
    tags: resource.tags,
    // Made only where a query asks for it: it is most of the work, and most queries do not.
    get context() {
      return resourceContext(resource, surroundings);
    },
  },
  integration: surroundings.integration,
});

const resourceContext = (
  { details, region, problem }: ResourceFact,
  surroundings: Surroundings,
): QueryResource["context"] => ({
  ...textsOf(details),
  ...contextOf(surroundings),
  region,
  ...(problem === undefined ? {} : { problem: problem.code }),
});

/** A permission set, as a query sees it. That it is in an account is the account's subject with this permission. */
export const permissionOf = (permissionSet: PermissionSetFact): QueryPermission => ({
  id: permissionSet.arn,
  name: permissionSet.name,
  riskLevel: powerOf(permissionSet).level,
  tags: permissionSet.tags,
  context: {
    session_duration: permissionSet.sessionDuration,
    ...(permissionSet.description === undefined ? {} : { description: permissionSet.description }),
  },
});

/** `/Workloads/Prod/payments`: `/` is the organization's root. */
const pathOf = ({ account, unitPath = "/" }: Surroundings): string | NotKnown =>
  pathWithin(unitPath === "/" ? "" : unitPath, account.name);

const pathWithin = (above: string | NotKnown, name: string): string | NotKnown =>
  above === NOT_KNOWN ? NOT_KNOWN : `${above}/${name}`;

const contextOf = ({ account, unitPath }: Surroundings): QueryResource["context"] => ({
  account_id: account.id,
  account_name: account.name,
  ...(unitPath === undefined ? {} : { organizational_unit: unitPath }),
});

/** Details as text: `true` and `false` as such, several with commas between them. */
const textsOf = (details: ResourceFact["details"]): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(details).map(([name, value]) => [name, String(value)]));
