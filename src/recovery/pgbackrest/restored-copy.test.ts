import { existsSync, readdirSync, readFileSync } from "node:fs";
import { chmod, mkdir, rename, truncate } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { archived, type BadDay, badDay, moment, physical, restoreFrom } from "../../../test/support/archived.ts";
import { mortal, until } from "../../../test/support/death.ts";
import { scratchDirectory } from "../../base/scratch.ts";
import { planSchema } from "../../plan/schema.ts";
import { connect } from "../../postgres/connect.ts";
import { refuseSameServer } from "../../postgres/not-production.ts";
import type { Session } from "../../postgres/types.ts";
import { lsnValue } from "../../postgres/wal-segments.ts";
import { chronicle } from "../point-in-time/chronicle.ts";
import { parseLook, unsafeLook } from "../point-in-time/look.ts";
import { traceMigration } from "../point-in-time/migration.ts";
import { compareStates, readState } from "../point-in-time/state.ts";
import { proveBothSides } from "../point-in-time/two-sided.ts";
import { reachesTheEnd } from "./archive-end.ts";
import type { ArchivedCluster } from "./archived-cluster.ts";
import { readAround } from "./read-around.ts";
import type { PhysicalPoint } from "./recovery-settings.ts";
import { openRepository } from "./repository.ts";

let day: BadDay;
let production: ArchivedCluster;
let session: Session;
let kept: readonly string[] = [];
const migrations = { table: "supabase_migrations.schema_migrations", column: "version" };
const plan = planSchema.parse({ version: 1, databases: { shop: {} } }).databases.shop;

const files = () => readdirSync(production.repository, { recursive: true }).map(String).sort();
const restore = (point: PhysicalPoint, tries?: number) =>
  restoreFrom(production, point, tries === undefined ? {} : { tries });

beforeAll(async () => {
  day = await badDay();
  ({ production, session } = day);
  kept = files();
});
afterAll(() => day?.[Symbol.asyncDispose]());

test("the moment before: both sides are proved, it can be looked at, and production's archive gets nothing from it", async () => {
  const point = physical(day.allIsWell);
  await using copy = await restore(point);
  await using then = await connect(copy.target, { readOnly: true });
  const around = await readAround(copy);
  const { checks, remarks } = await proveBothSides(then, point, around);
  expect(checks.map(({ id, status }) => [id, status])).toEqual([
    ["point.before", "passed"],
    ["point.after", "passed"],
  ]);
  expect(remarks).toEqual([]);

  // What happened around it, by names and numbers.
  const told = await chronicle(then, around);
  expect(told.filter(({ side }) => side === "after").map(({ did }) => did.join("; "))).toEqual([
    "public.children: 1 updated",
    expect.stringMatching(
      /definitions changed.*public\.children: dropped, emptied or rewritten|public\.children.*definitions changed/,
    ),
    "public.toys: 1 inserted",
  ]);
  expect(told.filter(({ side }) => side === "before").at(-1)?.did).toEqual(["public.toys: 2 inserted"]);
  expect(JSON.stringify(told)).not.toMatch(/canary|wrong/);

  // A look at the record, then and now.
  const request = parseLook("children:7");
  expect((await unsafeLook(then, request)).unsafeRecord).toMatchObject({ id: "7", name: "canary-7" });
  expect((await unsafeLook(then, parseLook("public.children:700"))).unsafeRecord).toBeNull();
  expect(await unsafeLook(session, request)).toEqual({ unsafeRecord: null, why: "the table is not there" });

  // The state, then and now.
  if (plan === undefined) throw new Error("the plan has no shop");
  const state = { database: plan, now: new Date(), note: () => {} };
  const changes = compareStates(await readState(copy.target, state), await readState(production.target, state));
  expect(changes.map(({ table, was, is, change }) => [table, was?.rows, is?.rows, change])).toEqual([
    ["public.children", 100, undefined, "only then"],
    ["public.toys", 2, 3, "changed"],
    ["supabase_migrations.schema_migrations", 1, 2, "changed"],
  ]);
  expect(changes[0]?.was?.newest).toMatch(/^\d{4}-/);

  // It is another server, although it has the same identity; nobody holds a lock in it; nothing of production runs in it.
  await refuseSameServer(then, session);
  const identity = "SELECT system_identifier::text AS id FROM pg_control_system()";
  expect(await then.query(identity)).toEqual(await session.query(identity));
  const [server] = await then.query(
    `SELECT current_setting('archive_mode') AS archive, current_setting('shared_preload_libraries') AS libraries,
       pg_is_in_recovery() AS recovering,
       (SELECT count(*)::int FROM pg_locks WHERE mode = 'AccessExclusiveLock') AS locks`,
  );
  expect(server).toEqual({ archive: "off", libraries: "", recovering: false, locks: 0 });
  await using writing = await connect(copy.target, { readOnly: false });
  await writing.query("DROP TABLE public.children; SELECT pg_switch_wal()");
  const { host } = copy.target;
  expect(await copy.destroy()).toBe(true);
  expect(existsSync(host)).toBe(false);
  expect(files()).toEqual(kept);
});

