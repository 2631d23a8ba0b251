import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { testDatabase } from "../../test/support/database.ts";
import { dumpedBackup, restoreDumped } from "../../test/support/dumped-backup.ts";
import { startCluster } from "../postgres/cluster.ts";
import { connect } from "../postgres/connect.ts";
import { withDatabase } from "../postgres/target.ts";

const large =
  "CREATE TABLE public.large AS SELECT g AS a, repeat(md5(g::text), 20) AS t FROM generate_series(1, 60000) AS g";

test("a full disk and a server that dies are faults of the surroundings, never of the backup", async () => {
  await using source = await testDatabase();
  await source.session.query(large);
  await using backup = await dumpedBackup(source.target);
  await using server = await startCluster();
  await using session = await connect(server.target, { readOnly: false });
  await session.query("CREATE DATABASE copy TEMPLATE template0");
  const target = withDatabase(server.target, "copy");
  // No file of this server may grow past 17 MB (a WAL file has 16): what the kernel then says is what a full disk says.
  const limitFiles = async (limit: string) => {
    const [file] = await session.query<{ text: string }>("SELECT pg_read_file('postmaster.pid') AS text");
    const pid = Number.parseInt(file?.text ?? "", 10);
    await session.query(`COPY (SELECT 1) TO PROGRAM 'cat >/dev/null; prlimit --pid ${pid} --fsize=${limit}'`);
  };
  await limitFiles("17825792:unlimited");
  await expect(restoreDumped(backup, target)).rejects.toMatchObject({ id: "restore.disk_full", exitCode: 3 });
  await limitFiles("unlimited");

  await session.query("DROP DATABASE copy WITH (FORCE)");
  await session.query("CREATE DATABASE copy TEMPLATE template0");
  const restored = restoreDumped(backup, target);
  const died = expect(restored).rejects.toMatchObject({ kind: "surroundings" });
  await untilLoading(
    async () => (await session.query("SELECT FROM pg_stat_activity WHERE query LIKE 'COPY%'")).length > 0,
  );
  await server.destroy();
  await died;
});

test("Ctrl-C ends pg_restore and its connections", async () => {
  await using source = await testDatabase();
  await source.session.query(large);
  await using backup = await dumpedBackup(source.target);
  await using copy = await testDatabase();
  const stop = new AbortController();
  const restored = restoreDumped(backup, copy.target, { signal: stop.signal });
  const stopped = expect(restored).rejects.toThrow("Ctrl-C");
  const others = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'ithaca' AND query LIKE 'COPY%'`;
  await untilLoading(async () => (await copy.session.query(others)).length > 0);
  stop.abort(new Error("Ctrl-C"));
  await stopped;
  await untilLoading(async () => (await copy.session.query(others)).length === 0);
});

/** Waits for a state that is sure to come. */
async function untilLoading(reached: () => Promise<boolean>): Promise<void> {
  while (!(await reached())) await sleep(5);
}
