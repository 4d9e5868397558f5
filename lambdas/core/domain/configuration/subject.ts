import * as z from "zod/mini";

/** What administrators write. */
export const ConfigurationKinds = ["access-flow", "bundle", "access-scope", "rota", "integration"] as const;
export const ConfigurationKindSchema = z.enum(ConfigurationKinds);
export type ConfigurationKind = z.infer<typeof ConfigurationKindSchema>;

/** What people call one of a kind. */
export const nounOf: Readonly<Record<ConfigurationKind, string>> = {
  "access-flow": "access flow",
  bundle: "bundle",
  "access-scope": "access scope",
  rota: "rota",
  integration: "integration",
};

/** As long as the longest name of any kind; a slash would make two names one chain. */
const SubjectNameSchema = z.string().check(z.regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/));

/** One item of configuration, whether it is there or was. */
export const SubjectSchema = z.strictObject({ kind: ConfigurationKindSchema, name: SubjectNameSchema });
export type Subject = z.infer<typeof SubjectSchema>;

/** The id of the item's chain in the audit trail. No request's id has a slash. */
export const chainOf = ({ kind, name }: Subject): string => `${kind}/${name}`;

/** The subject whose chain has this id; undefined for every other text. */
export const subjectOf = (chain: string): Subject | undefined => {
  const slash = chain.indexOf("/");
  const subject = { kind: chain.slice(0, Math.max(0, slash)), name: chain.slice(slash + 1) };
  return SubjectSchema.safeParse(subject).data;
};
