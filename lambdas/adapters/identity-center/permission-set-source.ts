import {
  DescribePermissionSetCommand,
  GetInlinePolicyForPermissionSetCommand,
  ListCustomerManagedPolicyReferencesInPermissionSetCommand,
  ListManagedPoliciesInPermissionSetCommand,
  ListPermissionSetsCommand,
  ListTagsForResourceCommand,
  SSOAdminClient,
} from "@aws-sdk/client-sso-admin";
import { PermissionSetArnSchema, type PermissionSetArn } from "../../core/domain/ids.ts";
import type { PermissionSetContents, PermissionSetSource } from "../../core/ports/sync.ts";
import type { AwsClients } from "../aws-clients.ts";
import { unlessGone } from "../sync/gone.ts";
import { allOf, pagesOf } from "../sync/pages.ts";
import type { PatientCall } from "../sync/patient-calls.ts";
import { tagRecord } from "../sync/tags.ts";
import { USUAL_SESSION_DURATION } from "./session-duration.ts";

/** The largest page that Identity Center gives. */
const PAGE = 100;

const GONE = ["ResourceNotFoundException"];

/** The permission sets of one instance of Identity Center. */
export const permissionSetSource = ({
  clients,
  call,
  region,
  instanceArn: InstanceArn,
}: {
  readonly clients: AwsClients;
  readonly call: PatientCall;
  readonly region: string;
  readonly instanceArn: string;
}): PermissionSetSource => {
  const client = clients.client(SSOAdminClient, { region });

  const managedPolicies = (PermissionSetArn: PermissionSetArn) =>
    allOf(
      pagesOf((NextToken) =>
        call("sso:ListManagedPoliciesInPermissionSet", () =>
          client.send(
            new ListManagedPoliciesInPermissionSetCommand({
              InstanceArn,
              PermissionSetArn,
              MaxResults: PAGE,
              NextToken,
            }),
          ),
        ),
      ),
      ({ AttachedManagedPolicies = [] }) => AttachedManagedPolicies.map(({ Arn = "" }) => Arn),
    );

  const customerManagedPolicies = (PermissionSetArn: PermissionSetArn) =>
    allOf(
      pagesOf((NextToken) =>
        call("sso:ListCustomerManagedPolicyReferencesInPermissionSet", () =>
          client.send(
            new ListCustomerManagedPolicyReferencesInPermissionSetCommand({
              InstanceArn,
              PermissionSetArn,
              MaxResults: PAGE,
              NextToken,
            }),
          ),
        ),
      ),
      ({ CustomerManagedPolicyReferences = [] }) =>
        CustomerManagedPolicyReferences.map(({ Name = "", Path = "/" }) => `${Path}${Name}`),
    );

  const tagsOf = async (ResourceArn: PermissionSetArn) =>
    tagRecord(
      await allOf(
        pagesOf((NextToken) =>
          call("sso:ListTagsForResource", () =>
            client.send(new ListTagsForResourceCommand({ InstanceArn, ResourceArn, NextToken })),
          ),
        ),
        ({ Tags = [] }) => Tags,
      ),
    );

  const contents = async (arn: PermissionSetArn): Promise<PermissionSetContents> => {
    const managed = await managedPolicies(arn);
    const customerManaged = await customerManagedPolicies(arn);
    const { InlinePolicy: inlinePolicy } = await call("sso:GetInlinePolicyForPermissionSet", () =>
      client.send(new GetInlinePolicyForPermissionSetCommand({ InstanceArn, PermissionSetArn: arn })),
    );
    return {
      // AWS promises no order, and the same policies are no change.
      managedPolicies: managed.toSorted(),
      customerManagedPolicies: customerManaged.toSorted(),
      // Empty when there is none (https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_GetInlinePolicyForPermissionSet.html).
      ...(inlinePolicy ? { inlinePolicy } : {}),
      tags: await tagsOf(arn),
    };
  };

  return {
    arns: async function* () {
      const pages = pagesOf((NextToken) =>
        call("sso:ListPermissionSets", () =>
          client.send(new ListPermissionSetsCommand({ InstanceArn, MaxResults: PAGE, NextToken })),
        ),
      );
      for await (const { PermissionSets = [] } of pages)
        yield PermissionSets.map((arn) => PermissionSetArnSchema.parse(arn));
    },

    describe: async (arn) => {
      const answer = await unlessGone(GONE, () =>
        call("sso:DescribePermissionSet", () =>
          client.send(new DescribePermissionSetCommand({ InstanceArn, PermissionSetArn: arn })),
        ),
      );
      const set = answer?.PermissionSet;
      if (set === undefined) return undefined;
      return {
        arn,
        name: set.Name ?? arn,
        ...(set.Description === undefined ? {} : { description: set.Description }),
        sessionDuration: set.SessionDuration ?? USUAL_SESSION_DURATION,
      };
    },

    contents: (arn) => unlessGone(GONE, () => contents(arn)),
  };
};
