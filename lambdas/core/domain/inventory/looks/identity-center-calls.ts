import type { AssignedPrincipal, AssignmentOperation, LookedAt } from "./look.ts";
import { accountIn, permissionSetIn, textIn, type CallTable, type LooksAt } from "./recorded-call.ts";

const pairOf = (
  accountId: ReturnType<typeof accountIn>,
  permissionSetArn: ReturnType<typeof permissionSetIn>,
  of: { readonly principal?: AssignedPrincipal; readonly operation?: AssignmentOperation } = {},
): LookedAt | undefined =>
  accountId === undefined || permissionSetArn === undefined
    ? undefined
    : { look: "pair", accountId, permissionSetArn, ...of };

const principalIn = (request: unknown): AssignedPrincipal | undefined => {
  const principalType = textIn(request, "principalType");
  const principalId = textIn(request, "principalId");
  return (principalType === "USER" || principalType === "GROUP") && principalId !== undefined
    ? { principalType, principalId }
    : undefined;
};

const assignment =
  (kind: AssignmentOperation["kind"], status: string): LooksAt =>
  ({ request, response }) => {
    const requestId = textIn(response, status, "requestId");
    const operation = requestId === undefined ? undefined : { kind, requestId };
    const principal = principalIn(request);
    return [
      pairOf(accountIn(request, "targetId"), permissionSetIn(request, "permissionSetArn"), {
        ...(principal && { principal }),
        ...(operation && { operation }),
      }),
    ];
  };

const permissionSet = (arn: ReturnType<typeof permissionSetIn>): LookedAt | undefined =>
  arn === undefined ? undefined : { look: "permission-set", arn };

const namedPermissionSet: LooksAt = ({ request }) => [
  permissionSet(permissionSetIn(request, "permissionSetArn")),
];

/** Tags of instances and applications are not in the inventory. */
const taggedPermissionSet: LooksAt = ({ request }) => {
  const arn = textIn(request, "resourceArn");
  return arn?.includes("/ps-") === false ? [] : [permissionSet(permissionSetIn(request, "resourceArn"))];
};

/** In one account, it may be there for the first time; where it is provisioned already, nothing changes in the inventory. */
const provisioned: LooksAt = ({ request }) =>
  textIn(request, "targetType") === "ALL_PROVISIONED_ACCOUNTS"
    ? []
    : [pairOf(accountIn(request, "targetId"), permissionSetIn(request, "permissionSetArn"))];

/** Another identity source has other users and groups, and may take those away that there were. */
const identitySource: LooksAt = () => [{ look: "directory" }];

/**
 * `sso.amazonaws.com`. Names: https://docs.aws.amazon.com/singlesignon/latest/userguide/sso-info-in-cloudtrail.html; members
 * are the API's in lower camel case, as public recordings show, with `responseElements.accountAssignmentCreationStatus` and
 * `…DeletionStatus` (https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_CreateAccountAssignment.html).
 */
export const identityCenterCalls: CallTable = {
  calls: {
    CreateAccountAssignment: assignment("creation", "accountAssignmentCreationStatus"),
    DeleteAccountAssignment: assignment("deletion", "accountAssignmentDeletionStatus"),
    ProvisionPermissionSet: provisioned,
    CreatePermissionSet: ({ response }) => [
      permissionSet(permissionSetIn(response, "permissionSet", "permissionSetArn")),
    ],
    UpdatePermissionSet: namedPermissionSet,
    DeletePermissionSet: namedPermissionSet,
    AttachManagedPolicyToPermissionSet: namedPermissionSet,
    DetachManagedPolicyFromPermissionSet: namedPermissionSet,
    AttachCustomerManagedPolicyReferenceToPermissionSet: namedPermissionSet,
    DetachCustomerManagedPolicyReferenceFromPermissionSet: namedPermissionSet,
    PutInlinePolicyToPermissionSet: namedPermissionSet,
    DeleteInlinePolicyFromPermissionSet: namedPermissionSet,
    TagResource: taggedPermissionSet,
    UntagResource: taggedPermissionSet,
    AssociateDirectory: identitySource,
    DisassociateDirectory: identitySource,
  },
  /** Applications, sign-in and sessions, and the instance itself: which one there is, every sync looks at first. */
  irrelevant:
    /Application|Profile|TrustedTokenIssuer|AccessControlAttribute|PermissionsBoundary|Instance$|Region$|Session|Token|Trust$|SSO|^(Authenticate|Federate|Logout|RegisterClient|StartDeviceAuthorization)/,
  // Not every pair: for an organization of 10,000 accounts that would be 100,000 calls for an event that nobody knows.
  otherwise: () => ({ look: "permission-sets" }),
};
