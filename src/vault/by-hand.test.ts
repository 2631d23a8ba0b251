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
  await source.session.query(`CREATE TABLE public.orders AS SELECT generate_series(1, 1000) AS id`);

  const directory = join(test.path, "saved");
  const files = { "roles.sql": `CREATE ROLE ${role};\nCREATE ROLE postgres;\n` };
  const label = await writeBackup(directory, { database: "shop", files });
  await run("pg_dump", ["-Fd", "-Z0", "-f", join(directory, "dump"), source.target.database], { env });
  await test.vault.save(directory, label);

  const lines = (await documentedLines()).replaceAll("shop &&", `${role} &&`).replaceAll("-d shop", `-d ${role}`);
  expect(lines.trim().split("\n")).toHaveLength(4);
  try {
    const result = await run("bash", ["-euo", "pipefail", "-c", lines], {
      cwd: test.path,
      env: { ...env, RESTIC_REPOSITORY: test.repository, RESTIC_PASSWORD: vaultPassword },
    });
    expect(result).toMatchObject({ exitCode: 0 });
    await using copy = await connect(withDatabase(server, role), { readOnly: true });
    expect(await copy.query("SELECT count(*)::int AS rows FROM public.orders")).toEqual([{ rows: 1000 }]);
    expect(await copy.query("SELECT 1 FROM pg_roles WHERE rolname = $1", [role])).toHaveLength(1);
  } finally {
    await run("dropdb", ["--if-exists", role], { env });
    await run("dropuser", ["--if-exists", role], { env });
  }
});
