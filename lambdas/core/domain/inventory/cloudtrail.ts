import * as z from "zod/mini";
import { timestamp } from "../ids.ts";
import { consoleDirectoryCalls, identityStoreCalls, scimCalls } from "./looks/directory-calls.ts";
import { iamCalls } from "./looks/iam-calls.ts";
import { identityCenterCalls } from "./looks/identity-center-calls.ts";
import type { Look, LookedAt } from "./looks/look.ts";
import { organizationCalls } from "./looks/organization-calls.ts";
import type { CallTable, RecordedCall } from "./looks/recorded-call.ts";

/**
 * An event by CloudTrail, as EventBridge delivers it; of its members those that are always there and those that are used.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
 */
const TrailEventSchema = z.object({
  account: z.string(),
  detail: z.object({
    eventSource: z.string(),
    eventName: z.string(),
    eventTime: z.iso.datetime(),
    eventID: z.string(),
    readOnly: z.optional(z.boolean()),
    errorCode: z.nullish(z.string()),
    recipientAccountId: z.optional(z.string()),
    userIdentity: z.nullish(z.object({ arn: z.optional(z.string()) })),
    requestParameters: z.optional(z.unknown()),
    responseElements: z.optional(z.unknown()),
    serviceEventDetails: z.optional(z.unknown()),
  }),
});

/** The account in which the call was made that an event tells of. */
export const accountOf = (event: unknown): string => {
  const { account, detail } = TrailEventSchema.parse(event);
  return detail.recipientAccountId ?? account;
};

/** The sources that tell of what the inventory holds, and what their calls lead to. docs/events.md lists them. */
export const CALLS_BY_SOURCE: Readonly<Record<string, CallTable>> = {
  "sso.amazonaws.com": identityCenterCalls,
  "identitystore.amazonaws.com": identityStoreCalls,
  "sso-directory.amazonaws.com": consoleDirectoryCalls,
  "identitystore-scim.amazonaws.com": scimCalls,
  "organizations.amazonaws.com": organizationCalls,
  "iam.amazonaws.com": iamCalls,
};

/** Older records do not say whether a call is read-only. */
const READS = /^(?:Get|List|Describe|Search|Is|BatchGet)(?:[A-Z]|$)/;

/** What a call leads to: by its name, or else, unless it is known to matter to nothing here, what can be afforded. */
const lookedAt = (table: CallTable, call: RecordedCall): readonly LookedAt[] => {
  const rule = Object.hasOwn(table.calls, call.name) ? table.calls[call.name] : undefined;
  if (rule === undefined && table.irrelevant.test(call.name)) return [];
  const looks = rule === undefined ? [undefined] : rule(call);
  return looks.map((look) => look ?? table.otherwise(call)).filter((look) => look !== undefined);
};

/**
 * What has to be looked at again because of an event: nothing after a call that failed or only read. Throws for what is no
 * event of CloudTrail's. Events are best effort, come twice and out of order: they say where to look, never what is there.
 */
export const looksOf = (event: unknown): readonly Look[] => {
  const { account, detail } = TrailEventSchema.parse(event);
  const { eventSource, eventName, eventTime, eventID, readOnly, errorCode, userIdentity } = detail;
  const table = Object.hasOwn(CALLS_BY_SOURCE, eventSource) ? CALLS_BY_SOURCE[eventSource] : undefined;
  if (table === undefined || (readOnly ?? READS.test(eventName)) || typeof errorCode === "string") return [];
  const call: RecordedCall = {
    name: eventName,
    request: detail.requestParameters,
    response: detail.responseElements,
    details: detail.serviceEventDetails,
    accountId: detail.recipientAccountId ?? account,
  };
  const by = userIdentity?.arn;
  const cause = { eventId: eventID, at: timestamp(new Date(eventTime)), ...(by !== undefined && { by }) };
  return lookedAt(table, call).map((look) => ({ ...look, ...cause }));
};
