import * as z from "zod/mini";
import { GroupIdSchema, UserIdSchema, type UserId } from "./ids.ts";

/** Who gets the access. Names are for people to read; every rule compares ids. */
export const PrincipalSchema = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("USER"), id: UserIdSchema, name: z.string() }),
  z.strictObject({ type: z.literal("GROUP"), id: GroupIdSchema, name: z.string() }),
]);
export type Principal = z.infer<typeof PrincipalSchema>;

/** A person as the directory knows them. */
export const PersonSchema = z.strictObject({ userId: UserIdSchema, userName: z.string() });
export type Person = z.infer<typeof PersonSchema>;

/** The user for whom somebody else asked, if that is how it was. */
export const otherBeneficiaryOf = ({
  requester,
  principal,
}: {
  readonly requester: Pick<Person, "userId">;
  readonly principal: Principal;
}): UserId | undefined =>
  principal.type === "USER" && principal.id !== requester.userId ? principal.id : undefined;
