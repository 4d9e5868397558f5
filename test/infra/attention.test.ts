import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import * as z from "zod/mini";
import { reviewBy } from "../../lambdas/core/domain/break-glass.ts";
import { transitions } from "../../lambdas/core/domain/transitions.ts";
import type { LockstepEvent } from "../../lambdas/core/ports/events.ts";
import { diedDetailOf } from "../../lambdas/core/domain/lint/died.ts";
import { CONFIGURATION_DIED } from "../../lambdas/core/use-cases/lint/tell-what-died.ts";
import { recordTransition } from "../../lambdas/core/use-cases/record-transition.ts";
import { publishOverdueReview } from "../../lambdas/core/use-cases/sweep/publish-overdue-review.ts";
import { targetInput } from "../../local/events/target-input.ts";
import type { JsonObject } from "../../local/wire/json.ts";
import { aBreakGlassRequest } from "../support/break-glass.ts";
import { aGroupId, aUserId } from "../support/builders.ts";
import { FakeEventPublisher } from "../support/fakes/event-publisher.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import { resourcesOf } from "./support/template.ts";
import { oidc, synthesize } from "./support/synthesize.ts";

const { access } = synthesize({ settings: { oidc } });
const runbook = readFileSync(new URL("../../docs/runbook.md", import.meta.url), "utf8");

const AlarmSchema = z.looseObject({
  AlarmName: z.string(),
  AlarmDescription: z.string(),
  AlarmActions: z.array(z.looseObject({ "Fn::ImportValue": z.string() })),
});
const alarms = resourcesOf(access, "AWS::CloudWatch::Alarm").map(({ properties }) =>
  AlarmSchema.parse(properties),
);
const alarmNames = alarms.map(({ AlarmName }) => AlarmName);

describe("alarms", () => {
  it("watch executions, stuck and late revokes, the stream, the API, the functions, the syncs and the sweep", () => {
    expect(alarmNames.toSorted()).toEqual([
      "lockstep-administration-errors",
      "lockstep-announce-dead-letters",
      "lockstep-announce-errors",
      "lockstep-api-5xx",
      "lockstep-api-errors",
      "lockstep-attention-undelivered",
      "lockstep-audit-gaps",
      "lockstep-automatic-errors",
      "lockstep-await-approval-errors",
      "lockstep-break-glass-unreviewed",
      "lockstep-break-glass-used",
      "lockstep-changed-out-of-band",
      "lockstep-grant-access-errors",
      "lockstep-inventory-events-behind",
      "lockstep-inventory-events-dead-letters",
      "lockstep-inventory-events-errors",
      "lockstep-lint-errors",
      "lockstep-orphans",
      "lockstep-record-behind",
      "lockstep-record-dead-letters",
      "lockstep-record-errors",
      "lockstep-revocation-stuck",
      "lockstep-revoke-access-errors",
      "lockstep-revoke-lag",
      "lockstep-seal-errors",
      "lockstep-sweep-behind",
      "lockstep-sweep-errors",
      "lockstep-sync-behind",
      "lockstep-sync-errors",
      "lockstep-sync-failed",
      "lockstep-workflow-aborted",
      "lockstep-workflow-failed",
      "lockstep-workflow-timed-out",
    ]);
  });

  it.each(alarmNames)("%s points to its section of the runbook", (name) => {
    const description = alarms.find(({ AlarmName }) => AlarmName === name)?.AlarmDescription;
    expect(description).toContain(`docs/runbook.md#${name}`);
    expect(runbook.split("\n")).toContainEqual(expect.stringMatching(new RegExp(`^#+ ${name}$`)));
  });

  it("tell the attention topic", () => {
    for (const { AlarmActions } of alarms) {
      expect(AlarmActions.map((action) => action["Fn::ImportValue"])).toEqual([
        expect.stringContaining("AttentionTopic"),
      ]);
    }
  });
});

