import type * as z from "zod/mini";
import type {
  AccountAccessSchema,
  StandingAccessListSchema,
  UserAccessSchema,
} from "../../core/contracts/http/inventory-access.ts";
import type { AccountAccess, Reacher } from "../../core/use-cases/inventory/account-access.ts";
import { NOT_COVERED } from "../../core/use-cases/inventory/not-covered.ts";
import type { StandingAccess } from "../../core/use-cases/inventory/standing-access.ts";
import type { Reach, UserAccess } from "../../core/use-cases/inventory/user-access.ts";

export const userAccessView = ({ user, page }: UserAccess): z.input<typeof UserAccessSchema> => ({
  user: { id: user.id, name: user.userName, enabled: user.enabled },
  notCovered: [...NOT_COVERED],
  items: page.items.map((reach) => ({
    account: reach.account,
    permissionSet: reach.permissionSet,
    ...heldView(reach),
  })),
  ...(page.cursor === undefined ? {} : { cursor: page.cursor }),
});

export const accountAccessView = ({ account, page }: AccountAccess): z.input<typeof AccountAccessSchema> => ({
  account: { id: account.id, name: account.name },
  notCovered: [...NOT_COVERED],
  items: page.items.map((reacher) => ({
    person: { id: reacher.person.id, name: reacher.person.name, enabled: reacher.person.enabled },
    permissionSet: reacher.permissionSet,
    ...heldView(reacher),
  })),
  ...(page.cursor === undefined ? {} : { cursor: page.cursor }),
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
