import type * as z from "zod/mini";
import type {
  AccountAccessSchema,
  StandingAccessListSchema,
  UserAccessSchema,
} from "../../core/contracts/http/inventory-access.ts";
import type { AccountAccess, Reacher } from "../../core/use-cases/inventory/account-access.ts";
import type { NamedPrincipal } from "../../core/use-cases/inventory/names.ts";
import type { StandingAccess } from "../../core/use-cases/inventory/standing-access.ts";
import type { Reach, UserAccess } from "../../core/use-cases/inventory/user-access.ts";

export const userAccessView = (
  { user, page }: UserAccess,
  notCovered: readonly string[],
): z.input<typeof UserAccessSchema> => ({
  user: { id: user.id, name: user.userName, enabled: user.enabled },
  notCovered: [...notCovered],
  items: page.items.map((reach) => ({
    account: reach.account,
    permissionSet: reach.permissionSet,
    ...heldView(reach),
  })),
  ...(page.cursor === undefined ? {} : { cursor: page.cursor }),
});

export const accountAccessView = (
  { account, page }: AccountAccess,
  notCovered: readonly string[],
): z.input<typeof AccountAccessSchema> => ({
  account: { id: account.id, name: account.name },
  notCovered: [...notCovered],
  items: page.items.map((reacher) => ({
    user: userView(reacher.user),
    permissionSet: reacher.permissionSet,
    ...heldView(reacher),
  })),
  ...(page.cursor === undefined ? {} : { cursor: page.cursor }),
});

const userView = ({ id, name, enabled }: NamedPrincipal) => ({
  id,
  name,
  ...(enabled === undefined ? {} : { enabled }),
});

const heldView = ({ hold, through, observed: { since, by }, stale }: Reach | Reacher) => ({
  kind: hold.kind,
  requests: [...hold.requests],
  ...(through === undefined ? {} : { through }),
  since,
  ...(by === undefined ? {} : { by }),
  stale,
});

export const standingAccessView = ({
  observed: { since, by },
  account,
  permissionSet,
  principal,
  replacement,
}: StandingAccess): z.input<typeof StandingAccessListSchema>["items"][number] => ({
  account,
  permissionSet,
  principal,
  since,
  ...(by === undefined ? {} : { by }),
  replacement,
});
