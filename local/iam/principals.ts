import { documentsOf } from "../identity/documents.ts";
import type { LocalStore } from "../store.ts";

/** A user or role, by its ARN and by its unique id. */
export interface IamPrincipal {
  readonly arn: string;
  readonly id: string;
}

/** The users and roles of every account that are there now. */
export const iamPrincipals = (store: LocalStore) => {
  const ids = documentsOf<string>(store, "iam/principal-ids");
  const arns = documentsOf<string>(store, "iam/principal-arns");
  return {
    idOf: (arn: string): string | undefined => ids.get(arn),
    arnOf: (id: string): string | undefined => arns.get(id),
    put: ({ arn, id }: IamPrincipal): void => {
      ids.put(arn, id);
      arns.put(id, arn);
    },
    delete: ({ arn, id }: IamPrincipal): void => {
      ids.delete(arn);
      arns.delete(id);
    },
  };
};