test("a copy that is not of the point is found out, on either side", async () => {
  const point = physical(day.allIsWell);
  await using copy = await restore(physical("latest"));
  await using then = await connect(copy.target, { readOnly: true });
  const end = await readAround(copy);
  expect((await proveBothSides(then, { kind: "latest" }, end)).checks.map(({ status }) => status)).toEqual(["passed"]);
  // The end of the archive, held for the moment when all was well: it has too much.
  const [, lastButOne, last] = end.before.slice(-3);
  if (last === undefined || lastButOne === undefined) throw new Error("the archive is too short");
  const tooMuch = await proveBothSides(then, point, { before: [lastButOne], after: [last], rolledBack: null });
  expect(tooMuch.checks.map(({ status }) => status)).toEqual(["failed", "failed"]);
  // Just before a transaction that was rolled back is just before what comes next, and before no other's.
  const future = { ...last, xid: "4001" };
  const idle = { before: [last], after: [future], rolledBack: "4000" };
  const beforeIt = await proveBothSides(then, { kind: "transaction", xid: "4000" }, idle);
  expect(beforeIt.checks.map(({ status }) => status)).toEqual(["passed", "passed"]);
  expect(beforeIt.remarks).toEqual(["Transaction 4000 was rolled back: it changed nothing."]);
  const another = await proveBothSides(then, { kind: "transaction", xid: "3999" }, idle);
  expect(another.checks.map(({ status }) => status)).toEqual(["passed", "failed"]);
  // Held for a later one: it has too little, and nothing is known of what comes after.
  const tooLittle = await proveBothSides(then, physical("10 s ago"), {
    before: [{ ...last, xid: "4000" }],
    after: [],
    rolledBack: null,
  });
  expect(tooLittle.checks.map(({ status, actual }) => `${status}: ${actual}`)).toEqual([
    expect.stringMatching(/^failed: transaction 4000 .* not begun$/),
    "not_run: none was found",
  ]);
});

test("just before a migration that is older than the newest backup: an earlier backup leads there", async () => {
  const { xid } = await traceMigration(session, migrations, "20250101000001");
  await using copy = await restore({ kind: "transaction", xid });
  expect(copy.backup.type).toBe("full");
  await using then = await connect(copy.target, { readOnly: true });
  const { checks } = await proveBothSides(then, { kind: "transaction", xid }, await readAround(copy));
  expect(checks.map(({ status }) => status)).toEqual(["passed", "passed"]);
  expect(await then.query("SELECT count(*)::int AS rows FROM public.children")).toEqual([{ rows: 100 }]);
  expect(await then.query("SELECT to_regclass('public.toys')::text AS toys")).toEqual([{ toys: null }]);
  await expect(traceMigration(session, migrations, "20991231000000")).rejects.toMatchObject({
    id: "point.migration_unknown",
  });
  await expect(traceMigration(session, { table: "public.none", column: "id" }, "1")).rejects.toMatchObject({
    id: "point.migration_untraceable",
  });
});

test("just before a position of the log", async () => {
  await using copy = await restore(physical(`just before lsn ${day.marked}`));
  expect(copy.backup.type).toBe("incr");
  expect(lsnValue(copy.stop.lsn)).toBeLessThanOrEqual(lsnValue(day.marked));
  await using then = await connect(copy.target, { readOnly: true });
  expect(await then.query("SELECT count(*)::int AS rows FROM public.toys")).toEqual([{ rows: 2 }]);
  await expect(restore({ kind: "lsn", lsn: "0/100" })).rejects.toMatchObject({ id: "pgbackrest.not_found" });
});

test("a copy that lets nobody in says why, and is not waited for", async () => {
  await expect(restoreFrom(production, physical("latest"), { superuser: "nobody" })).rejects.toMatchObject({
    id: "pgbackrest.nobody_in",
    message: expect.stringContaining('lets nobody in: role "nobody" does not exist; check `point_in_time.superuser`'),
  });
});

test("an archive that ends before the point says so, after it was asked again", async () => {
  await expect(restore(physical("0 s ago"), 2)).rejects.toMatchObject({ id: "pgbackrest.archive_ends" });
});

