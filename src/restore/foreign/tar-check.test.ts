import { readFile, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { testDatabase } from "../../../test/support/database.ts";
import { dumper } from "../../../test/support/foreign.ts";
import { scratchDirectory } from "../../base/scratch.ts";
import { openForeign } from "./open-foreign.ts";
import { isWholeTar } from "./tar-check.ts";

test("a tar archive that was cut off anywhere is told before pg_restore reads it", async () => {
  await using scratch = await scratchDirectory("tar-test");
  await using database = await testDatabase();
  await database.session.query(
    "CREATE TABLE public.t AS SELECT n, repeat('x', 90) AS v FROM generate_series(1, 500) n",
  );
  const path = join(scratch.path, "whole.tar");
  await dumper(database.target)("pg_dump", ["-Ft", "-f", path]);
  expect(await isWholeTar(path)).toBe(true);
  const { length } = await readFile(path);
  const cut = join(scratch.path, "cut.tar");
  for (const share of [0.2, 0.5, 0.9]) {
    await writeFile(cut, await readFile(path));
    await truncate(cut, Math.floor(length * share));
    expect(await isWholeTar(cut)).toBe(false);
    await expect(openForeign([cut], scratch.path, new AbortController().signal)).rejects.toMatchObject({
      id: "archive.cut",
      exitCode: 1,
    });
  }
});
