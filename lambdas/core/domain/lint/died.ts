import { nounOf } from "../configuration/subject.ts";
import { shortHashOf } from "../hash.ts";
import type { LintFinding, LintKind } from "./finding.ts";

/** As many characters of base32 as a request's id has. */
const KEY_LENGTH = 26;

/** What tells a finding from every other one. Its message is not part of it: it may be worded anew. */
export const findingKey = ({ kind, name, code, pointer }: LintFinding): string =>
  shortHashOf({ kind, name, code, pointer }, KEY_LENGTH);

const pathOf: Readonly<Record<LintKind, string>> = {
  "access-flow": "/access-flows",
  bundle: "/bundles",
  "access-scope": "/access-scopes",
  rota: "/rotas",
  integration: "/integrations",
};

/** What the bus is told of a finding. Its message names people: whoever may read it finds it where this says. */
export const diedDetailOf = ({ kind, name, code, pointer }: LintFinding) => ({
  version: 1,
  kind,
  name,
  code,
  pointer,
  toDo: `POST /access-flows/lint says what died of the ${nounOf[kind]} ${name}, and what to do; PUT or DELETE ${pathOf[kind]}/${name} puts it right.`,
});
