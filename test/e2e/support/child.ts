import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import * as z from "zod/mini";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

/** A command that has ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that runs. */
export interface Child {
  /** Resolves to the first line of stdout that `recognize` makes something of; fails when the command ends before. */
  readonly line: <T>(recognize: (line: string) => T | undefined) => Promise<T>;
  /** Stdout so far. */
  readonly said: () => string;
  readonly kill: (signal: "SIGTERM" | "SIGKILL" | "SIGINT") => void;
  readonly ended: Promise<Ended>;
}

/** Runs `node <file> <args>` in the repository, as the npm scripts do. */
export const runNode = (file: string, ...args: readonly string[]): Child => {
  const child = spawn(process.execPath, [file, ...args], { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  const listeners = new Set<() => void>();
  child.stdout.on("data", (chunk: Buffer) => {
    stdout += chunk.toString();
    for (const listener of listeners) listener();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const ended = new Promise<Ended>((resolve) => {
    child.once("close", (code) => {
      resolve({ code, stdout, stderr });
    });
  });
  return {
    ended,
    said: () => stdout,
    kill: (signal) => {
      child.kill(signal);
    },
    line: (recognize) =>
      new Promise((resolve, reject) => {
        const look = () => {
          for (const line of stdout.split("\n").slice(0, -1)) {
            const recognized = recognize(line);
            if (recognized === undefined) continue;
            listeners.delete(look);
            resolve(recognized);
            return;
          }
        };
        listeners.add(look);
        void ended.then(({ code }) => {
          reject(new Error(`node ${file} ended with ${String(code)}:\n${stdout}\n${stderr}`));
        });
        look();
      }),
  };
};

const ReadySchema = z.strictObject({ api: z.string(), aws: z.string(), issuer: z.string() });

/** The ready line of `npm start`. */
export const readyLine = (line: string): z.infer<typeof ReadySchema> | undefined => {
  if (!line.startsWith("{")) return undefined;
  return ReadySchema.parse(JSON.parse(line));
};

/** Starts an environment in a process of its own, on free ports, and waits until it is ready. */
export const startChild = async (...args: readonly string[]) => {
  const child = runNode("local/start.ts", "--port", "0", "--aws-port", "0", ...args);
  return { child, ready: await child.line(readyLine) };
};

/** A token for the person, from `npm run token`'s program. */
export const tokenFrom = async (api: string, email: string): Promise<string> => {
  const { stdout } = await runNode("local/token.ts", email, "--port", new URL(api).port).ended;
  return stdout.trim();
};
