import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import * as z from "zod/mini";
import { transitions } from "../../lambdas/core/domain/transitions.ts";
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
      "lockstep-await-approval-errors",
      "lockstep-changed-out-of-band",
      "lockstep-grant-access-errors",
      "lockstep-inventory-events-behind",
      "lockstep-inventory-events-dead-letters",
      "lockstep-inventory-events-errors",
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
    // What comes from elsewhere is looked at, and nobody is told.
    .filter(
      ({ properties }) =>
        !["lockstep-changes-forwarded", "lockstep-sweep-changed-flow"].includes(String(properties["Name"])),
    )
    .map(({ properties }) => RuleSchema.parse(properties));

  it("is told of approvals, also of more time, failures and stuck revokes, each by its transition", () => {
    const types = rules.flatMap(({ EventPattern }) => EventPattern["detail-type"]);
    expect(types.toSorted()).toEqual([
      "ApprovalEscalated",
      "ApprovalNeeded",
      "ExtensionRequested",
      "GrantFailed",
      "NextApprovalNeeded",
      "NextExtensionApprovalNeeded",
      "RequestRefused",
      "RevocationStuck",
    ]);
    expect(Object.keys(transitions)).toEqual(expect.arrayContaining(types));
    for (const { EventPattern } of rules) expect(EventPattern.source).toEqual(["lockstep"]);
  });

  it("is told by the request's id and nothing about people", () => {
    for (const { InputTransformer } of rules.flatMap(({ Targets }) => Targets)) {
      expect(Object.values(InputTransformer?.InputPathsMap ?? {})).toEqual(["$.detail.requestId"]);
    }
  });

  it("is kept when it cannot be delivered", () => {
    for (const { DeadLetterConfig } of rules.flatMap(({ Targets }) => Targets)) {
      expect(DeadLetterConfig).toBeDefined();
    }
  });
});
