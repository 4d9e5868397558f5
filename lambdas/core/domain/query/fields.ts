/** What a query looks at: a resource, and a permission on it where there is one. */
export interface QuerySubject {
  readonly resource: QueryResource;
  readonly permission?: QueryPermission;
  /** The name of the integration that the resource is known by. */
  readonly integration: string;
}

export interface QueryResource {
  readonly type: string;
  /** AWS's own id: an ARN, or an account's id. */
  readonly id: string;
  readonly name: string;
  /** Where it is, from the root down: `/Workloads/Prod/payments`. */
  readonly path: string;
  readonly status: string;
  readonly riskLevel?: string | undefined;
  readonly tags: Texts;
  /** What else is known of it, by its name: `region`, `engine`, … */
  readonly context: Texts;
}

export interface QueryPermission {
  readonly id: string;
  readonly name: string;
  readonly riskLevel: string;
  readonly tags: Texts;
  readonly context: Texts;
}

type Texts = Readonly<Record<string, string>>;
type Text = string | undefined;

/** Fields with one value. */
const plainFields = {
  resource_type: ({ resource }) => resource.type,
  resource: ({ resource }) => resource.id,
  resource_source_id: ({ resource }) => resource.id,
  resource_name: ({ resource }) => resource.name,
  resource_path: ({ resource }) => resource.path,
  resource_status: ({ resource }) => resource.status,
  resource_risk_level: ({ resource }) => resource.riskLevel,
  permission: ({ permission }) => permission?.id,
  permission_name: ({ permission }) => permission?.name,
  permission_risk_level: ({ permission }) => permission?.riskLevel,
  integration: ({ integration }) => integration,
  integration_name: ({ integration }) => integration,
} as const satisfies Readonly<Record<string, (subject: QuerySubject) => Text>>;

/** Fields that need a key: `resource_tag["env"]`. */
const keyedFields = {
  resource_tag: ({ resource }) => resource.tags,
  resource_context: ({ resource }) => resource.context,
  permission_tag: ({ permission }) => permission?.tags,
  permission_context: ({ permission }) => permission?.context,
} as const satisfies Readonly<Record<string, (subject: QuerySubject) => Texts | undefined>>;

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
 * Reads a field of a subject; undefined where the subject has no such value. A key is only ever found where somebody wrote
 * it: `constructor` and the like, which every object inherits, are none.
 */
export const readerOf = (field: Field): ((subject: QuerySubject) => Text) => {
  if (!("key" in field)) return plainFields[field.name];
  const textsOf: (subject: QuerySubject) => Texts | undefined = keyedFields[field.name];
  const { key } = field;
  return (subject) => {
    const texts = textsOf(subject);
    return texts !== undefined && Object.hasOwn(texts, key) ? texts[key] : undefined;
  };
};
