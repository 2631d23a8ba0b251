import { expect, test } from "vitest";
import { vaultErrors } from "./errors.ts";
import { lockedIfPossible, whileLocked } from "./locks.ts";
import type { Restic } from "./restic.ts";

function resticOf(minor: number): Restic {
  return {
    repository: "v",
    version: async () => [0, minor],
    parse: (schema, text) => schema.parse(text),
    call: async () => ({ exitCode: 0, stdout: "", stderr: "" }),
  };
}

const locked = vaultErrors.locked({ repository: "v", why: "PID 7" });
const soon = { total: 1000, pause: 1 };

/** A call that meets a lock so many times. */
function meets(times: number) {
  const flags: (readonly string[])[] = [];
  const call = async (given: readonly string[]) => {
    flags.push(given);
    if (flags.length <= times) throw locked;
    return "done";
  };
  return { flags, call };
}

test("a backup waits for a retention to end, with a restic that cannot wait itself", async () => {
  const { flags, call } = meets(2);
  expect(await whileLocked(resticOf(14), {}, call, soon)).toBe("done");
  expect(flags).toEqual([[], [], []]);
});

test("a restic that can wait is asked to", async () => {
  const { flags, call } = meets(0);
  await whileLocked(resticOf(16), {}, call, { total: 300_000, pause: 1 });
  expect(flags).toEqual([["--retry-lock", "300s"]]);
});

test("patience ends, other faults are not waited for, and a stop is heard", async () => {
  await expect(whileLocked(resticOf(14), {}, meets(9).call, { total: 0, pause: 1 })).rejects.toBe(locked);
  const denied = vaultErrors.denied({ repository: "v", why: "403" });
  const refused = async () => Promise.reject(denied);
  await expect(whileLocked(resticOf(14), {}, refused, soon)).rejects.toBe(denied);
  const signal = AbortSignal.abort(new Error("a person"));
  await expect(whileLocked(resticOf(14), { signal }, meets(9).call, soon)).rejects.toBe(signal.reason);
});

test("a read without a lock comes second", async () => {
  const { flags, call } = meets(1);
  const warnings: string[] = [];
  expect(await lockedIfPossible({ warn: (text) => warnings.push(text) }, call)).toBe("done");
  expect(flags).toEqual([[], ["--no-lock"]]);
  expect(warnings).toHaveLength(1);
});
