import { readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { testBackup } from "../../test/support/backup.ts";
import { testDatabase } from "../../test/support/database.ts";
import { listRelations } from "../census/relations.ts";
import { checkDump, parseEntries } from "./dump-check.ts";
import { scopeOf } from "./manifest.ts";
import { holdsPasswords } from "./roles-dump.ts";

test("a dump that lacks a table's file, or its rows, or its table of contents is refused", async () => {
  await using database = await testDatabase();
  const { session } = database;
  await session.query(`CREATE TABLE public."1; 0 7 TABLE DATA" (a int); CREATE TABLE public.t AS SELECT 1 AS a`);
  await using backup = await testBackup(database.target);
  const directory = join(backup.directory, "dump");
  const relations = await listRelations(session);
  const contents = {
    directory,
    serverVersionNum: session.versionNum,
    database: "test",
    scope: scopeOf(backup.manifest),
    relations,
    tables: backup.census.tables,
  };
  await checkDump(contents);
  const t = backup.manifest.files.filter(({ path }) => path.endsWith(".dat") && !path.endsWith("toc.dat"));
  const withRow = t.find(({ bytes }) => bytes > 5)?.path ?? "";
  const without = t.find(({ bytes }) => bytes === 5)?.path ?? "";
  const incomplete = (name: string) => ({ id: "backup.dump_incomplete", message: expect.stringContaining(name) });
  await truncate(join(backup.directory, withRow), 5);
  await expect(checkDump(contents)).rejects.toMatchObject(incomplete("public.t"));
  await rm(join(backup.directory, withRow));
  await expect(checkDump(contents)).rejects.toMatchObject(incomplete("public.t"));
  await rm(join(backup.directory, without));
  await expect(checkDump(contents)).rejects.toMatchObject(incomplete('public."1; 0 7 TABLE DATA", public.t'));
  const toc = join(directory, "toc.dat");
  await writeFile(toc, (await readFile(toc)).subarray(0, 40));
  await expect(checkDump(contents)).rejects.toMatchObject({ id: "backup.dump_unreadable" });
});

test("a table that the dump never heard of is missing", async () => {
  await using database = await testDatabase();
  const { session } = database;
  await session.query("CREATE TABLE public.t (a int)");
  await using backup = await testBackup(database.target);
  await session.query("CREATE TABLE public.later (a int)");
  const contents = {
    directory: join(backup.directory, "dump"),
    serverVersionNum: session.versionNum,
    database: "test",
    scope: scopeOf(backup.manifest),
    relations: await listRelations(session),
    tables: {},
  };
  await expect(checkDump(contents)).rejects.toMatchObject({ message: expect.stringContaining("public.later") });
});

test("an empty database is refused", async () => {
  await using database = await testDatabase();
  await expect(testBackup(database.target)).rejects.toMatchObject({ id: "backup.dump_empty", kind: "failed" });
});

test("entries are counted, names that look like entries are not", () => {
  const list = `;
; Archive created at 2026-11-22
;
219; 1259 16662 TABLE public a postgres
3599; 0 16662 TABLE DATA public a postgres
3600; 0 0 SEQUENCE SET public TABLE DATA postgres
`;
  expect(parseEntries(list)).toEqual({ entries: 3, tableData: [{ dumpId: "3599", oid: 16662 }] });
});

test("a password in the roles is seen, a role of that name is not one", () => {
  expect(holdsPasswords("CREATE ROLE a;\nALTER ROLE a WITH LOGIN PASSWORD 'SCRAM-SHA-256$4096:x';")).toBe(true);
  expect(holdsPasswords(`CREATE ROLE "PASSWORD 'x";`)).toBe(true);
  expect(holdsPasswords('CREATE ROLE "PASSWORD";\nALTER ROLE "PASSWORD" WITH LOGIN;')).toBe(false);
});
