import type { Entitlement } from "../../core/domain/entitlement.ts";
import type { AccessInstructions, Provider } from "../../core/ports/provider.ts";

/**
 * The access portal's link straight into the account with the permission set
 * (https://docs.aws.amazon.com/singlesignon/latest/userguide/createshortcutlink.html).
 */
const shortcutLink = (portal: string, accountId: string, permissionSet: string): string =>
  `${portal}/#/console?${new URLSearchParams({ account_id: accountId, role_name: permissionSet }).toString()}`;

/** A name that needs no quoting in `~/.aws/config` or a shell. */
const profileName = (account: string, permissionSet: string): string =>
  `${account}-${permissionSet}`.replaceAll(/[^A-Za-z0-9_-]+/g, "-");

/** https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-sso.html, "sso-session". */
const profile = (portal: string, entitlement: Entitlement, name: string, permissionSet: string): string =>
  [
    "[sso-session lockstep]",
    `sso_start_url = ${portal}`,
    `sso_region = ${entitlement.region}`,
    "sso_registration_scopes = sso:account:access",
    "",
    `[profile ${name}]`,
    "sso_session = lockstep",
    `sso_account_id = ${entitlement.accountId}`,
    `sso_role_name = ${permissionSet}`,
    `region = ${entitlement.region}`,
  ].join("\n");

/** How a person uses an account assignment: in the console, and with the AWS CLI. */
export const accountAssignmentInstructions =
  (accessPortalUrl: string): Provider["instructions"] =>
  (entitlement, names): AccessInstructions => {
    // Portals are written with and without the path's end and its fragment.
    const portal = accessPortalUrl.replace(/[/#]+$/, "");
    const name = profileName(names.account, names.permissionSet);
    return {
      portalUrl: shortcutLink(portal, entitlement.accountId, names.permissionSet),
      awsProfile: profile(portal, entitlement, name, names.permissionSet),
      steps: [
        `Open the link to use ${names.account} as ${names.permissionSet} in the AWS console.`,
        `Or add the profile to ~/.aws/config and run: aws sso login --profile ${name}`,
        `Check who you are with: aws sts get-caller-identity --profile ${name}`,
      ],
    };
  };
