import { expect, it } from "vitest";
import { checkDocuments } from "../../../../cli/config/check-documents.ts";
import { findingLine } from "../../../../cli/config/lint.ts";
import { readDocuments } from "../../../../cli/config/read-documents.ts";
import { sourceOf } from "../../../../cli/config/source.ts";

/** The lines that lint says of files. */
const lint = (files: Readonly<Record<string, string>>) => {
  const { documents, misfits, findings } = readDocuments(
    Object.entries(files).map(([file, text]) => sourceOf(file, text)),
  );
  return { documents, lines: [...findings, ...checkDocuments({ documents, misfits })].map(findingLine) };
};

const flow = `accessFlows:
  - name: read
    requestors: { group: engineers }
    targets: [{ accounts: [prod], permissionSets: [ReadOnly] }]
    duration: { max: PT1H }
`;

it("reads every kind of document, from several files, with what is left out filled in", () => {
  const { documents, lines } = lint({
    "flows.yaml": flow,
    "rest.yaml": `
integrations:
  - { name: lab, kind: aws-account, accountId: "999999999999", region: eu-west-1 }
rotas:
  - name: payments
    timeZone: Europe/Berlin
    rotation: { participants: [alice], startsAt: 2026-01-05T08:00:00Z, every: P1W }
accessScopes:
  - { name: power, query: permission_name = "PowerUser" }
bundles:
  - { name: all, targets: [{ accessScope: power }] }
accessFlows:
`,
    "empty.yaml": "# nothing yet\n",
  });
  expect(lines).toEqual([]);
  expect(documents.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
    "access-flow read",
    "integration lab",
    "rota payments",
    "access-scope power",
    "bundle all",
  ]);
  expect(documents[0]?.body).toMatchObject({ trigger: "self-serve", active: true, approval: { steps: [] } });
});

it("tells of an unknown key with its place and the nearest key that there is", () => {
  expect(lint({ "a.yaml": flow.replace("duration:", "durration:") }).lines).toEqual([
    "a.yaml:2:5: access flow read: duration: found nothing; expected an object with max, such as PT8H",
    "a.yaml:5:5: access flow read: durration: found a field that does not belong here; expected duration (did you mean that?)",
  ]);
  expect(lint({ "a.yaml": flow.replace("{ accounts:", "{ acounts: [x], accounts:") }).lines).toEqual([
    expect.stringMatching(
      /^a\.yaml:4:17: access flow read: targets\.0\.acounts: .*expected accounts \(did you mean that\?\)$/,
    ),
  ]);
  expect(lint({ "a.yaml": "accessFlow:\n  - x\n" }).lines).toEqual([
    "a.yaml:1:1: found the unknown key accessFlow; expected accessFlows (did you mean that?)",
  ]);
});

it.each([
  [
    "a value of another kind",
    flow.replace("PT1H", "7"),
    /^a\.yaml:5:17: access flow read: duration\.max: found 7, .*expected a text: put it in quotes/,
  ],
  ["a text that means nothing", flow.replace("PT1H", "soon"), /^a\.yaml:5:17: .*found "soon".*ISO 8601/],
  [
    "a name that is none, in words",
    flow.replace("name: read", 'name: "Bad Name"'),
    /^a\.yaml:2:5: name: found "Bad Name"; expected 1 to 64 letters, digits, - and _, starting with a letter or digit$/,
  ],
  [
    "an account's id without quotes, as it is written",
    flow.replace("[prod]", "[012345670123]"),
    /^a\.yaml:4:28: access flow read: targets\.0\.accounts\.0: found 012345670123, which is no text to YAML; expected a text: put it in quotes, as in "012345670123"$/,
  ],
  [
    "an integration's account without quotes",
    "integrations: [{ name: lab, kind: aws-account, accountId: 111122223333, region: eu-west-1 }]",
    /accountId: found 111122223333, .*put it in quotes, as in "111122223333"$/,
  ],
  [
    "true, where a name is meant",
    flow.replace("[ReadOnly]", "[true]"),
    /^a\.yaml:4:52: .*found true, .*put it in quotes, as in "true"$/,
  ],
  [
    "nothing, where a name is meant",
    flow.replace("[prod]", "[~]"),
    /accounts\.0: found null; expected a text$/,
  ],
  ["a tab", flow.replace("    duration", "\tduration"), /^a\.yaml:5:1: found a tab .*; expected spaces/],
  [
    "a key that is there twice",
    `${flow}    duration: { max: PT2H }\n`,
    /^a\.yaml:6:5: found the key duration a second time in the same place; expected it once/,
  ],
  [
    "two documents in one file",
    `${flow}---\n${flow}`,
    /^a\.yaml:6:1: found a second YAML document .*; expected one: .*a file for each$/,
  ],
  ["an empty file", " \n", /^a\.yaml:1:1: found nothing in the file; expected lists, .*Delete it/],
  [
    "an alias of nothing",
    flow.replace("{ group: engineers }", "*engineers"),
    /^a\.yaml:3:17: found \*engineers, and no anchor &engineers before it; expected one/,
  ],
  ["malformed YAML", "accessFlows: [\n", /^a\.yaml:2:1: found malformed YAML/],
  ["a list on top", "- name: read\n", /^a\.yaml:1:1: found a list; expected one of integrations, /],
  ["no list in a section", "bundles: {}\n", /^a\.yaml:1:1: found no list in bundles/],
  [
    "an item without a name",
    "integrations: [{ kind: aws-account, accountId: '999999999999', region: eu-west-1 }]",
    /name: found nothing; expected 1 to 40 letters/,
  ],
])("refuses %s, with its place", (_, text, line) => {
  expect(lint({ "a.yaml": text }).lines).toEqual([expect.stringMatching(line)]);
});

