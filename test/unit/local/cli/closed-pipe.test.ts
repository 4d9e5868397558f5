import { EventEmitter } from "node:events";
import { expect, it } from "vitest";
import { endWithReader } from "../../../../local/cli/closed-pipe.ts";

const failing = (code: string) => Object.assign(new Error("write failed"), { code });

it("ends once when nobody reads any more, however many writes fail, and fails of everything else", () => {
  const output = new EventEmitter();
  let ended = 0;
  endWithReader(output, () => {
    ended += 1;
  });
  for (let write = 0; write < 3; write += 1) output.emit("error", failing("EPIPE"));
  expect(ended).toBe(1);
  expect(() => output.emit("error", failing("ENOSPC"))).toThrow("write failed");
  expect(ended).toBe(1);
});
