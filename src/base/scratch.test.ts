import { existsSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { dieWith, until } from "../../test/support/death.ts";
import { scratchDirectory } from "./scratch.ts";

test("only its owner may read it, and disposal removes it with all that is in it", async () => {
  let path: string;
  {
    await using scratch = await scratchDirectory("test");
    path = scratch.path;
    writeFileSync(join(path, "file"), "x");
    expect(statSync(path).mode & 0o777).toBe(0o700);
  }
  expect(existsSync(path)).toBe(false);
});

test("it disappears when its owner is killed, after the last will was carried out", async () => {
  await using outer = await scratchDirectory("outer");
  const mark = join(outer.path, "mark");
  const path = await dieWith(
    "SIGKILL",
    `import { scratchDirectory } from "${join(import.meta.dirname, "scratch.ts")}";
     const scratch = await scratchDirectory("dies", undefined, (path) => ({
       script: 'ls -d "$1" > "$2"; exit 3', parameters: [path, ${JSON.stringify(mark)}],
     }));
     process.stdout.write(scratch.path + "\\n");
     setInterval(() => {}, 1000);`,
  );
  await until(() => !existsSync(path));
  expect(existsSync(mark)).toBe(true);
});

test("a parent that does not exist is one clear sentence", async () => {
  await expect(scratchDirectory("test", "/nonexistent/folder")).rejects.toMatchObject({
    id: "base.no_scratch",
    kind: "surroundings",
    message:
      "No temporary directory could be made in /nonexistent/folder: it does not exist; free some space there, or set ITHACA_SCRATCH to a directory that you may write.",
  });
});
