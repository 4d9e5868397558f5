import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { CommandError } from "../cli/command.ts";

/** https://sqlite.org/rescode.html#busy */
const SQLITE_BUSY = 5;

const isBusy = (error: unknown) =>
  error instanceof Error && "errcode" in error && error.errcode === SQLITE_BUSY;

/**
 * Claims the directory for this process until the returned function is called: two environments on one store would run
 * every request twice. The lock is that of an empty database beside the store, which the operating system gives back
 * whatever becomes of the process; the store itself stays open to whoever wants to look into it. Throws CommandError.
 */
export const claimDirectory = (directory: string): (() => void) => {
  let lock: DatabaseSync | undefined;
  try {
    mkdirSync(directory, { recursive: true });
    lock = new DatabaseSync(join(directory, "lock.sqlite"));
    lock.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    lock?.close();
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandError(
      isBusy(error)
        ? `The data directory ${directory} is in use by another start: stop that one, or choose another directory with --data DIR.`
        : `The data directory ${directory} cannot be used: ${reason}`,
      { cause: error },
    );
  }
  const held = lock;
  return () => {
    held.close();
  };
};
