import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { type TestBackup, testBackup, timeless } from "../../test/support/backup.ts";
import { socketUrl } from "../../test/support/cli.ts";
import { otherMajors, startOtherMajor } from "../../test/support/other-major.ts";
import { databasePlan } from "../../test/support/proof.ts";
import { scopeOf } from "../backup/manifest.ts";
import { systemClock } from "../base/clock.ts";
import { silentProgress } from "../base/progress.ts";
import { scratchDirectory } from "../base/scratch.ts";
import { compareInventories } from "../census/compare-inventory.ts";
import { takeCopyCensus } from "../census/copy-census.ts";
import { listRelations } from "../census/relations.ts";
import { listTexts } from "../census/roles/objects.ts";
import { pinningStatements } from "../census/roles/pinned-policies.ts";
import { startCluster } from "../postgres/cluster.ts";
import { connect } from "../postgres/connect.ts";
import { withDatabase } from "../postgres/target.ts";
import type { Target, Throwaway } from "../postgres/types.ts";
import { stillLogins, wakeLogins } from "../restore/login-triggers.ts";
import { loadInnerOdyssey } from "./load-fixture.ts";
import { loadNasty } from "./load-nasty.ts";
import { prove } from "./prove.ts";

const backups = new Map<string, TestBackup>();

async function createDatabase(server: Throwaway, name: string): Promise<Target> {
  await using admin = await connect(server.target, { readOnly: false });
  await admin.query(`CREATE DATABASE ${name} TEMPLATE template0`);
  return withDatabase(server.target, name);
}

async function fill(target: Target, name: string): Promise<void> {
  if (name === "odyssey") return loadInnerOdyssey(target, { families: 10, now: new Date("2026-11-22T02:00:00Z") });
  await loadNasty(target, {});
  // The other majors' builders left lz4 out. That a server lacks it is an error of the restore, and rightly so.
  await using session = await connect(target, { readOnly: false });
  await session.query("ALTER TABLE nasty.toasted ALTER lz4 SET COMPRESSION pglz");
}

function backupOf(name: string): TestBackup {
  const backup = backups.get(name);
  if (backup === undefined) throw new Error(`no backup of ${name} was taken`);
  return backup;
}

beforeAll(async () => {
  await using stack = new AsyncDisposableStack();
  const source = stack.use(await startCluster({ major: 15 }));
  for (const name of ["nasty", "odyssey"]) {
    const target = await createDatabase(source, name);
    await fill(target, name);
    backups.set(name, stack.use(await testBackup(target)));
  }
  const held = stack.move();
  return () => held.disposeAsync();
});

/** The newest stands for all in every run of the tests; `npm run test:long` asks each. */
const asked = process.env.ITHACA_TESTS === "long" ? otherMajors : otherMajors.slice(-1);

describe.each(asked)("a backup of 15 on a server of %i", (major) => {
  let server: Throwaway;
  beforeAll(async () => {
    server = await startOtherMajor(major);
    return () => server[Symbol.asyncDispose]();
  });

  test.each(["nasty", "odyssey"])("%s", async (name) => {
    await using folder = await scratchDirectory("plan");
    await writeFile(join(folder.path, "ithaca.yaml"), "version: 1\ndatabases:\n  test:\n    platform: supabase\n");
    const report = await prove(
      {
        environment: { ITHACA_THROWAWAY_URL: socketUrl(server.target) },
        clock: systemClock,
        progress: silentProgress,
        signal: new AbortController().signal,
        workingDirectory: folder.path,
      },
      { plan: "ithaca.yaml", archive: backupOf(name).directory },
    );
    const wrong = report.checks.filter(({ status }) => status !== "passed");
    expect(wrong.map((c) => [c.id, c.status, c.reason, c.findings.slice(0, 5)])).toEqual([]);
    expect(report.restore_errors).toEqual([]);
    expect(report.target?.server_version).toMatch(new RegExp(`^${major}\\.`));
    expect(report.sabotage?.missed).toEqual([]);
    expect(report.verdict).toBe("proven");
  });

  test("two databases of that major that were made alike are alike", async () => {
    const { manifest, census: expected } = backupOf("nasty");
    const censuses = [];
    for (const name of ["one", "other"]) {
      const target = await createDatabase(server, name);
      await fill(target, "nasty");
      const options = { target, scope: scopeOf(manifest), database: databasePlan(), expected, workers: 2 };
      censuses.push(await takeCopyCensus({ ...options, progress: silentProgress }));
    }
    const [one, other] = censuses.map(({ tables, inventory }) => ({ tables: timeless(tables), inventory }));
    const version = censuses[0]?.server_version_num ?? 0;
    const versions = { expectedVersion: version, actualVersion: version };
    expect(compareInventories(one?.inventory ?? [], other?.inventory ?? [], versions).differences).toEqual([]);
    expect(one?.inventory.length).toBeGreaterThan(500);
    expect(one?.tables).toEqual(other?.tables);
  });

  test.runIf(major >= 17)("a role that is no superuser gives the policies of a copy their moment", async () => {
    const target = await createDatabase(server, "hosted");
    await using admin = await connect(target, { readOnly: false });
    await admin.query(`CREATE ROLE hosted LOGIN; GRANT SET ON PARAMETER session_replication_role TO hosted;
      GRANT CREATE ON SCHEMA public TO hosted; SET ROLE hosted; CREATE TABLE public.t (at timestamptz);
      CREATE POLICY recent ON public.t USING (at > now() - interval '30 days'); RESET ROLE`);
    await using session = await connect({ ...target, user: "hosted" }, { readOnly: false });
    await session.query("BEGIN");
    const at = "2026-11-22T02:00:00.000Z";
    for (const sql of pinningStatements(
      await listTexts(session),
      await listRelations(session),
      at,
      session.versionNum,
    )) {
      await session.query(sql);
    }
    const [policy] = await session.query<{ qual: string }>("SELECT qual FROM pg_policies");
    expect(policy?.qual).toContain("2026-11-22");
  });

  test.runIf(major >= 17)(
    "what fires at each login is still on a copy, and awake in what becomes production",
    async () => {
      const target = await createDatabase(server, "logins");
      await using admin = await connect(target, { readOnly: false });
      await admin.query(`CREATE FUNCTION public.refuse() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN RAISE ''no''; END';
      CREATE EVENT TRIGGER refuse ON login EXECUTE FUNCTION public.refuse()`);
      const comeIn = async () => {
        await using _session = await connect(target, { readOnly: true });
      };
      await expect(comeIn()).rejects.toMatchObject({ id: "postgres.refused" });
      await stillLogins(admin);
      await comeIn();
      await wakeLogins(target);
      await expect(comeIn()).rejects.toMatchObject({ id: "postgres.refused" });
    },
  );
});
