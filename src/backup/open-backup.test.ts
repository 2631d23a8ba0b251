import { appendFile, readFile, rename, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type TestBackup, testBackup } from "../../test/support/backup.ts";
import { testDatabase } from "../../test/support/database.ts";
import { scratchDirectory } from "../base/scratch.ts";
import { manifestSchema } from "./manifest.ts";
import { openBackup } from "./open-backup.ts";

async function smallBackup(): Promise<TestBackup> {
  await using database = await testDatabase();
  await database.session.query("CREATE TABLE public.t AS SELECT generate_series(1, 100) AS a");
  return await testBackup(database.target);
}

test("what was written is what is opened", async () => {
  await using backup = await smallBackup();
  const opened = await openBackup(backup.directory);
  expect(opened.problems).toEqual([]);
  expect(opened.manifest).toEqual(backup.manifest);
  expect(opened.census.tables).toEqual(backup.census.tables);
  expect(opened.scope.leftOut).toEqual(backup.manifest.left_out);
  expect(opened.manifest.id).toMatch(/^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ-test-[0-9a-f]{8}$/);
});

test("missing, surplus, changed, truncated and exchanged files are named, all at once", async () => {
  await using backup = await smallBackup();
  const { directory } = backup;
  const data = backup.manifest.files.find(({ path }) => /^dump\/\d+\.dat$/.test(path));
  if (data === undefined) throw new Error("the dump has no data");
  const roles = await readFile(join(directory, "roles.sql"), "utf8");
  await rm(join(directory, "dump/toc.dat"));
  await truncate(join(directory, data.path), 3);
  await writeFile(join(directory, "roles.sql"), roles.replace("r", "R"));
  await writeFile(join(directory, "dump/extra"), "x");
  const { problems } = await openBackup(directory);
  expect(problems).toEqual([
    { path: data.path, expected: `${data.bytes} bytes`, actual: "3 bytes" },
    { path: "dump/toc.dat", expected: expect.stringMatching(/^\d+ bytes$/), actual: "missing" },
    { path: "roles.sql", expected: expect.stringMatching(/^sha256:/), actual: expect.stringMatching(/^sha256:/) },
    { path: "dump/extra", expected: "no such file", actual: "surplus" },
  ]);
});

test("a link in a file's place is not followed", async () => {
  await using backup = await smallBackup();
  const path = join(backup.directory, "roles.sql");
  await rename(path, `${backup.directory}-roles`);
  await symlink(`${backup.directory}-roles`, path);
  const { problems } = await openBackup(backup.directory);
  await rm(`${backup.directory}-roles`);
  expect(problems).toEqual([{ path: "roles.sql", expected: "a file", actual: "a link or a device" }]);
});

test("a manifest that was altered does not fit its digest", async () => {
  await using backup = await smallBackup();
  const path = join(backup.directory, "backup.json");
  const manifest = manifestSchema.parse(JSON.parse(await readFile(path, "utf8")));
  await writeFile(path, JSON.stringify({ ...manifest, taken_at: "2026-11-23T02:00:00.000Z" }));
  const { problems } = await openBackup(backup.directory);
  expect(problems).toMatchObject([{ path: "backup.json" }]);
});

test("where there is no backup at all, or none that can be read, one sentence says so", async () => {
  await using scratch = await scratchDirectory("test");
  const refused = (why: RegExp) =>
    expect(openBackup(scratch.path)).rejects.toMatchObject({ kind: "failed", message: expect.stringMatching(why) });
  await refused(/has no backup\.json/);
  await writeFile(join(scratch.path, "backup.json"), "{");
  await refused(/it is not JSON/);
  await writeFile(join(scratch.path, "backup.json"), '{"format":1,"surplus":1}');
  await refused(/malformed/);
  await using backup = await smallBackup();
  const whole = await readFile(join(backup.directory, "backup.json"), "utf8");
  await writeFile(join(scratch.path, "backup.json"), whole.replace(/"dump_bytes": \d+/, '"dump_bytes": -5'));
  await refused(/sizes\.dump_bytes: Too small/);
  await writeFile(
    join(scratch.path, "backup.json"),
    whole.replace(/"database": "[^"]+",\s*"encoding"/, '"database": "", "encoding"'),
  );
  await refused(/server\.database: Too small/);
});

test("a file's path cannot lead out of the backup", async () => {
  await using backup = await smallBackup();
  const path = join(backup.directory, "backup.json");
  const text = await readFile(path, "utf8");
  await writeFile(path, text.replace('"roles.sql"', '"../roles.sql"'));
  await appendFile(join(backup.directory, "..", "roles.sql"), "");
  const { problems } = await openBackup(backup.directory);
  await rm(join(backup.directory, "..", "roles.sql"));
  expect(problems).toContainEqual({ path: "../roles.sql", expected: expect.any(String), actual: "missing" });
});
