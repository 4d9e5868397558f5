/** What a query looks at: a resource, and a permission on it. */
export interface QuerySubject {
  readonly resource: {
    readonly type: string;
    /** AWS's own id: an ARN, or an account's id. */
    readonly id: string;
    readonly name: string;
    /** Where it is, from the root down: `/Workloads/Prod/payments`. */
    readonly path: string;
    readonly status: string;
    readonly riskLevel?: string | undefined;
    readonly tags: Readonly<Record<string, string>>;
    /** What else is known of it, by its name: `region`, `engine`, … */
    readonly context: Readonly<Record<string, string>>;
  };
  readonly permission?: {
    readonly id: string;
    readonly name: string;
    readonly riskLevel?: string | undefined;
    readonly tags: Readonly<Record<string, string>>;
    readonly context: Readonly<Record<string, string>>;
  };
  readonly integration: { readonly name: string; readonly kind: string };
}

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
  integration: ({ integration }) => integration.kind,
  integration_name: ({ integration }) => integration.name,
} as const satisfies Readonly<Record<string, (subject: QuerySubject) => Text>>;

/** Fields that need a key: `resource_tag["env"]`. */
const keyedFields = {
  resource_tag: ({ resource }) => resource.tags,
  resource_context: ({ resource }) => resource.context,
  permission_tag: ({ permission }) => permission?.tags,
  permission_context: ({ permission }) => permission?.context,
} as const satisfies Readonly<
  Record<string, (subject: QuerySubject) => Readonly<Record<string, string>> | undefined>
>;

type PlainFieldName = keyof typeof plainFields;
type KeyedFieldName = keyof typeof keyedFields;

export const FieldNames: readonly string[] = [...Object.keys(plainFields), ...Object.keys(keyedFields)];

/** A field that there is, with the key that it needs. Undefined is its value where the subject has none. */
export type Field =
  | { readonly name: PlainFieldName }
  | { readonly name: KeyedFieldName; readonly key: string };

export const isPlainField = (name: string): name is PlainFieldName => Object.hasOwn(plainFields, name);
export const isKeyedField = (name: string): name is KeyedFieldName => Object.hasOwn(keyedFields, name);

/** Reads a field of a subject. */
export const readerOf = (field: Field): ((subject: QuerySubject) => string | undefined) => {
  if (!("key" in field)) return plainFields[field.name];
  const mapOf: (subject: QuerySubject) => Readonly<Record<string, string>> | undefined = keyedFields[field.name];
  const { key } = field;
  return (subject) => {
    const map = mapOf(subject);
    return map !== undefined && Object.hasOwn(map, key) ? map[key] : undefined;
  };
};