it("takes as many aliases as files have flows, and none that come to more than can be read", () => {
  const shared = `accessFlows:
  - name: first
    requestors: &who { group: engineers }
    targets: &what [{ accounts: [prod], permissionSets: [ReadOnly] }]
    duration: { max: PT1H }
`;
  const others = Array.from(
    { length: 300 },
    (_, index) =>
      `  - { name: f${String(index)}, requestors: *who, targets: *what, duration: { max: PT1H } }\n`,
  );
  const { documents, lines } = lint({ "a.yaml": shared + others.join("") });
  expect(lines).toEqual([]);
  expect(documents).toHaveLength(301);
  const bomb = Array.from(
    { length: 9 },
    (_, level) =>
      `k${String(level)}: &a${String(level)} [${Array(9)
        .fill(level === 0 ? "x" : `*a${String(level - 1)}`)
        .join(", ")}]\n`,
  );
  expect(lint({ "a.yaml": bomb.join("") }).lines).toEqual([
    expect.stringMatching(/^a\.yaml:1:1: found aliases .*; expected fewer/),
  ]);
});

it("refuses a name that is there twice, in whichever files, and says where both are", () => {
  expect(lint({ "a.yaml": flow, "b.yaml": `# once more\n${flow}` }).lines).toEqual([
    "b.yaml:3:5: found the access flow read a second time; expected a name that is nowhere else (it is in a.yaml:2 too)",
  ]);
  const bundle = "bundles: [{ name: read, targets: [{ accounts: [a], permissionSets: [b] }] }]\n";
  expect(lint({ "a.yaml": flow, "b.yaml": bundle }).lines).toEqual([]);
});

it("follows what documents name of each other, and points at the name that leads nowhere", () => {
  const text = `bundles:
  - name: all
    targets:
      - accessScope: nowhere
accessFlows:
  - name: read
    requestors: { anyOf: [{ onCall: nobody }] }
    targets: [{ bundle: all }, { bundle: none }]
    duration: { max: PT1H }
`;
  expect(lint({ "a.yaml": text }).lines).toEqual([
    expect.stringMatching(/^a\.yaml:4:9: bundle all: There is no access scope "nowhere"/),
    expect.stringMatching(/^a\.yaml:8:34: access flow read: There is no bundle "none"/),
    expect.stringMatching(/^a\.yaml:7:29: access flow read: There is no rota "nobody"/),
  ]);
});

it("tells of a document that does not fit once, and not wherever it is named", () => {
  const text = `accessScopes:
  - { name: power, queri: permission_name = "PowerUser" }
bundles:
  - { name: all, targets: [{ accessScope: power }, { bundle: x }] }
rotas:
  - { name: payments }
accessFlows:
  - name: read
    requestors: { onCall: payments }
    targets: [{ bundle: all }, { accessScope: power }]
    duration: { max: PT1H }
`;
  const { lines } = lint({ "a.yaml": text });
  expect(lines.length).toBeGreaterThan(2);
  for (const line of lines) expect(line).toMatch(/: (access scope power|bundle all|rota payments): /);
});

it("parses queries, and knows those that would give everything", () => {
  const text = `accessScopes:
  - name: broken
    query: resource_nam = "x"
  - name: wide
    query: resource_name = "x"
bundles:
  - { name: all, targets: [{ accessScope: wide }] }
`;
  expect(lint({ "a.yaml": text }).lines).toEqual([
    expect.stringMatching(/^a\.yaml:3:5: access scope broken: column 1: .*did you mean resource_name\?$/),
    expect.stringMatching(/^a\.yaml:7:30: bundle all: The query of the access scope wide does not say/),
  ]);
});

it("counts what is named one by one, as the API does", () => {
  const accounts = Array.from({ length: 101 }, (_, index) => `a${String(index)}`).join(", ");
  const text = `bundles: [{ name: big, targets: [{ accounts: [${accounts}], permissionSets: [b] }] }]`;
  expect(lint({ "a.yaml": text }).lines).toEqual([expect.stringMatching(/names 101 resources one by one/)]);
});
