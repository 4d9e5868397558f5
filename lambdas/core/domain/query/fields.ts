/**
 * Nobody knows yet what it is, such as the tags of an account that no sync has asked for. It is not the same as having none:
 * whatever it is compared with, the answer is neither yes nor no.
 */
export const NOT_KNOWN: unique symbol = Symbol("not known");
export type NotKnown = typeof NOT_KNOWN;

/** What a query looks at: a resource, and a permission on it where there is one. */
export interface QuerySubject {
  readonly resource: QueryResource;
  readonly permission?: QueryPermission | NotKnown;
  /** The name of the integration that the resource is known by. */
  readonly integration: string;
}

export interface QueryResource {
  readonly type: string;
  /** AWS's own id: an ARN, or an account's id. */
  readonly id: string;
  readonly name: string;
  /** Where it is, from the root down: `/Workloads/Prod/payments`. */
  readonly path: string | NotKnown;
  readonly status: string;
  readonly riskLevel?: Text;
  readonly tags: Texts | NotKnown;
  /** What else is known of it, by its name: `region`, `engine`, … */
  readonly context: Readonly<Record<string, string | NotKnown>>;
}

export interface QueryPermission {
  readonly id: string;
  readonly name: string;
  readonly riskLevel: string;
  readonly tags: Texts;
  readonly context: Texts;
}

type Texts = Readonly<Record<string, string>>;

/** Undefined: it has none. */
export type Text = string | undefined | NotKnown;

const of = <Name extends keyof QueryPermission>(
  permission: QuerySubject["permission"],
  name: Name,
): QueryPermission[Name] | undefined | NotKnown =>
  permission === NOT_KNOWN ? NOT_KNOWN : permission?.[name];

/** Fields with one value. */
const plainFields = {
  resource_type: ({ resource }) => resource.type,
  resource: ({ resource }) => resource.id,
  resource_source_id: ({ resource }) => resource.id,
  resource_name: ({ resource }) => resource.name,
  resource_path: ({ resource }) => resource.path,
  resource_status: ({ resource }) => resource.status,
  resource_risk_level: ({ resource }) => resource.riskLevel,
  permission: ({ permission }) => of(permission, "id"),
  permission_name: ({ permission }) => of(permission, "name"),
  permission_risk_level: ({ permission }) => of(permission, "riskLevel"),
  integration: ({ integration }) => integration,
  integration_name: ({ integration }) => integration,
} as const satisfies Readonly<Record<string, (subject: QuerySubject) => Text>>;

/** Fields that need a key: `resource_tag["env"]`. */
const keyedFields = {
  resource_tag: ({ resource }) => resource.tags,
  resource_context: ({ resource }) => resource.context,
  permission_tag: ({ permission }) => of(permission, "tags"),
  permission_context: ({ permission }) => of(permission, "context"),
} as const satisfies Readonly<Record<string, (subject: QuerySubject) => TextsOf>>;

type TextsOf = QueryResource["context"] | NotKnown | undefined;

type PlainFieldName = keyof typeof plainFields;
type KeyedFieldName = keyof typeof keyedFields;

export const FieldNames: readonly string[] = [...Object.keys(plainFields), ...Object.keys(keyedFields)];

/** A field that there is, with the key that it needs. */
export type Field =
  { readonly name: PlainFieldName } | { readonly name: KeyedFieldName; readonly key: string };

export const isPlainField = (name: string): name is PlainFieldName => Object.hasOwn(plainFields, name);
export const isKeyedField = (name: string): name is KeyedFieldName => Object.hasOwn(keyedFields, name);

/** Whether a field is of the permission, and not of the resource or its integration. */
export const isOfPermission = (name: string): boolean => name.startsWith("permission");

/**
 * Reads a field of a subject; undefined where the subject has no such value, NOT_KNOWN where nobody knows. A key is only ever found where somebody wrote
 * it: `constructor` and the like, which every object inherits, are none.
 */
export const readerOf = (field: Field): ((subject: QuerySubject) => Text) => {
  if (!("key" in field)) return plainFields[field.name];
  const textsOf: (subject: QuerySubject) => TextsOf = keyedFields[field.name];
  const { key } = field;
  return (subject) => {
    const texts = textsOf(subject);
    if (texts === NOT_KNOWN) return NOT_KNOWN;
    return texts !== undefined && Object.hasOwn(texts, key) ? texts[key] : undefined;
  };
};
