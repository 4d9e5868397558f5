import { DomainError } from "../domain/errors.ts";
import { AccountIdSchema, PermissionSetArnSchema } from "../domain/ids.ts";
import type {
  Catalogue,
  CatalogueAccount,
  CataloguePermissionSet,
  CatalogueRefresh,
  LookUp,
} from "../ports/catalogue.ts";
import type { Clock } from "../ports/clock.ts";

interface Dependencies {
  readonly catalogue: Catalogue;
  readonly refresh: CatalogueRefresh;
  readonly clock: Pick<Clock, "now">;
}

/** Finds what a name or an id means; `pointer` says which field of the input it came from. */
export interface Names {
  /** By id (12 digits) or name. Throws DomainError `unknown-name` or `ambiguous-name`. */
  readonly account: (nameOrId: string, pointer: string) => Promise<CatalogueAccount>;
  /** By ARN or name. Throws DomainError `unknown-name` or `ambiguous-name`. */
  readonly permissionSet: (nameOrArn: string, pointer: string) => Promise<CataloguePermissionSet>;
}

/** A refresh calls AWS a few dozen times: names that do not exist cannot be used to make it run all the time. */
const REFRESH_AT_MOST_EVERY_MILLISECONDS = 10_000;

/**
 * Looks names and ids up in the catalogue: one read each and no call of AWS. What it does not know makes it refresh the
 * catalogue and look once more.
 */
export const resolveNames = (dependencies: Dependencies): Names => {
  const { catalogue } = dependencies;
  const refreshed = refreshing(dependencies);

  const resolve = async <Found extends { readonly name: string }>(
    lookUp: (how: LookUp) => Promise<readonly Found[]>,
    sought: { readonly kind: string; readonly text: string; readonly pointer: string },
    idOf: (found: Found) => string,
  ): Promise<Found> => {
    let found = await lookUp("indexed");
    if (found.length === 0) {
      await refreshed();
      found = await lookUp("consistent");
    }
    const [first] = found;
    if (first === undefined) throw unknown(sought);
    if (found.length > 1) throw ambiguous(sought, found.map(idOf));
    return first;
  };

  return {
    account: (text, pointer) => {
      const id = AccountIdSchema.safeParse(text);
      const lookUp = async (how: LookUp) =>
        id.success ? listOfOne(await catalogue.account(id.data)) : catalogue.accountsNamed(text, how);
      return resolve(lookUp, { kind: "account", text, pointer }, (account) => account.id);
    },
    permissionSet: (text, pointer) => {
      const arn = PermissionSetArnSchema.safeParse(text);
      const lookUp = async (how: LookUp) =>
        arn.success
          ? listOfOne(await catalogue.permissionSet(arn.data))
          : catalogue.permissionSetsNamed(text, how);
      return resolve(lookUp, { kind: "permission set", text, pointer }, (permissionSet) => permissionSet.arn);
    },
  };
};

const listOfOne = <Found>(found: Found | undefined): readonly Found[] => (found === undefined ? [] : [found]);

/** Refreshes unless that was done (or tried, with the same outcome) moments ago. */
const refreshing = ({ refresh, clock }: Dependencies): (() => Promise<void>) => {
  let last: { readonly at: number; readonly done: Promise<void> } | undefined;
  return () => {
    const now = clock.now().getTime();
    if (last === undefined || now - last.at >= REFRESH_AT_MOST_EVERY_MILLISECONDS) {
      last = { at: now, done: refresh.refresh() };
    }
    return last.done;
  };
};

interface Sought {
  readonly kind: string;
  readonly text: string;
  readonly pointer: string;
}

const unknown = ({ kind, text, pointer }: Sought): DomainError => {
  const detail = `There is no ${kind} ${JSON.stringify(text)}.`;
  return new DomainError("unknown-name", detail, [{ pointer, detail }]);
};

const ambiguous = ({ kind, text, pointer }: Sought, ids: readonly string[]): DomainError => {
  const detail = `${JSON.stringify(text)} is the name of ${ids.length} ${kind}s: ${ids.join(", ")}. Name one of them by its id.`;
  return new DomainError("ambiguous-name", detail, [{ pointer, detail }]);
};
