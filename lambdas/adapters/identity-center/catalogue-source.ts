import { OrganizationsClient, paginateListAccounts } from "@aws-sdk/client-organizations";
import {
  DescribePermissionSetCommand,
  ListPermissionSetsCommand,
  ListPermissionSetsProvisionedToAccountCommand,
  SSOAdminClient,
} from "@aws-sdk/client-sso-admin";
import { AccountIdSchema, PermissionSetArnSchema, type PermissionSetArn } from "../../core/domain/ids.ts";
import type { CatalogueSource } from "../../core/ports/catalogue.ts";
import type { Admission } from "../../core/ports/provider.ts";
import type { ClientsFor } from "../aws-clients.ts";
import { orUnavailable } from "../aws-errors.ts";

export interface CatalogueSourceDeps {
  readonly clientsFor: ClientsFor;
  readonly admission: Admission;
  readonly identityCenter: { readonly region: string; readonly instanceArn: string };
  readonly managementAccount: string;
}

/** The largest pages that Organizations and Identity Center give. */
const ACCOUNTS_PAGE = 20;
const PERMISSION_SETS_PAGE = 100;

/** Permission sets' `SessionDuration` when none was chosen (https://docs.aws.amazon.com/singlesignon/latest/userguide/howtosessionduration.html). */
const USUAL_SESSION_DURATION = "PT1H";

/** Names, as AWS Organizations and Identity Center have them now. */
export const catalogueSource = (deps: CatalogueSourceDeps): CatalogueSource => {
  const clients = deps.clientsFor("home", "catalogue");
  const organizations = clients.client(OrganizationsClient);
  const ssoAdmin = clients.client(SSOAdminClient, { region: deps.identityCenter.region });
  const InstanceArn = deps.identityCenter.instanceArn;

  const admitted = async <T>(call: () => Promise<T>): Promise<T> => {
    await deps.admission.admit("catalogue");
    return available(call);
  };

  return {
    accounts: () =>
      available(async () => {
        const accounts: { readonly id: string; readonly name: string }[] = [];
        for await (const page of paginateListAccounts(
          { client: organizations, pageSize: ACCOUNTS_PAGE },
          {},
        )) {
          accounts.push(...(page.Accounts ?? []).map(({ Id = "", Name = Id }) => ({ id: Id, name: Name })));
        }
        return accounts.map(({ id, name }) => ({ id: AccountIdSchema.parse(id), name }));
      }),

    permissionSetArns: () =>
      allPages((NextToken) =>
        admitted(() =>
          ssoAdmin.send(
            new ListPermissionSetsCommand({ InstanceArn, MaxResults: PERMISSION_SETS_PAGE, NextToken }),
          ),
        ),
      ),

    describePermissionSet: async (PermissionSetArn) => {
      const { PermissionSet } = await admitted(() =>
        ssoAdmin.send(new DescribePermissionSetCommand({ InstanceArn, PermissionSetArn })),
      );
      return {
        name: PermissionSet?.Name ?? PermissionSetArn,
        sessionDuration: PermissionSet?.SessionDuration ?? USUAL_SESSION_DURATION,
      };
    },

    managementAccountPermissionSets: async () =>
      new Set(
        await allPages((NextToken) =>
          admitted(() =>
            ssoAdmin.send(
              new ListPermissionSetsProvisionedToAccountCommand({
                InstanceArn,
                AccountId: deps.managementAccount,
                MaxResults: PERMISSION_SETS_PAGE,
                NextToken,
              }),
            ),
          ),
        ),
      ),
  };
};

interface PermissionSetsPage {
  readonly PermissionSets?: readonly string[] | undefined;
  readonly NextToken?: string | undefined;
}

const allPages = async (
  page: (nextToken: string | undefined) => Promise<PermissionSetsPage>,
): Promise<readonly PermissionSetArn[]> => {
  const arns: PermissionSetArn[] = [];
  let nextToken: string | undefined;
  do {
    const answer = await page(nextToken);
    arns.push(...(answer.PermissionSets ?? []).map((arn) => PermissionSetArnSchema.parse(arn)));
    nextToken = answer.NextToken;
  } while (nextToken !== undefined);
  return arns;
};

const available = <T>(call: () => Promise<T>): Promise<T> => orUnavailable("ProviderUnavailable", call);
