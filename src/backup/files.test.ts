import { truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate as breath } from "node:timers/promises";
import { expect, test } from "vitest";
import { scratchDirectory } from "../base/scratch.ts";
import { hashFile, hashFiles } from "./files.ts";

const stopped = new Error("stopped by a person");

test.each([
  ["a small file", 3],
  ["a large one", 100_000],
])("a run that was stopped hashes nothing more, not even %s", async (_, bytes) => {
  await using scratch = await scratchDirectory("files-test");
  await writeFile(join(scratch.path, "a"), Buffer.alloc(bytes, "x"));
  await expect(hashFiles(scratch.path, ["a"], AbortSignal.abort(stopped))).rejects.toBe(stopped);
  await expect(hashFile(join(scratch.path, "a"), AbortSignal.abort(stopped))).rejects.toBe(stopped);
  const [hashed] = await hashFiles(scratch.path, ["a"], new AbortController().signal);
  expect(hashed).toEqual({ path: "a", ...(await hashFile(join(scratch.path, "a"))) });
  expect(hashed?.bytes).toBe(bytes);
});

test("a run that is stopped in the middle of a file does not read it to its end", async () => {
  await using scratch = await scratchDirectory("files-test");
  const path = join(scratch.path, "a");
  await writeFile(path, "");
  // With a hole of so many bytes that it could not be read within the test.
  await truncate(path, 2 ** 42);
  const stop = new AbortController();
  const hashing = [hashFile(path, stop.signal), hashFiles(scratch.path, ["a"], stop.signal)];
  await breath();
  stop.abort(stopped);
  const rejected = { status: "rejected", reason: stopped };
  expect(await Promise.allSettled(hashing)).toEqual([rejected, rejected]);
});
