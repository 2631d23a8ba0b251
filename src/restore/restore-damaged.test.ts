import { readFile, rm, truncate, unlink, writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { testDatabase } from "../../test/support/database.ts";
import { dumpedBackup, noRoles, restoreDumped } from "../../test/support/dumped-backup.ts";

const twoTables = `
  CREATE TABLE public.cut AS SELECT g AS a FROM generate_series(1, 1000) AS g;
  CREATE TABLE public.gone AS SELECT g AS a FROM generate_series(1, 1000) AS g;
  CREATE TABLE public.fine AS SELECT g AS a FROM generate_series(1, 1000) AS g`;

test("a file that was cut off and one that is missing are in the ledger; the other tables are loaded", async () => {
  await using source = await testDatabase();
  await source.session.query(twoTables);
  await using backup = await dumpedBackup(source.target);
  await truncate(backup.file(`${await backup.idOf("TABLE DATA public cut")}.dat`), 1890);
  const missing = `${await backup.idOf("TABLE DATA public gone")}.dat`;
  await unlink(backup.file(missing));
  await using copy = await testDatabase();
  const { errors } = await restoreDumped(backup, copy.target);
  expect(errors.map(({ object }) => object).sort()).toEqual(["TABLE DATA public cut", "TABLE DATA public gone"]);
  expect(errors.map(({ message }) => message)).toContain(`${missing} is missing from the archive`);
  expect(await copy.session.query("SELECT count(*)::int AS n FROM public.fine")).toEqual([{ n: 1000 }]);
});

test("a file of rows that was emptied is in the ledger", async () => {
  await using source = await testDatabase();
  await source.session.query(twoTables);
  await using backup = await dumpedBackup(source.target);
  await writeFile(backup.file(`${await backup.idOf("TABLE DATA public cut")}.dat`), "");
  await using copy = await testDatabase();
  const { errors } = await restoreDumped(backup, copy.target);
  expect(errors).toMatchObject([{ object: "TABLE DATA public cut", allowed_by: null }]);
});

test("among many small tables, whose rows have a run of their own, each error is its table's", async () => {
  await using source = await testDatabase();
  const table = (n: number) => `CREATE TABLE public.t${n} (a int PRIMARY KEY); INSERT INTO public.t${n} VALUES (${n})`;
  await source.session.query(Array.from({ length: 120 }, (_, place) => table(place)).join(";"));
  await source.session.query("CREATE TABLE public.large AS SELECT g AS a FROM generate_series(1, 20000) AS g");
  await using backup = await dumpedBackup(source.target);
  await writeFile(backup.file(`${await backup.idOf("TABLE DATA public t7")}.dat`), "canary\n\\.\n\n\n");
  await truncate(backup.file(`${await backup.idOf("TABLE DATA public large")}.dat`), 80_000);
  await using copy = await testDatabase();
  const { errors, phases } = await restoreDumped(backup, copy.target);
  expect(errors.map(({ object }) => object).sort()).toEqual(["TABLE DATA public large", "TABLE DATA public t7"]);
  expect(JSON.stringify(errors)).not.toContain("canary");
  expect(phases.map(({ name }) => name)).toEqual(["restore.pre-data", "restore.data", "restore.post-data"]);
  expect(await copy.session.query("SELECT a FROM public.t119")).toEqual([{ a: 119 }]);
  expect(
    await copy.session.query(
      "SELECT count(*)::int AS n FROM pg_index WHERE indisprimary AND indrelid::regclass::text LIKE 'public.t%'",
    ),
  ).toEqual([{ n: 120 }]);
});

/** Behind `PGDMP` stand the format's major and minor version. */
async function newerFormat(path: string): Promise<void> {
  const bytes = await readFile(path);
  bytes.writeUInt8(bytes.readUInt8(6) + 1, 6);
  await writeFile(path, bytes);
}

const damages: readonly [string, (path: string) => Promise<void>][] = [
  ["of a newer format than its pg_dump writes", newerFormat],
  ["cut off", (path) => truncate(path, 2000)],
  ["something else", (path) => writeFile(path, "x".repeat(5000))],
  ["empty", (path) => writeFile(path, "")],
  ["missing", (path) => unlink(path)],
];

test("a damaged table of contents fails the proof and stops nothing", async () => {
  await using source = await testDatabase();
  await source.session.query(twoTables);
  await using backup = await dumpedBackup(source.target);
  await using copy = await testDatabase();
  for (const [what, damage] of damages) {
    await damage(backup.file("toc.dat"));
    const { errors } = await restoreDumped(backup, copy.target);
    expect(errors, what).toMatchObject([{ object: "toc.dat", allowed_by: null }]);
    expect(errors[0]?.message, what).toMatch(/^the archive's table of contents is damaged: /);
  }
  await rm(backup.file(""), { recursive: true });
  expect((await restoreDumped(backup, copy.target)).errors).toHaveLength(1);
});

test("a roles.sql that is missing, cut off or foreign is in the ledger", async () => {
  await using source = await testDatabase();
  for (const [roles, message] of [
    [noRoles.slice(0, 40), "roles.sql is cut off: its last line is missing"],
    [
      `${noRoles}DROP DATABASE x;`,
      "roles.sql holds a statement that is not about roles (DROP DATABASE), which was not carried out",
    ],
  ] as const) {
    await using backup = await dumpedBackup(source.target, roles);
    await using copy = await testDatabase();
    const { errors } = await restoreDumped(backup, copy.target);
    expect(errors).toEqual([{ object: "roles.sql", message, allowed_by: null }]);
  }
});