test("killed in the middle of a restore it leaves nothing running, and can be run again", async () => {
  await using scratch = await scratchDirectory("kill");
  // The copy's OS user must be able to pass through.
  await chmod(scratch.path, 0o711);
  const home = join(scratch.path, "home");
  await mkdir(home, { mode: 0o711 });
  const module = join(import.meta.dirname, "restored-copy.ts");
  await using owner = mortal(
    `import { restoreToPoint } from ${JSON.stringify(module)};
     await restoreToPoint({ environment: ${JSON.stringify(production.environment)}, stanza: "${production.stanza}",
       point: { kind: "latest" }, timeline: "latest", superuser: "postgres", lag: { tries: 1, pauseSeconds: 0 },
       signal: new AbortController().signal, note: (text) => process.stdout.write(text + "\\n") });
     setInterval(() => {}, 1000);`,
    { ITHACA_SCRATCH: home },
  );
  expect(await owner.line()).toContain("restoring");
  await until(() => readdirSync(home).some((name) => existsSync(join(home, name, "data", "base"))));
  await owner.kill("SIGKILL");
  await until(() => readdirSync(home).length === 0);
  // The guards that have just tidied up may take a moment to end as well.
  const left = () => readdirSync("/proc").filter((pid) => /^\d+$/.test(pid) && commandOf(pid).includes(home));
  await until(() => left().length === 0);
  await using again = await restore({ kind: "restore-point", name: "all is well" });
  expect(again.stop.reason).toBe('at restore point "all is well"');
  await expect(restore({ kind: "restore-point", name: "never made" })).rejects.toMatchObject({
    id: "pgbackrest.not_found",
  });
});

test("a segment that is missing while the archive goes on: it is not taken for the end", async () => {
  const end = async () => {
    await using copy = await restore(physical("latest"));
    return (await reachesTheEnd(copy.end, copy.stop, copy.segmentBytes)).status;
  };
  let between = "";
  for (const toy of [4, 5, 6]) {
    await session.query("INSERT INTO public.toys VALUES ($1)", [toy]);
    if (toy === 5) between = (await moment(session)).at;
    await archived(session);
  }
  expect(await end()).toBe("passed");
  const missing = join(
    production.repository,
    files()
      .filter((name) => /\/[0-9A-F]{24}-/.test(name))
      .at(-2) ?? "",
  );
  await rename(missing, join(production.repository, "hidden"));
  expect(await end()).toBe("failed");
  await expect(restore(physical(between))).rejects.toMatchObject({ id: "pgbackrest.gap", kind: "failed" });
  await rename(join(production.repository, "hidden"), missing);
});

test("a backup that is damaged is passed over for an earlier one; where none is left, it has failed", async () => {
  const backups = (type: "I" | "F") =>
    files().filter((name) => new RegExp(`^backup/[^/]+/[^/]+${type}/pg_data/base/.*/1259`).test(name));
  const damage = async (type: "I" | "F") => {
    for (const name of backups(type)) await truncate(join(production.repository, name), 100);
  };
  // It would try again after a quarter of a minute.
  const impatient = { ...production, environment: { ...production.environment, PGBACKREST_JOB_RETRY: "0" } };
  expect(backups("I")).not.toEqual([]);
  await damage("I");
  await using copy = await restoreFrom(impatient, physical("latest"));
  expect(copy.backup.type).toBe("full");
  expect(copy.damaged).toEqual([expect.stringMatching(/I$/)]);
  await damage("F");
  await expect(restoreFrom(impatient, physical("latest"))).rejects.toMatchObject({
    ...{ id: "pgbackrest.damaged", kind: "failed" },
    message: expect.stringContaining("read from the repository is damaged"),
  });
});

test("a repository that cannot be read is one clear sentence without the passphrase", async () => {
  await using scratch = await scratchDirectory("repository");
  const open = (environment: Record<string, string>, stanza = production.stanza) =>
    openRepository({
      environment: { ...production.environment, ...environment },
      stanza,
      scratch: scratch.path,
    }).info();
  await expect(open({}, "nobody")).rejects.toMatchObject({ id: "pgbackrest.no_stanza" });
  await expect(open({ PGBACKREST_CONFIG: "/nonexistent" })).rejects.toMatchObject({ id: "pgbackrest.refused" });
  const wrong = open({ PGBACKREST_REPO1_CIPHER_PASS: "canary-passphrase" });
  await expect(wrong).rejects.toMatchObject({ id: "pgbackrest.no_stanza" });
  await expect(wrong).rejects.toThrow(/^[\x20-\x7e]+$/);
  await expect(wrong).rejects.not.toThrow("canary");
});

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return "";
  }
}
