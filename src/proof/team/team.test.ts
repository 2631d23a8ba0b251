import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { testDatabase } from "../../../test/support/database.ts";
import { proofContext } from "../../../test/support/proof.ts";
import { silentProgress } from "../../base/progress.ts";
import { scratchDirectory } from "../../base/scratch.ts";
import { connect } from "../../postgres/connect.ts";
import { runChecks } from "../run-checks.ts";
import { teamCheck } from "./check.ts";
import { loadTeamChecks } from "./load.ts";
import { parseTeamCheck } from "./parse.ts";
import { splitStatements } from "./statements.ts";

const header = "-- name: wallets\n-- severity: error\n-- reason: no wallet is overdrawn\n";

function check(sql: string, severity: "error" | "warning" = "error") {
  return teamCheck({ name: "wallets", severity, reason: "no wallet is overdrawn", file: "wallets.sql", sql });
}

test("a file is a header and one query", () => {
  const parsed = parseTeamCheck("wallets.sql", `\uFEFF${header}-- more words\n\nSELECT id FROM wallets; -- done\n`);
  expect(parsed).toEqual({
    check: {
      name: "wallets",
      severity: "error",
      reason: "no wallet is overdrawn",
      file: "wallets.sql",
      sql: "SELECT id FROM wallets",
    },
  });
});

test.each([
  ["", "has no `-- name:` line"],
  [header, "holds no query"],
  [`${header}SELECT 1; SELECT 2`, "holds 2 statements where one query is due"],
  [`${header}DELETE FROM wallets`, "is not a query that gives rows"],
  [`${header.replace("error", "fatal")}SELECT 1`, "needs a line `-- severity: error` or `-- severity: warning`"],
  [`${header.replace("wallets", "Our Wallets")}SELECT 1`, "has a name that is not made of"],
  [`-- name: other\n${header}SELECT 1`, "says `-- name:` twice"],
  [`SELECT 1;\n${header}`, "has no `-- name:` line"],
])("a malformed file is refused: %j", (content, fault) => {
  const parsed = parseTeamCheck("wallets.sql", content);
  expect("faults" in parsed ? parsed.faults.join("\n") : "").toContain(fault);
});

test("semicolons inside strings, names, dollar quotes and comments end nothing", () => {
  const one = `SELECT ';', E'\\';', "a;""b", $$;$$, $x$ ; $$ ; $x$, a$1, '''' /* ; /* ; */ ; */ -- ;\n FROM t`;
  expect(splitStatements(`${one};;\n/* nothing */;`)).toHaveLength(1);
  expect(splitStatements("SELECT 1;SELECT 2 ; ")).toEqual(["SELECT 1", "SELECT 2"]);
});

test("any text in any kind of quotes stays one statement", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (text, name) => {
      const literal = `'${text.replaceAll("'", "''")}'`;
      const identifier = `"${name.replaceAll('"', '""')}"`;
      expect(splitStatements(`SELECT ${literal} AS ${identifier}; SELECT 2`)).toHaveLength(2);
    }),
  );
});

test("a folder is loaded whole, or every fault in it is told at once", async () => {
  await using scratch = await scratchDirectory("checks");
  await writeFile(join(scratch.path, "b.sql"), `${header}SELECT 1`);
  await writeFile(join(scratch.path, "notes.md"), "not a check");
  expect(await loadTeamChecks(scratch.path)).toMatchObject([{ name: "wallets", file: "b.sql" }]);
  await writeFile(join(scratch.path, "a.sql"), `${header}SELECT 1`);
  await writeFile(join(scratch.path, "c.sql"), "SELECT 1; SELECT 2");
  const error = await loadTeamChecks(scratch.path).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ id: "proof.check_malformed", kind: "input" });
  expect(String(error)).toMatch(/b\.sql has the same name.*c\.sql has no `-- name:` line.*c\.sql holds 2 statements/);
});

test("a missing or empty folder is an error of the plan", async () => {
  await using scratch = await scratchDirectory("checks");
  await mkdir(join(scratch.path, "empty"));
  for (const folder of ["empty", "missing"]) {
    const expected = { id: "proof.checks_folder", kind: "input" };
    await expect(loadTeamChecks(join(scratch.path, folder))).rejects.toMatchObject(expected);
  }
  await rm(join(scratch.path, "empty"), { recursive: true });
});

test("no row means passed; each row is a violation, counted in full and named by its first column", async () => {
  await using database = await testDatabase();
  const { session } = database;
  await session.query("CREATE TABLE public.wallets (id int, mail text); SET search_path = ''");
  const query = "SELECT id, mail FROM wallets ORDER BY id";
  expect(await check(query).run(proofContext({ session }))).toMatchObject({ status: "passed", actual: "no violation" });
  await session.query("INSERT INTO public.wallets SELECT n, 'canary@example.org' FROM generate_series(1, 50) n");
  const outcome = await check(query).run(proofContext({ session }));
  expect(outcome).toMatchObject({ status: "failed", actual: "50 violations" });
  expect(outcome.findings).toHaveLength(20);
  expect(outcome.findings?.[0]).toMatchObject({ object: "wallets", attribute: "1" });
  const byMail = await check("SELECT mail FROM wallets -- no semicolon").run(proofContext({ session }));
  expect(JSON.stringify([outcome, byMail])).not.toContain("canary");
  const warning = await check(query, "warning").run(proofContext({ session }));
  expect(warning).toMatchObject({ status: "passed", reason: expect.stringContaining("a warning: 50 violations") });
  expect(warning.findings).toHaveLength(20);
});

test("what cannot be run is not run, and says why without the server's words", async () => {
  await using database = await testDatabase();
  await database.session.query(`
    CREATE TABLE public.t (a text);
    INSERT INTO public.t VALUES ('canary');
    CREATE FUNCTION public.writes() RETURNS int LANGUAGE sql AS 'INSERT INTO public.t VALUES (1) RETURNING 1';
    CREATE FUNCTION public.unlocks() RETURNS text LANGUAGE sql AS
      $$ SELECT set_config('transaction_read_only', 'off', false) $$;
  `);
  await using session = await connect(database.target, { readOnly: true });
  const reasonOf = async (sql: string) => {
    const { checks } = await runChecks(proofContext({ session }), silentProgress, [check(sql)]);
    expect(checks[0]?.status).toBe("not_run");
    expect(JSON.stringify(checks)).not.toContain("canary");
    return checks[0]?.reason;
  };
  expect(await reasonOf("SELECT * FROM missing")).toContain("42P01 undefined_table");
  expect(await reasonOf("SELECT a::int FROM t")).toContain("22P02 invalid_text_representation");
  expect(await reasonOf("SELECT writes()")).toContain("25006 read_only_sql_transaction");
  expect(await reasonOf("SELECT unlocks(), writes()")).toContain("25001");
  expect(await reasonOf("SELECT 1) AS a; DELETE FROM t; SELECT (1")).toContain("42601 syntax_error");
  expect(await database.session.query("SELECT count(*)::int AS n FROM public.t")).toEqual([{ n: 1 }]);
  // The session is as usable as before.
  expect(await check("SELECT 1 WHERE false").run(proofContext({ session }))).toMatchObject({ status: "passed" });
});
