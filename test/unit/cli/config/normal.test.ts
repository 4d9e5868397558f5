import { expect, it } from "vitest";
import { filesOf } from "../../../../cli/config/export.ts";
import { comparable } from "../../../../cli/config/compare.ts";
import { readDocuments } from "../../../../cli/config/read-documents.ts";
import { sourceOf } from "../../../../cli/config/source.ts";

const documentsIn = (text: string) => {
  const { documents, findings } = readDocuments([sourceOf("a.yaml", text)]);
  expect(findings).toEqual([]);
  return comparable(documents);
};

const TEXT = `rotas:
  - name: payments
    timeZone: Europe/Berlin
    rotation: { participants: [alice], startsAt: 2026-01-05T08:00:00Z, every: P1W }
bundles:
  - name: prod
    targets: [{ organizationalUnits: [/Prod], permissionSets: [ReadOnly], exclude: { accounts: [vault] } }]
integrations:
  - { name: lab, kind: aws-account, accountId: "999999999999", region: eu-west-1 }
`;

it("shows no list of which there is nothing, and what is exported is the same when it is read", async () => {
  const items = await documentsIn(TEXT);
  const files = [...filesOf(items, "schema").values()];
  for (const absent of ["accounts: []", "organizationalUnits: []", "shifts: []", "overrides: []"])
    expect(files.join("")).not.toContain(absent);
  expect(files.join("")).toContain("- vault");
  const again = await Promise.all(files.map(documentsIn));
  const normalsOf = (some: typeof items) =>
    new Map(some.map(({ document, normal }) => [document.name, normal]));
  expect(normalsOf(again.flat())).toEqual(normalsOf(items));
});
