import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { testDatabase, testServer } from "../../test/support/database.ts";
import { testVault, vaultPassword, writeBackup } from "../../test/support/vault.ts";
import { run } from "../base/child-process.ts";
import { findBinary } from "../postgres/binaries.ts";
import { connect } from "../postgres/connect.ts";
import { withDatabase } from "../postgres/target.ts";

/** The first block of shell in docs/vault.md, as a person would paste it. */
async function documentedLines(): Promise<string> {
  const text = await readFile(new URL("../../docs/vault.md", import.meta.url), "utf8");
  return /```sh\n([\s\S]*?)```/.exec(text)?.[1] ?? "";
}

test("the documented lines bring the data back with restic and PostgreSQL's tools alone", async () => {
  await using source = await testDatabase();
  await using test = await testVault();
  const server = testServer();
  const role = `by_hand_${Math.random().toString(36).slice(2, 10)}`;
  const programs = `${dirname(await findBinary("pg_dump"))}:${process.env.PATH}`;
  const env = { PATH: programs, PGHOST: server.host, PGPORT: String(server.port), PGUSER: server.user };
  const { database } = source.target;
  await source.session.query(`
    ALTER DATABASE ${database} SET TimeZone = 'Asia/Kolkata';
    SET TimeZone = 'Asia/Kolkata';
    CREATE FUNCTION public.local_day(timestamptz) RETURNS date LANGUAGE sql IMMUTABLE AS 'SELECT $1::date';
    CREATE TABLE public.orders (id int, at timestamptz, day date GENERATED ALWAYS AS (public.local_day(at)) STORED);
    INSERT INTO public.orders SELECT n, '2026-01-01'::timestamptz + n * interval '1 hour' FROM generate_series(1, 1000) AS n`);
  const facts = "SELECT count(*), max(day)::text, md5(string_agg(day::text, ',' ORDER BY id)) FROM public.orders";
  const expected = await source.session.query(facts);

  const directory = join(test.path, "saved");
  const files = { "roles.sql": `CREATE ROLE ${role};\nCREATE ROLE postgres;\n` };
  const label = await writeBackup(directory, { database: "shop", files });
  await run("pg_dump", ["-Fd", "-Z0", "-f", join(directory, "dump"), database], { env });
  await test.vault.save(directory, label);

  // It comes back under the name that it had; whoever made it here drops it at the end.
  expect(await run("dropdb", ["--force", database], { env })).toMatchObject({ exitCode: 0 });

  const lines = await documentedLines();
  expect(lines.trim().split("\n")).toHaveLength(4);
  try {
    const result = await run("bash", ["-euo", "pipefail", "-c", lines], {
      cwd: test.path,
      env: { ...env, RESTIC_REPOSITORY: test.repository, RESTIC_PASSWORD: vaultPassword },
    });
    expect(result).toMatchObject({ exitCode: 0 });
    await using copy = await connect(withDatabase(server, database), { readOnly: true });
    expect(await copy.query(facts)).toEqual(expected);
    expect(await copy.query("SELECT 1 FROM pg_roles WHERE rolname = $1", [role])).toHaveLength(1);
  } finally {
    await run("dropuser", ["--if-exists", role], { env });
  }
});
