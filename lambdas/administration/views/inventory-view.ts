import type * as z from "zod/mini";
import type {
  AccountListSchema,
  AssignmentListSchema,
  GroupListSchema,
  OrganizationalUnitListSchema,
  PermissionSetListSchema,
  ResourceListSchema,
  IamGroupListSchema,
  IamRoleListSchema,
  IamUserListSchema,
  UserListSchema,
} from "../../core/contracts/http/inventory.ts";
import type {
  Fact,
  GroupFact,
  IamGroupFact,
  IamRoleFact,
  IamUserFact,
  OrganizationalUnitFact,
  ResourceFact,
} from "../../core/domain/inventory/facts.ts";
import { ACCOUNT_TYPE } from "../../core/domain/inventory/query-subject.ts";
import type { Observed } from "../../core/ports/inventory.ts";
import type { FoundAccount, FoundResource } from "../../core/use-cases/inventory/find-resources.ts";
import type { ListedAccount } from "../../core/use-cases/inventory/list-accounts.ts";
import type { ListedAssignment } from "../../core/use-cases/inventory/list-assignments.ts";
import type { ListedUser } from "../../core/use-cases/inventory/list-people.ts";
import type { ListedPermissionSet } from "../../core/use-cases/inventory/list-permission-sets.ts";
import type { Within } from "../../core/use-cases/inventory/list-within-accounts.ts";

type ItemOf<List extends z.ZodMiniType<{ readonly items: readonly unknown[] }>> =
  z.input<List> extends {
    readonly items: readonly (infer Item)[];
  }
    ? Item
    : never;

/** When a fact was seen, and who made it so. What a fact says is AWS's own, and shown whole. */
const seenView = ({ since, observedAt, by }: Observed) => ({
  since,
  observedAt,
  ...(by === undefined ? {} : { by }),
});

/** What the fact says; of which kind it is, the route says. */
const contentOf = <F extends Fact>({ fact }: Observed<F>): Omit<F, "kind"> => {
  const { kind: _kind, ...content } = fact;
  return content;
};

export const accountView = ({
  observed,
  organizationalUnits,
  stale,
}: ListedAccount): ItemOf<typeof AccountListSchema> => ({
  ...contentOf(observed),
  organizationalUnits: [...organizationalUnits],
  stale: stale.map(({ scope, problem }) => ({ scope, problem })),
  ...seenView(observed),
});

export const organizationalUnitView = (
  observed: Observed<OrganizationalUnitFact>,
): ItemOf<typeof OrganizationalUnitListSchema> => ({ ...contentOf(observed), ...seenView(observed) });

export const userView = ({ observed, managerName }: ListedUser): ItemOf<typeof UserListSchema> => ({
  ...contentOf(observed),
  ...(managerName === undefined ? {} : { managerName }),
  ...seenView(observed),
});

export const groupView = (observed: Observed<GroupFact>): ItemOf<typeof GroupListSchema> => ({
  ...contentOf(observed),
  ...seenView(observed),
});

export const permissionSetView = ({
  observed,
  power,
}: ListedPermissionSet): ItemOf<typeof PermissionSetListSchema> => ({
  ...contentOf(observed),
  power,
  ...seenView(observed),
});

export const assignmentView = ({
  observed,
  account,
  permissionSet,
  principal,
  stale,
}: ListedAssignment): ItemOf<typeof AssignmentListSchema> => ({
  account,
  permissionSet,
  principal,
  stale,
  ...seenView(observed),
});

/** What is within an account: its account is named instead of being an id. */
const withinView = <F extends IamUserFact | IamGroupFact | IamRoleFact | ResourceFact>({
  observed,
  account,
  stale,
}: Within<F>) => {
  const { accountId: _accountId, ...content } = contentOf(observed);
  return { ...content, account, stale, ...seenView(observed) };
};

/** An account among resources: what it is within is itself. */
const foundAccountView = ({ observed, path, account, stale }: FoundAccount) => {
  const { id, name, state, tags } = observed.fact;
  return {
    type: ACCOUNT_TYPE,
    id,
    name,
    state,
    ...(tags === undefined ? {} : { tags }),
    ...(path === undefined ? {} : { path }),
    account,
    stale,
    ...seenView(observed),
  };
};

export const foundResourceView = (found: FoundResource): ItemOf<typeof ResourceListSchema> =>
  "path" in found ? foundAccountView(found) : withinView(found);
export const iamUserView = (within: Within<IamUserFact>): ItemOf<typeof IamUserListSchema> =>
  withinView(within);
export const iamGroupView = (within: Within<IamGroupFact>): ItemOf<typeof IamGroupListSchema> =>
  withinView(within);
export const iamRoleView = (within: Within<IamRoleFact>): ItemOf<typeof IamRoleListSchema> =>
  withinView(within);
