import type { Json, JsonObject } from "./json.ts";

interface Branch {
  readonly children: Map<string, Branch>;
  value?: string;
}

const newBranch = (): Branch => ({ children: new Map() });

const plant = (root: Branch, name: string, value: string) => {
  let branch = root;
  for (const segment of name.split(".")) {
    const next = branch.children.get(segment) ?? newBranch();
    branch.children.set(segment, next);
    branch = next;
  }
  branch.value = value;
};

const inOrder = ({ children }: Branch): Branch[] =>
  [...children].toSorted(([a], [b]) => Number(a) - Number(b)).map(([, child]) => child);

const mapOf = (entries: Branch): JsonObject =>
  Object.fromEntries(
    inOrder(entries).map((entry) => {
      const value = entry.children.get("value") ?? entry.children.get("Value") ?? newBranch();
      return [(entry.children.get("key") ?? entry.children.get("Name"))?.value ?? "", read(value)];
    }),
  );

/** Lists are `Name.member.N` and maps `Name.entry.N.key` and `.value`; everything else is a structure. */
const read = (branch: Branch): Json => {
  const { children, value } = branch;
  if (children.size === 0) return value ?? "";
  const members = children.get("member");
  if (members !== undefined) return inOrder(members).map(read);
  const entries = children.get("entry");
  if (entries !== undefined) return mapOf(entries);
  return Object.fromEntries([...children].map(([name, child]) => [name, read(child)]));
};

/**
 * The call in a form body of the AWS query protocol; values stay text.
 * https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
 */
export const queryInputOf = (form: string): { readonly operation: string; readonly input: JsonObject } => {
  const parameters = new URLSearchParams(form);
  const root = newBranch();
  for (const [name, value] of parameters) {
    if (name !== "Action" && name !== "Version") plant(root, name, value);
  }
  const input = Object.fromEntries([...root.children].map(([name, child]) => [name, read(child)]));
  return { operation: parameters.get("Action") ?? "", input };
};
