import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestBackup, testBackup } from "../../test/support/backup.ts";
import { runSqlFile, type TestDatabase, testDatabase } from "../../test/support/database.ts";
import { startOtherMajor } from "../../test/support/other-major.ts";
import { drive, fullRecovery, newIncident, testHooks } from "../../test/support/recovery.ts";
import { tableRecovery } from "../../test/support/table-recovery.ts";
import { type Scratch, scratchDirectory } from "../base/scratch.ts";
import { connect } from "../postgres/connect.ts";
import { withDatabase } from "../postgres/target.ts";
import type { Session, Target, Throwaway } from "../postgres/types.ts";
import { inPlace } from "./full/in-place.ts";
import { sideBySide } from "./full/side-by-side.ts";
import type { RecoveryMethod } from "./types.ts";

/* A production of a newer major than the backup's, which has room, or has none. */

const shop = `CREATE TABLE public.orders (id int PRIMARY KEY, note text);
  INSERT INTO public.orders SELECT n, repeat(md5(n::text), 60) FROM generate_series(1, 9300) AS n`;

let server: Throwaway;
let then: TestDatabase;
let backup: TestBackup;
let scratch: Scratch;
let target: Target;
beforeAll(async () => {
  server = await startOtherMajor(17);
  then = await testDatabase();
  // Roles belong to a whole server: both have the platform's, whatever other tests have left on this one.
  await runSqlFile(then.session, "sql/bootstrap/supabase-roles.sql");
  await then.session.query(shop);
  backup = await testBackup(then.target);
  scratch = await scratchDirectory("surroundings-test");
  target = withDatabase(server.target, "shop");
  await using admin = await connect(server.target, { readOnly: false });
  await runSqlFile(admin, "sql/bootstrap/supabase-roles.sql");
  await admin.query("CREATE DATABASE shop TEMPLATE template0");
  await ask((session) => session.query("CREATE TABLE public.orders (id int PRIMARY KEY, note text)"));
}, 60_000);
afterAll(async () => {
  await scratch[Symbol.asyncDispose]();
  await backup[Symbol.asyncDispose]();
  await then[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

async function ask<T>(work: (session: Session) => Promise<T>): Promise<T> {
  await using session = await connect(target, { readOnly: false });
  return await work(session);
}

const orders = () => ask((session) => session.query("SELECT count(*)::int AS n FROM public.orders"));

/** No file of this server may grow past 17 MB (a WAL file has 16): what the kernel then says is what a full disk says. */
async function limitFiles(limit: string): Promise<void> {
  await ask(async (session) => {
    const [file] = await session.query<{ text: string }>("SELECT pg_read_file('postmaster.pid') AS text");
    const pid = Number.parseInt(file?.text ?? "", 10);
    await session.query(`COPY (SELECT 1) TO PROGRAM 'cat >/dev/null; prlimit --pid ${pid} --fsize=${limit}'`);
  });
}

/** This machine's pg_dump is too old for that server; the backups of recoveries are tested elsewhere. */
const hooks = () =>
  testHooks(target, { safetyBackup: async () => ({ id: "s", taken_at: "2026-11-22T02:00:00.000Z", digest: "d" }) });

const methods: Readonly<Record<string, () => RecoveryMethod>> = {
  "of a table": () =>
    tableRecovery({ production: target, backup: then.target, folder: scratch.path }, { table: "public.orders" }),
  "in place": () => inPlace(fullRecovery(target, backup)),
  "side by side": () => sideBySide(fullRecovery(target, backup)),
};

test("a backup of a newer major is refused before anything is touched", async () => {
  const { manifest } = backup;
  const newer = { ...backup, manifest: { ...manifest, versions: { ...manifest.versions, server_num: 180001 } } };
  const method = sideBySide(fullRecovery(target, newer));
  await expect(drive(target, method, newIncident(method), hooks())).rejects.toThrow(
    /comes from PostgreSQL 18 and the server is 17/,
  );
});

test.each(
  Object.keys(methods),
)("%s: a full disk leaves production as it was and is told as one; with room a backup of 15 comes back in 17", async (name) => {
  const method = methods[name]?.();
  if (method === undefined) throw new Error("no such method");
  await ask((session) => session.query("TRUNCATE public.orders"));
  await limitFiles("17825792:unlimited");
  const method1 = method;
  const failed = await drive(target, method1, newIncident(method1), hooks()).catch((thrown: unknown) => thrown);
  await limitFiles("unlimited");
  const told = failed instanceof Error ? failed : (failed as { fault: unknown }).fault;
  expect(told).toMatchObject({ id: "recovery.disk_full", exitCode: 3 });
  expect(await orders()).toEqual([{ n: 0 }]);
  await ask((session) => session.query("INSERT INTO public.orders VALUES (0, 'writable')"));
  expect(await ask((session) => session.query("SELECT FROM pg_database WHERE datname LIKE 'shop\\_%'"))).toEqual([]);

  await ask((session) => session.query("TRUNCATE public.orders"));
  const again = methods[name]?.() ?? method;
  const { incident, fault } = await drive(target, again, newIncident(again), hooks());
  expect(fault).toBeNull();
  expect(incident.state.outcome).toBe("recovered");
  expect(await orders()).toEqual([{ n: 9300 }]);
});
