import { expect, test } from "vitest";
import { atStep, censusOfCopy, type TestBackup, testBackup, timeless, wideRows } from "../../test/support/backup.ts";
import { type TestDatabase, testDatabase } from "../../test/support/database.ts";
import { until } from "../../test/support/death.ts";
import { connect } from "../postgres/connect.ts";

const writer = (database: TestDatabase) => connect(database.target, { readOnly: false });

/** Two sessions that write as long as `work` runs, the way an application does. */
async function underWriters<T>(database: TestDatabase, work: () => Promise<T>): Promise<T> {
  await database.session.query(`
    CREATE SEQUENCE public.ticket;
    CREATE TABLE public.account (id int PRIMARY KEY, balance int NOT NULL, note text);
    INSERT INTO public.account SELECT i, 100, repeat('x', 50) FROM generate_series(1, 20000) AS i;
    CREATE TABLE public.event (id bigserial PRIMARY KEY, account int, at timestamptz DEFAULT clock_timestamp());
    CREATE TABLE public.queue AS SELECT generate_series(1, 1000) AS id`);
  let writing = true;
  const write = async (seed: number) => {
    await using session = await writer(database);
    for (let i = seed; writing; i += 7) {
      // In the order of their keys, so that the two never deadlock.
      await session.query(
        `BEGIN; UPDATE public.account SET balance = balance - 1 WHERE id = ${(i % 10000) + 1};
         UPDATE public.account SET balance = balance + 1 WHERE id = ${((i * 31) % 10000) + 10001};
         INSERT INTO public.event (account) VALUES (${i}); SELECT nextval('public.ticket');
         DELETE FROM public.event WHERE id < ${i}; COMMIT`,
      );
    }
  };
  const writers = [write(1), write(2)];
  try {
    return await work();
  } finally {
    writing = false;
    await Promise.all(writers);
  }
}

/** The copy has every row and hash of the census, and sequences that lie between its two readings. */
async function expectExact(backup: TestBackup): Promise<void> {
  const copy = await censusOfCopy(backup);
  expect(timeless(copy.tables)).toEqual(timeless(backup.census.tables));
  for (const [name, { before, after }] of Object.entries(backup.census.sequences)) {
    const value = Number(copy.sequences[name]?.before.last_value);
    expect(value).toBeGreaterThanOrEqual(Number(before.last_value));
    expect(value).toBeLessThanOrEqual(Number(after.last_value));
  }
}

test("under writers the dump is exactly what the census says, and a TRUNCATE waits for its end", async () => {
  await using database = await testDatabase();
  await underWriters(database, async () => {
    await using other = await writer(database);
    let truncated: Promise<unknown> | undefined;
    const progress = atStep("Dump", async () => {
      // The exporter, two workers, and pg_dump: from then on nobody can come between.
      const sql = `SELECT DISTINCT pid FROM pg_locks
        WHERE relation = 'public.queue'::regclass AND mode = 'AccessShareLock' AND granted`;
      const locked = until(async () => (await database.session.query(sql)).length === 4);
      truncated ??= locked.then(() => other.query("TRUNCATE public.queue"));
    });
    await using backup = await testBackup(database.target, { progress, plan: { backup: { jobs: 1 } } });
    await truncated;
    expect(backup.census.tables["public.queue"]?.rows).toBe(1000);
    await expectExact(backup);
    expect(await database.session.query("SELECT FROM public.queue")).toEqual([]);
  });
});

test("whoever waits for a table between our locks and pg_dump's is let through, and the backup begins again", async () => {
  await using database = await testDatabase();
  await underWriters(database, async () => {
    await using other = await writer(database);
    let truncated: Promise<unknown> | undefined;
    const progress = atStep("Dump", async () => {
      if (truncated !== undefined) return;
      truncated = other.query("TRUNCATE public.queue");
      const sql = "SELECT FROM pg_locks WHERE NOT granted AND pid = $1";
      await until(async () => (await database.session.query(sql, [other.backendPid])).length > 0);
    });
    await using backup = await testBackup(database.target, { progress });
    await truncated;
    expect(backup.census.tables["public.queue"]?.rows).toBe(0);
    await expectExact(backup);
  });
});

test("a source that truncates all the time is backed up all the same", async () => {
  await using database = await testDatabase();
  await underWriters(database, async () => {
    await database.session.query(wideRows);
    let done = false;
    const truncate = async () => {
      await using other = await writer(database);
      while (!done) {
        await other.query("TRUNCATE public.queue; INSERT INTO public.queue VALUES (1)");
        await other.query("SELECT pg_sleep(0.5)");
      }
    };
    const truncating = truncate();
    try {
      await using backup = await testBackup(database.target);
      await expectExact(backup);
    } finally {
      done = true;
      await truncating;
    }
  });
});

test("DDL during the dump starts it anew, once", async () => {
  await using database = await testDatabase();
  await database.session.query("CREATE TABLE public.t (a int); CREATE MATERIALIZED VIEW public.m AS SELECT 1 AS a");
  const progress = atStep("Dump", async (time) => {
    if (time === 1) await database.session.query("DROP MATERIALIZED VIEW public.m; CREATE TABLE public.late (a int)");
  });
  await using backup = await testBackup(database.target, { progress });
  expect(Object.keys(backup.census.tables)).toEqual(["public.late", "public.t"]);
  expect(timeless((await censusOfCopy(backup)).tables)).toEqual(timeless(backup.census.tables));
});

test("DDL that goes on makes it inconclusive, with the names", async () => {
  await using database = await testDatabase();
  await database.session.query("CREATE TABLE public.t (a int)");
  const progress = atStep("Dump", (time) =>
    database.session.query(`CREATE FUNCTION public.f${time}() RETURNS int LANGUAGE sql AS 'SELECT ${time}'`),
  );
  await expect(testBackup(database.target, { progress })).rejects.toMatchObject({
    id: "backup.definitions_changed",
    kind: "surroundings",
    message: expect.stringContaining("function public.f2()"),
  });
});