describe("what people must act on", () => {
  const RuleSchema = z.looseObject({
    EventPattern: z.looseObject({ source: z.array(z.string()), "detail-type": z.array(z.string()) }),
    EventBusName: z.optional(z.unknown()),
    Targets: z.array(
      z.looseObject({
        DeadLetterConfig: z.optional(z.looseObject({})),
        InputTransformer: z.optional(
          z.object({ InputPathsMap: z.record(z.string(), z.string()), InputTemplate: z.string() }),
        ),
      }),
    ),
  });
  const rules = resourcesOf(access, "AWS::Events::Rule")
    .filter(({ properties }) => properties["EventBusName"] !== undefined)
    // The others' targets are functions, which look at what happened: nobody is told.
    .filter(({ properties }) => JSON.stringify(properties["Targets"]).includes("AttentionTopic"))
    .map(({ properties }) => RuleSchema.parse(properties));

  it("is told of approvals, also of more time, failures, stuck revokes and emergencies, each by its event", () => {
    const types = rules.flatMap(({ EventPattern }) => EventPattern["detail-type"]);
    expect(types.toSorted()).toEqual([
      "ApprovalEscalated",
      "ApprovalNeeded",
      "BreakGlassReviewOverdue",
      "BreakGlassUsed",
      "ConfigurationDied",
      "ExtensionEscalated",
      "ExtensionRequested",
      "GrantFailed",
      "NextApprovalNeeded",
      "NextExtensionApprovalNeeded",
      "RequestRefused",
      "RevocationStuck",
    ]);
    const found = ["BreakGlassReviewOverdue", CONFIGURATION_DIED];
    expect([...Object.keys(transitions), ...found]).toEqual(expect.arrayContaining(types));
    for (const { EventPattern } of rules) expect(EventPattern.source).toEqual(["lockstep"]);
  });

  const isOfEmergency = ({ EventPattern }: (typeof rules)[number]) =>
    EventPattern["detail-type"].some((type) => type.startsWith("BreakGlass"));

  /** What the topic gets of an event, by the rule for it. */
  const messageOf = ({ type, at, detail }: LockstepEvent): unknown => {
    const rule = rules.find(({ EventPattern }) => EventPattern["detail-type"].includes(type));
    const [target] = rule?.Targets ?? [];
    if (target?.InputTransformer === undefined) throw new Error(`Nothing is told of ${type}`);
    const { InputTransformer } = target;
    const event = {
      id: "1",
      time: at,
      "detail-type": type,
      source: "lockstep",
      detail: detail as JsonObject,
    };
    const place = { version: "0", account: "111111111111", region: "eu-west-1", resources: [] } as const;
    return targetInput({ Id: "T", Arn: "arn", InputTransformer }, { ...place, ...event }, "rule/of/the/bus");
  };

  it("is told what died of the configuration, where, and what to do", () => {
    const finding = {
      severity: "error",
      code: "group-gone",
      kind: "access-flow",
      name: "prod-power",
      pointer: "/requestors",
      message: "Group payments-engineers is not there any more.",
    } as const;
    const detail = diedDetailOf(finding);
    const message = messageOf({
      id: "l-1",
      type: CONFIGURATION_DIED,
      at: "2026-01-01T00:00:00.000Z",
      detail,
    });
    expect(message).toContain(
      "The access-flow prod-power died: group-gone at /requestors. POST /access-flows/lint",
    );
    expect(message).toContain("lockstep-configuration-died");
    expect(runbook).toContain("## lockstep-configuration-died");
    expect(JSON.stringify(detail)).not.toContain("payments-engineers");
  });

  it("is told who took which access in an emergency, who is to look at it and by when: by ids", async () => {
    const events = new FakeEventPublisher();
    const clock = new VirtualClock();
    const used = aBreakGlassRequest();
    const append = () => Promise.resolve();
    await recordTransition({ events, audit: { append } })(used);
    await publishOverdueReview({ events, clock })(used);
    const messages = events.published.map(messageOf);
    expect(messages).toHaveLength(2);
    for (const message of messages) {
      expect(message).toContain(`Request ${used.id} took access`);
      for (const part of [
        used.requester.userId,
        used.flow.name,
        used.entitlements[0]?.entitlement.accountId,
        `user:${aUserId("wendy")}`,
        `group:${aGroupId("security")}`,
        reviewBy(used),
        `POST /requests/${used.id}/review`,
      ]) {
        expect(message).toContain(part);
      }
      expect(message).not.toContain(used.justification);
      expect(message).not.toContain("alice");
    }
  });

  it("is told by the request's id and nothing about people, but for emergencies", () => {
    const others = rules.filter(
      (rule) => !isOfEmergency(rule) && !rule.EventPattern["detail-type"].includes(CONFIGURATION_DIED),
    );
    expect(others).toHaveLength(rules.length - 3);
    for (const { InputTransformer } of others.flatMap(({ Targets }) => Targets)) {
      expect(Object.values(InputTransformer?.InputPathsMap ?? {})).toEqual(["$.detail.requestId"]);
    }
  });

  it("is kept when it cannot be delivered", () => {
    for (const { DeadLetterConfig } of rules.flatMap(({ Targets }) => Targets)) {
      expect(DeadLetterConfig).toBeDefined();
    }
  });
});
