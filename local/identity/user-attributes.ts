import { definedIn } from "../identity-store/attributes.ts";
import type { OrganizationUser } from "../organization-file.ts";

/** A person's attributes by AWS's own member names: those of every user, and those of the enterprise extension. */
export const attributesIn = ({ attributes = {} }: Pick<OrganizationUser, "attributes">) => {
  const { title, userType, preferredLanguage, locale, timezone, ...ofEnterprise } = attributes;
  return {
    plain: definedIn({
      Title: title,
      UserType: userType,
      PreferredLanguage: preferredLanguage,
      Locale: locale,
      Timezone: timezone,
    }),
    ofEnterprise: definedIn(ofEnterprise),
  };
};
