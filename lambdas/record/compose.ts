import type * as z from "zod/mini";
import { awsClients } from "../adapters/aws-clients.ts";
import { auditTrail, configurationTrail } from "../adapters/dynamodb/audit-trail.ts";
import { configurationHeads } from "../adapters/dynamodb/configuration-store.ts";
import { eventPublisher } from "../adapters/eventbridge/event-publisher.ts";
import { systemClock } from "../adapters/system-clock.ts";
import { recordChange } from "../core/use-cases/configuration/record-change.ts";
import { recordTransition } from "../core/use-cases/record-transition.ts";
import type { EnvironmentSchema } from "./env.ts";
import type { Recording } from "./record-stream.ts";

/** The use cases with their adapters. */
export const compose = (environment: z.output<typeof EnvironmentSchema>): Recording => {
  const clientsFor = awsClients();
  const trail = { clientsFor, tableName: environment.AUDIT_TABLE, clock: systemClock };
  const events = eventPublisher({ clientsFor, busName: environment.EVENT_BUS });
  return {
    transition: recordTransition({ audit: auditTrail(trail), events }),
    change: recordChange({
      configurationHeads: configurationHeads({ clientsFor, tableName: environment.CONFIG_TABLE }),
      configurationTrail: configurationTrail(trail),
      events,
    }),
  };
};
