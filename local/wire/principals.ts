/** Who makes a call. */
export type Principal =
  | {
      readonly kind: "role";
      /** The session: `arn:aws:sts::<account>:assumed-role/<role>/<session>`. */
      readonly arn: string;
      readonly roleArn: string;
      readonly accountId: string;
      /** The session's own policy, beside its role's. */
      readonly policy?: string;
      /** Who the meter counts the call for: the function's or the machine's name. */
      readonly name: string;
    }
  | {
      /** A person with the AWS CLI, or a test: may do everything, and is counted apart. */
      readonly kind: "administrator";
      readonly arn: string;
      readonly accountId: string;
    };

/** An access key with what the SDK needs beside it. */
export interface IssuedCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

/** Knows which principal is behind an access key. */
export interface Principals {
  /** A key for a session of `roleArn`. */
  issue(roleArn: string, sessionName: string): IssuedCredentials;
  /** Every key that was not issued here belongs to an administrator of the home account. */
  readonly principalOf: (accessKeyId: string) => Principal;
}

/** A session of a role, as it appears in error messages and in GetCallerIdentity. */
export const roleSession = (roleArn: string, sessionName: string): Extract<Principal, { kind: "role" }> => {
  const [, partition = "aws", , , accountId = ""] = roleArn.split(":");
  const roleName = roleArn.slice(roleArn.lastIndexOf("/") + 1);
  const arn = `arn:${partition}:sts::${accountId}:assumed-role/${roleName}/${sessionName}`;
  return { kind: "role", arn, roleArn, accountId, name: sessionName };
};

/** Temporary keys begin with ASIA. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html */
const keyIdFrom = (id: string) => `ASIA${id.replaceAll("-", "").slice(0, 16).toUpperCase()}`;

export const createPrincipals = (dependencies: {
  readonly accountId: string;
  readonly newId: () => string;
  /** Sessions that STS issued: what else is behind an access key. */
  readonly sessionOf?: (
    accessKeyId: string,
  ) => { readonly roleArn: string; readonly sessionName: string; readonly policy?: string } | undefined;
}): Principals => {
  const { accountId, newId, sessionOf } = dependencies;
  const issued = new Map<string, Principal>();
  const administrator: Principal = {
    kind: "administrator",
    arn: `arn:aws:iam::${accountId}:user/administrator`,
    accountId,
  };
  return {
    issue: (roleArn, sessionName) => {
      const accessKeyId = keyIdFrom(newId());
      issued.set(accessKeyId, roleSession(roleArn, sessionName));
      return { accessKeyId, secretAccessKey: newId(), sessionToken: newId() };
    },
    principalOf: (accessKeyId) => {
      const known = issued.get(accessKeyId);
      if (known !== undefined) return known;
      const session = sessionOf?.(accessKeyId);
      if (session === undefined) return administrator;
      const { roleArn, sessionName, policy } = session;
      return { ...roleSession(roleArn, sessionName), ...(policy !== undefined && { policy }) };
    },
  };
};
