import type { AccessFlowView } from "../../core/contracts/http/access-flows.ts";
import { durationText } from "../../core/domain/duration.ts";
import type { AccessFlow, Party } from "../../core/domain/access-flow.ts";

/** An access flow as it was written: with names, which are what people know. */
export const accessFlowView = (flow: AccessFlow): AccessFlowView => ({
  name: flow.name,
  requestors: { anyOf: flow.requestors.anyOf.map(partyDocument) },
  targets: flow.targets.map(({ accounts, organizationalUnits, permissionSets }) => ({
    accounts: accounts.map(({ name }) => name),
    organizationalUnits: organizationalUnits.map(({ name }) => name),
    permissionSets: permissionSets.map(({ name }) => name),
  })),
  duration: { max: flow.duration.max },
  approval: {
    steps: flow.approval.steps.map(({ anyOf, withinSeconds }) => ({
      anyOf: anyOf.map(partyDocument),
      within: durationText(withinSeconds),
    })),
  },
  settings: settingsDocument(flow.settings),
  version: flow.version,
  updatedAt: flow.updatedAt,
  updatedBy: flow.updatedBy,
});

/** What an older flow does not say, said as it is meant. */
const settingsDocument = ({
  requesterCanApproveSelf,
  maxExtensions = 0,
  extensionSeconds,
  extensionNeedsApproval = true,
  maxSessionSeconds,
}: AccessFlow["settings"]): AccessFlowView["settings"] => ({
  requesterCanApproveSelf,
  maxExtensions,
  ...(extensionSeconds === undefined ? {} : { extensionDuration: durationText(extensionSeconds) }),
  extensionNeedsApproval,
  ...(maxSessionSeconds === undefined ? {} : { maxSessionDuration: durationText(maxSessionSeconds) }),
});

const partyDocument = ({ type, name }: Party) => (type === "group" ? { group: name } : { user: name });
