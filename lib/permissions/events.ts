import type { IEventBus } from "aws-cdk-lib/aws-events";
import { permission, type Permission } from "./permission.ts";

/** Tells the bus what happens. */
export const publishEvents = (eventBus: IEventBus): Permission =>
  permission({ sid: "PublishEvents", actions: ["events:PutEvents"], resources: [eventBus.eventBusArn] });
