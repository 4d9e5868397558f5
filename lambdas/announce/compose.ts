import type * as z from "zod/mini";
import { awsClients } from "../adapters/aws-clients.ts";
import { eventPublisher } from "../adapters/eventbridge/event-publisher.ts";
import type { EnvironmentSchema } from "./env.ts";

/** The bus that is told. */
export const compose = (environment: z.output<typeof EnvironmentSchema>) =>
  eventPublisher({ clientsFor: awsClients(), busName: environment.EVENT_BUS });
