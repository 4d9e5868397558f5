import { HOME } from "../cast.ts";

export const MACHINE = `arn:aws:states:eu-west-1:${HOME}:stateMachine:lockstep-access-request`;

export const SYNC_MACHINE = `arn:aws:states:eu-west-1:${HOME}:stateMachine:lockstep-sync`;

export const tables = {
  access: "access",
  wakeups: "wakeups",
  config: "config",
  audit: "audit",
  inventory: "inventory",
} as const;

/** Lockstep's functions. */
export type FunctionName =
  | "api"
  | "administration"
  | "await-approval"
  | "grant-access"
  | "revoke-access"
  | "record"
  | "sync"
  | "sync-schedule"
  | "inventory-events"
  | "sweep"
  | "automatic";
