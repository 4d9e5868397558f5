import type { Clock } from "../../lambdas/core/ports/clock.ts";
import type { JsonObject } from "../wire/json.ts";
import { AwsError } from "../wire/service.ts";
import type {
  AccountRecord,
  AccountState,
  OrganizationalUnitRecord,
  OrganizationRecord,
  OrganizationsDocuments,
} from "./records.ts";
import { ORGANIZATION } from "./records.ts";

/** The organization as its operations see it: records, states at this moment, paths and ARNs. */
export interface OrganizationTree {
  readonly organization: () => OrganizationRecord;
  /** Throws AccountNotFoundException. */
  readonly account: (id: string) => AccountRecord;
  /** The account's state now, or undefined when the organization has no such account. */
  readonly stateOf: (accountId: string) => AccountState | undefined;
  readonly unit: (id: string) => OrganizationalUnitRecord | undefined;
  /** Whether `id` is the root or an organizational unit. */
  readonly isParent: (id: string) => boolean;
  readonly describeAccount: (account: AccountRecord) => JsonObject;
  readonly describeUnit: (unit: OrganizationalUnitRecord) => JsonObject;
  readonly accountArn: (accountId: string) => string;
  readonly unitArn: (unitId: string) => string;
  readonly rootArn: () => string;
}

/** `Status` knows three of the five states; AWS retires it for `State` (API_Account, "Status"). */
const statusOf: Readonly<Record<AccountState, string | undefined>> = {
  PENDING_ACTIVATION: undefined,
  ACTIVE: "ACTIVE",
  SUSPENDED: "SUSPENDED",
  PENDING_CLOSURE: "PENDING_CLOSURE",
  CLOSED: "SUSPENDED",
};

/** Reads the organization's tree from `documents`; a closure completes by the `clock`, without a timer. */
export const organizationTree = (documents: OrganizationsDocuments, clock: Clock): OrganizationTree => {
  const organization = () => {
    const record = documents.organization.get(ORGANIZATION);
    if (record === undefined)
      throw new AwsError(
        "AWSOrganizationsNotInUseException",
        "Your account is not a member of an organization.",
      );
    return record;
  };
  const currentState = (account: AccountRecord): AccountState =>
    account.closesAt !== undefined && account.closesAt <= clock.now().getTime() ? "CLOSED" : account.state;
  const arn = (kind: string, id: string) => {
    const { id: organizationId, managementAccountId } = organization();
    return `arn:aws:organizations::${managementAccountId}:${kind}/${organizationId}/${id}`;
  };
  const accountArn = (id: string) => arn("account", id);
  const unitArn = (id: string) => arn("ou", id);
  /** The entity path, as IAM writes it: organization, root, units (API_GenerateOrganizationsAccessReport, "EntityPath"). */
  const pathOf = (parentId: string): string => {
    const unit = documents.units.get(parentId);
    return unit === undefined ? `${organization().id}/${parentId}` : `${pathOf(unit.parentId)}/${unit.id}`;
  };
  return {
    organization,
    account: (id) => {
      const account = documents.accounts.get(id);
      if (account === undefined)
        throw new AwsError("AccountNotFoundException", "You specified an account that doesn't exist.");
      return account;
    },
    stateOf: (id) => {
      const account = documents.accounts.get(id);
      return account === undefined ? undefined : currentState(account);
    },
    unit: (id) => documents.units.get(id),
    isParent: (id) => id === organization().rootId || documents.units.get(id) !== undefined,
    describeAccount: (account) => ({
      Id: account.id,
      Arn: accountArn(account.id),
      Email: account.email,
      Name: account.name,
      Status: statusOf[currentState(account)],
      State: currentState(account),
      Paths: [`${pathOf(account.parentId)}/${account.id}`],
      JoinedMethod: account.joinedMethod,
      JoinedTimestamp: account.joinedAt / 1000,
    }),
    describeUnit: (unit) => ({
      Id: unit.id,
      Arn: unitArn(unit.id),
      Name: unit.name,
      Path: `${pathOf(unit.id)}/`,
    }),
    accountArn,
    unitArn,
    rootArn: () => arn("root", organization().rootId),
  };
};
