import { describe, expect, it } from "vitest";
import { roleSettingsIn, storedRoleSettings } from "../../../../local/environment/role-groups.ts";
import type { OrganizationFile } from "../../../../local/organization-file.ts";
import { openLocalStore } from "../../../../local/store.ts";
import { exampleOrganization } from "../../../support/example-organization.ts";

type Group = OrganizationFile["identityCenter"]["groups"][number];

const withGroups = (...groups: readonly Group[]): OrganizationFile => {
  const organization = exampleOrganization();
  return { ...organization, identityCenter: { ...organization.identityCenter, groups: [...groups] } };
};

describe("the roles of groups in npm start", () => {
  it("are those that the organization file says, each as the deploy setting that a deployment has it in", () => {
    const organization = withGroups(
      { displayName: "controllers", role: "auditor", members: [] },
      { displayName: "engineers", members: [] },
      { displayName: "stewards", role: "policy-author", members: [] },
      { displayName: "examiners", role: "auditor", members: [] },
    );
    expect(roleSettingsIn(organization)).toEqual({
      auditorGroups: ["controllers", "examiners"],
      policyAuthorGroups: ["stewards"],
    });
  });

  it("are none for a group that is only called what a group with a role is called elsewhere", () => {
    const organization = withGroups(
      { displayName: "auditors", members: ["kofi"] },
      { displayName: "access-governance", members: ["bea"] },
    );
    expect(roleSettingsIn(organization)).toEqual({});
  });

  it("stay those of the file that filled the data directory, whatever file a later start reads", () => {
    const store = openLocalStore();
    const own = withGroups({ displayName: "controllers", role: "auditor", members: [] });
    const roles = { auditorGroups: ["controllers"] };
    expect(storedRoleSettings(store, own, { isNew: true })).toEqual(roles);
    expect(storedRoleSettings(store, exampleOrganization(), { isNew: false })).toEqual(roles);
    store.close();
  });

  it("are none of a data directory from before files said them", () => {
    const store = openLocalStore();
    expect(storedRoleSettings(store, exampleOrganization(), { isNew: false })).toEqual({});
    store.close();
  });
});
