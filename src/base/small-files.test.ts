import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { scratchDirectory } from "./scratch.ts";
import { fileSize, inTurns } from "./small-files.ts";

test("everything is done in its order, and others get their turn meanwhile", async () => {
  let [turns, over] = [0, false];
  const others = () => {
    turns += 1;
    if (!over) setImmediate(others);
  };
  setImmediate(others);
  const slowly = (item: number) => {
    const until = performance.now() + 6;
    while (performance.now() < until);
    return item * 2;
  };
  expect(await inTurns([1, 2, 3, 4, 5, 6], slowly)).toEqual([2, 4, 6, 8, 10, 12]);
  over = true;
  expect(turns).toBeGreaterThan(0);
});

test("what fails ends it", async () => {
  await expect(
    inTurns([1, 2], () => {
      throw new Error("no");
    }),
  ).rejects.toThrow("no");
});

test("a file has a size, and what is not there has none", async () => {
  await using scratch = await scratchDirectory("small-files-test");
  await writeFile(join(scratch.path, "three"), "abc");
  expect(fileSize(join(scratch.path, "three"))).toBe(3);
  expect(fileSize(join(scratch.path, "three", "below"))).toBeNull();
});
