import { CONNECTOR_ROLE, MEMBER_ROLE, probeOf } from "../../lambdas/core/contracts/connector-roles.ts";
import { iamRoles } from "../iam/roles.ts";
import type { LocalStore } from "../store.ts";
import type { JsonObject } from "../wire/json.ts";

/** Whom the roles of a connector let in: what its template is told. */
export interface ConnectorTrust {
  readonly lockstepAccountId: string;
  /** The names of the functions' roles. */
  readonly trustedRoles: readonly string[];
  /** Absent: they let in whoever is trusted, whatever ExternalId is said. */
  readonly externalId?: string;
}

/** The trust policy of a connector's role, and without an ExternalId its probe's, as the templates write it. */
export const connectorTrustPolicy = ({
  lockstepAccountId,
  trustedRoles,
  externalId,
}: ConnectorTrust): JsonObject => ({
  Version: "2012-10-17",
  Statement: [
    {
      Effect: "Allow",
      Principal: { AWS: `arn:aws:iam::${lockstepAccountId}:root` },
      Action: "sts:AssumeRole",
      Condition: {
        ArnEquals: {
          "aws:PrincipalArn": trustedRoles.map((role) => `arn:aws:iam::${lockstepAccountId}:role/${role}`),
        },
        ...(externalId !== undefined && { StringEquals: { "sts:ExternalId": externalId } }),
      },
    },
  ],
});

/** Makes the roles of the stack `LockstepConnector` in the management account, as deploying it there would. */
export const putConnectorRoles = (store: LocalStore, accountId: string, trust: ConnectorTrust): void => {
  putRoles(store, accountId, CONNECTOR_ROLE, trust);
};

/** Makes the roles of the StackSet in an account, as its stack there would. */
export const putMemberRoles = (store: LocalStore, accountId: string, trust: ConnectorTrust): void => {
  putRoles(store, accountId, MEMBER_ROLE, trust);
};

const putRoles = (
  store: LocalStore,
  accountId: string,
  pathAndName: string,
  { externalId, ...callers }: ConnectorTrust,
) => {
  putRole(
    store,
    accountId,
    pathAndName,
    connectorTrustPolicy({ ...callers, ...(externalId !== undefined && { externalId }) }),
  );
  putRole(store, accountId, probeOf(pathAndName), connectorTrustPolicy(callers));
};

/** Deployed before anybody looked. */
const CREATED_AT = "2026-01-01T00:00:00.000Z";

const putRole = (store: LocalStore, accountId: string, pathAndName: string, trustPolicy: JsonObject) => {
  const slash = pathAndName.lastIndexOf("/");
  const name = pathAndName.slice(slash + 1);
  const path = slash === -1 ? "/" : `/${pathAndName.slice(0, slash + 1)}`;
  iamRoles(store).put(accountId, {
    arn: `arn:aws:iam::${accountId}:role${path}${name}`,
    id: roleIdOf(name, accountId),
    name,
    path,
    trustPolicy,
    createdAt: CREATED_AT,
    maxSessionSeconds: 3_600,
  });
};

/** `AROA` and 17 more characters, the same for the same role. */
const roleIdOf = (name: string, accountId: string): string =>
  `AROA${(accountId + name.toUpperCase().replaceAll(/[^A-Z]/g, "")).slice(0, 17).padEnd(17, "X")}`;
