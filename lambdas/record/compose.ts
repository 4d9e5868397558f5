import type * as z from "zod/mini";
import { awsClients } from "../adapters/aws-clients.ts";
import { auditTrail } from "../adapters/dynamodb/audit-trail.ts";
import { eventPublisher } from "../adapters/eventbridge/event-publisher.ts";
import { systemClock } from "../adapters/system-clock.ts";
import { recordTransition } from "../core/use-cases/record-transition.ts";
import type { EnvironmentSchema } from "./env.ts";

/** The use case with its adapters. */
export const compose = (environment: z.output<typeof EnvironmentSchema>) => {
  const clientsFor = awsClients();
  return recordTransition({
    audit: auditTrail({ clientsFor, tableName: environment.AUDIT_TABLE, clock: systemClock }),
    events: eventPublisher({ clientsFor, busName: environment.EVENT_BUS }),
  });
};
