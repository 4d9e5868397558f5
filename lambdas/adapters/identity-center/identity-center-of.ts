import { ListInstancesCommand, SSOAdminClient, type InstanceMetadata } from "@aws-sdk/client-sso-admin";
import {
  identityCenterNotFound,
  twoIdentityCenterInstances,
  type ListedInstance,
} from "../../core/domain/inventory/problem-words.ts";
import type { Problem } from "../../core/domain/inventory/problem.ts";
import type { AwsClients } from "../aws-clients.ts";
import { allOf, pagesOf } from "../sync/pages.ts";
import type { PatientCall } from "../sync/patient-calls.ts";

/** The organization's instance of Identity Center. */
export interface OrganizationInstance extends ListedInstance {
  readonly identityStoreId: string;
}

/** What a look found: without an instance there is a problem that is an error. */
export interface SeenIdentityCenter {
  readonly instance: OrganizationInstance | undefined;
  readonly problems: readonly Problem[];
}

export interface WantedIdentityCenter {
  readonly region: string;
  /** The owner of an organization's instance. */
  readonly managementAccountId: string;
  /** The instance that the settings name, where they do. */
  readonly instanceArn?: string | undefined;
}

/**
 * Finds the organization's instance of Identity Center in a region, in one call. A member account may have an instance of its
 * own beside it, and then sees both: "organization and account instances […] created in or visible to the account"
 * (https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_ListInstances.html).
 */
export const identityCenterOf =
  ({ clients, call }: { readonly clients: AwsClients; readonly call: PatientCall }) =>
  async (wanted: WantedIdentityCenter): Promise<SeenIdentityCenter> => {
    const { region, instanceArn } = wanted;
    const client = clients.client(SSOAdminClient, { region });
    const instances = await allOf(
      pagesOf((NextToken) =>
        call("sso:ListInstances", () => client.send(new ListInstancesCommand({ NextToken }))),
      ),
      ({ Instances = [] }) => Instances.flatMap(listedInstance),
    );
    const candidates = instances.filter((instance) => isWanted(instance, wanted));
    const instance = candidates.length === 1 ? candidates[0] : undefined;
    if (candidates.length === 0) {
      const name = instanceArn === undefined ? {} : { wanted: `instance ${instanceArn}` };
      return { instance, problems: [identityCenterNotFound({ region, instances, ...name })] };
    }
    const many = twoIdentityCenterInstances({ region, instances, used: instance?.instanceArn });
    return { instance, problems: instances.length === 1 ? [] : [many] };
  };

const isWanted = (
  instance: ListedInstance,
  { managementAccountId, instanceArn }: WantedIdentityCenter,
): boolean =>
  instanceArn === undefined
    ? instance.ownerAccountId === managementAccountId
    : instance.instanceArn === instanceArn;

const listedInstance = ({
  InstanceArn,
  IdentityStoreId,
  OwnerAccountId,
}: InstanceMetadata): readonly OrganizationInstance[] =>
  InstanceArn === undefined || IdentityStoreId === undefined
    ? []
    : [{ instanceArn: InstanceArn, identityStoreId: IdentityStoreId, ownerAccountId: OwnerAccountId }];
