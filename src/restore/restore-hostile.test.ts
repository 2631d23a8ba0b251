import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { testDatabase } from "../../test/support/database.ts";
import { dumpedBackup, patchFile, restoreDumped } from "../../test/support/dumped-backup.ts";
import { scratchDirectory } from "../base/scratch.ts";
import { startCluster } from "../postgres/cluster.ts";
import { connect } from "../postgres/connect.ts";
import type { Throwaway } from "../postgres/types.ts";

const canary = "canary-secret-7f3a";
let server: Throwaway;
let loot: string;

beforeAll(async () => {
  process.env.ITHACA_DATABASE_URL = `postgres://reader:${canary}@db.example.org:5432/app`;
  server = await startCluster();
  // Where the hostile code leaves what it found; anyone may write there.
  loot = await mkdtemp(join(tmpdir(), "ithaca-loot-"));
  await chmod(loot, 0o777);
});

afterAll(async () => {
  delete process.env.ITHACA_DATABASE_URL;
  await server?.destroy();
  await rm(loot, { recursive: true, force: true });
});

/** SQL of a function that tries everything that a superuser's SQL can, and leaves what it got in files. */
function thief(secret: string): string {
  const attempts = [
    `EXECUTE format('COPY (SELECT 1) TO PROGRAM %L', 'env > ${loot}/' || name || '-env;
       cat /proc/${process.pid}/environ /proc/*/environ ${secret} > ${loot}/' || name || '-cat 2>/dev/null; true')`,
    `EXECUTE format('COPY (SELECT %L) TO %L', pg_read_file('/proc/${process.pid}/environ'), '${loot}/' || name || '-read')`,
    `EXECUTE format('COPY (SELECT %L) TO %L', pg_read_file('${secret}'), '${loot}/' || name || '-file')`,
  ];
  const steal = attempts.map((one) => `BEGIN ${one}; EXCEPTION WHEN OTHERS THEN NULL; END;`).join("\n");
  return `CREATE FUNCTION public.steal(name text) RETURNS int LANGUAGE plpgsql AS $$BEGIN
    IF current_database() <> 'postgres' THEN RETURN 1; END IF; ${steal} RETURN 1; END$$`;
}

const ways = ["by_index", "by_matview", "by_column", "by_check"];

test("an index, a matview, a generated column, a CHECK and an event trigger that look for secrets find none", async () => {
  await using scratch = await scratchDirectory("secret");
  const secret = join(scratch.path, "secret");
  await writeFile(secret, canary, { mode: 0o600 });
  await using source = await testDatabase();
  const { session } = source;
  // On the source, which has another name, the thief does nothing.
  await session.query(thief(secret));
  for (const way of ways) {
    await session.query(`CREATE FUNCTION public.${way}(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS
      'BEGIN PERFORM public.steal(''${way}''); RETURN $1; END'`);
  }
  await session.query(`
    CREATE TABLE public.t (a int CHECK (public.by_check(a) > 0), g int GENERATED ALWAYS AS (public.by_column(a)) STORED);
    INSERT INTO public.t VALUES (1), (2);
    CREATE INDEX ON public.t (public.by_index(a));
    CREATE MATERIALIZED VIEW public.mv AS SELECT public.by_matview(1) AS a;
    CREATE FUNCTION public.by_event() RETURNS event_trigger LANGUAGE plpgsql AS
      'BEGIN PERFORM public.steal(''by_event''); END';
    CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION public.by_event()`);
  await using backup = await dumpedBackup(source.target);
  const { errors } = await restoreDumped(backup, server.target);
  expect(errors).toEqual([]);
  await using copy = await connect(server.target, { readOnly: false });
  await copy.query("CREATE TEMP TABLE fires_the_event_trigger (a int)");
  const files = await readdir(loot);
  // The code did run: the protection is that there is nothing to find, not that it was stopped.
  expect(files).toEqual(expect.arrayContaining([...ways, "by_event"].map((way) => `${way}-env`)));
  const isOutOfReach = server.isolation.osUser !== null;
  for (const file of files.filter((one) => isOutOfReach || one.endsWith("-env"))) {
    expect(await readFile(join(loot, file), "latin1"), file).not.toContain(canary);
  }
});

test("an archive cannot make pg_restore read another file of this machine", async () => {
  await using source = await testDatabase();
  await source.session.query("CREATE TABLE public.t AS SELECT g AS a FROM generate_series(1, 10) AS g");
  await using backup = await dumpedBackup(source.target);
  const id = String(await backup.idOf("TABLE DATA public t"));
  const outside = `../${"s".repeat(id.length + 4 - 3)}`;
  await writeFile(join(backup.path, outside.slice(3)), "4711\n\\.\n\n\n");
  await patchFile(backup.file("toc.dat"), `${id}.dat`, outside);
  await using copy = await testDatabase();
  const { errors } = await restoreDumped(backup, copy.target);
  // Since 15.20 pg_restore itself refuses such a table of contents, and then nothing is restored at all.
  const refusals = [
    { object: "TABLE DATA public t", message: "its file name leads out of the archive, so it was not loaded" },
    { object: "toc.dat", message: "the archive's table of contents is damaged: pg_restore cannot read it" },
  ];
  expect(refusals.map((refusal) => [{ ...refusal, allowed_by: null }])).toContainEqual(errors);
  const rows = copy.session.query("SELECT FROM public.t").then(
    ({ length }) => length,
    () => 0,
  );
  expect(await rows).toBe(0);
});

test("psql's commands in an archive or in roles.sql are never carried out", async () => {
  const touched = join(loot, "touched");
  const roles = `\\! touch ${touched}\nCREATE ROLE x; \\o |touch ${touched}\n-- PostgreSQL database cluster dump complete\n`;
  await using source = await testDatabase();
  await source.session.query(`CREATE TABLE public.t (a text DEFAULT E'\\n\\\\! touch ${touched}\\n')`);
  await using backup = await dumpedBackup(source.target, roles.replace("CREATE ROLE x", "CREATE TABLE x"));
  await using copy = await testDatabase();
  const { errors } = await restoreDumped(backup, copy.target);
  expect(errors.every(({ object }) => object === "roles.sql")).toBe(true);
  expect(errors.length).toBeGreaterThan(0);
  expect(await readdir(loot)).not.toContain("touched");
});
