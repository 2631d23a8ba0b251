import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startCluster } from "../src/postgres/cluster.ts";
import { connect } from "../src/postgres/connect.ts";
import { withDatabase } from "../src/postgres/target.ts";
import type { Target } from "../src/postgres/types.ts";
import { cheapenKey } from "../test/support/cheap-key.ts";
import { type CliResult, ithaca, socketUrl } from "../test/support/cli.ts";
import { openShop, type Shop } from "../test/support/shop.ts";
import { vaultPassword } from "../test/support/vault.ts";

let site: Shop;
let taken: CliResult;
const call = (...args: string[]) => ithaca([...args, "--json"], site.folder, site.env);

// One shop and one backup, which the first test looks at and the others use.
beforeAll(async () => {
  site = await openShop({ vault: false });
  taken = await call("backup", "--init");
  await cheapenKey(join(site.folder, "vault"), vaultPassword);
});
afterAll(() => site[Symbol.asyncDispose]());

test("a plan of five lines is enough: back up, list, prove, check, retain", async () => {
  expect(taken.stderr).toContain("Put it into the vault");
  expect(taken.exitCode).toBe(0);
  const { backup } = JSON.parse(taken.stdout);
  expect(backup).toMatchObject({ tables: 1, rows: 1000 });

  const listed = await call("backups");
  expect(JSON.parse(listed.stdout)).toMatchObject({ backups: [{ id: backup.id, proven: false }] });

  const proven = await call("prove");
  const report = JSON.parse(proven.stdout);
  expect(report).toMatchObject({
    verdict: "proven",
    level: "source-exact",
    backup: { id: backup.id, digest: backup.digest },
    target: { kind: "cluster", destroyed: true },
    restore_errors: [],
  });
  expect(proven.exitCode).toBe(0);
  expect(JSON.parse((await call("backups")).stdout)).toMatchObject({ backups: [{ id: backup.id, proven: true }] });

  const checked = await call("check");
  expect(JSON.parse(checked.stdout)).toMatchObject({ verdict: "proven" });
  expect(JSON.parse((await call("retain", "--dry-run")).stdout)).toMatchObject({
    kept: [{ id: backup.id }],
    removed: [],
  });

  // What is written must never hold a row or a secret.
  const files = await readdir(join(site.folder, "reports"), { recursive: true, withFileTypes: true });
  const texts = await Promise.all(
    files.filter((file) => file.isFile()).map((file) => readFile(join(file.parentPath, file.name), "utf8")),
  );
  const everything = [...texts, taken, listed, proven, checked].map((text) => JSON.stringify(text)).join("\n");
  expect(everything).not.toContain("canary");
});

test("harm to the copy is found and named by its key", async () => {
  await writeFile(join(site.folder, "harm.sql"), "UPDATE public.orders SET buyer = 'canary' WHERE id = 7");
  const { exitCode, stdout } = await ithaca(["prove", "--damage", "harm.sql", "--json"], site.folder, site.env);
  const report = JSON.parse(stdout);
  expect(report).toMatchObject({ verdict: "failed", damaged: true });
  expect(exitCode).toBe(1);
  const equality = report.checks.find((check: { id: string }) => check.id === "data.equality");
  expect(equality.findings).toContainEqual(
    expect.objectContaining({ object: "public.orders id=7", attribute: "buyer", actual: "changed" }),
  );
  expect(stdout).not.toContain("canary");
});

test("diff shows the rows behind a finding, and never in a log", async () => {
  await writeFile(join(site.folder, "harm.sql"), "UPDATE public.orders SET buyer = 'somebody' WHERE id = 7");
  const args = ["diff", "--damage", "harm.sql"];
  const shown = await ithaca(args, site.folder, site.env);
  expect(shown.stdout).toContain("public.orders: 0 missing, 0 surplus, 1 changed");
  expect(shown.stdout).toContain("- buyer (canary-row-7)");
  expect(shown.stdout).toContain("+ buyer (somebody)");
  expect(shown.exitCode).toBe(1);
  const mistyped = await ithaca(["diff", "--object", "public.ordes"], site.folder, site.env);
  expect(mistyped.stderr).toContain(
    "whose name holds public.ordes; did you mean public.orders? Then say --object public.orders",
  );
  expect(mistyped.exitCode).toBe(2);
  const logged = await ithaca(args, site.folder, { ...site.env, GITHUB_ACTIONS: "true" });
  expect(logged).toMatchObject({ exitCode: 2, stdout: "" });
  expect(logged.stderr).toContain("this is a log that others can read");
});

test("a given throwaway server is used, left empty, and refused where it is production's own", async () => {
  await using service = await startCluster({ superuser: "supabase_admin" });
  const on = (target: Target) =>
    ithaca(["prove", "--json"], site.folder, { ...site.env, ITHACA_THROWAWAY_URL: socketUrl(target) });

  const proven = await on(service.target);
  expect(JSON.parse(proven.stdout)).toMatchObject({
    verdict: "proven",
    target: { kind: "service", destroyed: true },
  });
  await using session = await connect(service.target, { readOnly: true });
  const left = await session.query("SELECT datname FROM pg_database WHERE NOT datistemplate");
  expect(left).toEqual([{ datname: "postgres" }]);

  const refused = await on(withDatabase(site.database.target, "postgres"));
  expect(refused.stderr).toContain("is the very server that the backup comes from");
  expect(refused.exitCode).toBe(2);
});

test("a backup without a table says so, and proves nothing", async () => {
  const target = withDatabase(site.database.target, "postgres");
  await using session = await connect(target, { readOnly: false });
  await session.query("CREATE SCHEMA hollow");
  const nothing = "version: 1\ndatabases:\n  nothing: {}\n";
  await writeFile(join(site.folder, "nothing.yaml"), nothing);
  const env = { ...site.env, ITHACA_DATABASE_URL: socketUrl(target) };
  const run = (command: string) => ithaca([command, "--plan", "nothing.yaml", "--json"], site.folder, env);
  const empty = await run("backup");
  expect(empty.stderr).toContain("No table is in this backup");
  expect(JSON.parse(empty.stdout)).toMatchObject({ verdict: "taken", backup: { tables: 0 } });
  const proof = await run("prove");
  expect(proof.exitCode).toBe(1);
  expect(proof.stdout).toContain("none in the backup");
});

test("doctor says what is missing and how to mend it, and changes nothing", async () => {
  const { exitCode, stdout } = await ithaca(["doctor", "--json"], site.folder, {
    ...site.env,
    ITHACA_DATABASE_URL: "",
    RESTIC_REPOSITORY: join(site.folder, "no-vault"),
  });
  const { checks } = JSON.parse(stdout);
  const statuses = Object.fromEntries(checks.map((check: { id: string; status: string }) => [check.id, check.status]));
  expect(statuses).toEqual({
    ...{ plan: "green", excuses: "green", node: "green", server: "green", restic: "green", space: "green" },
    ...{ source: "red", clock: "yellow", throwaway: "green", recovery: "green", audit: "yellow" },
    // What a vault would have to be open for says nothing of its own; nor do the workflows of a repository that is not known.
    ...{ vault: "red" },
    ...{ channels: "yellow", contacts: "yellow", heartbeat: "yellow", recoveries: "green" },
    ...{ repository: "yellow" },
  });
  expect(checks).toContainEqual(
    expect.objectContaining({ id: "source", mend: expect.stringContaining("set ITHACA_DATABASE_URL") }),
  );
  expect(exitCode).toBe(3);

  const healthy = await ithaca(["doctor"], site.folder, site.env);
  expect(healthy).toMatchObject({ exitCode: 0, stderr: "" });
});

test("whoever stops listening ends no run; a result that could not be kept, and a folder that is none, are one sentence", async () => {
  // The reader has gone before anything is written.
  await ithaca(["backups"], site.folder, site.env, (command) => `{ ${command} 2>&1; echo $? > unheard; } | true`);
  expect(await readFile(join(site.folder, "unheard"), "utf8")).toBe("0\n");
  const full = await ithaca(["backups"], site.folder, site.env, (command) => `${command} > /dev/full`);
  expect(full).toMatchObject({
    exitCode: 3,
    stderr: expect.stringMatching(/^The result could not be written to standard output: ENOSPC.*\n$/),
  });
  await writeFile(
    join(site.folder, "elsewhere.yaml"),
    "version: 1\ndatabases: {shop: {}}\nreports: {directory: a-file}\n",
  );
  await writeFile(join(site.folder, "a-file"), "");
  const noFolder = await ithaca(["backups", "--plan", "elsewhere.yaml", "--json"], site.folder, site.env);
  expect(JSON.parse(noFolder.stdout)).toMatchObject({ error: { id: "report.folder_unreadable" } });
  expect(noFolder).toMatchObject({ exitCode: 3, stderr: expect.stringMatching(/a-file cannot be read: ENOTDIR/) });
});

const unreachable = "postgres://reader:canary-secret@127.0.0.1:1/shop";

/** What a person can get wrong or find broken: arguments, changes to the environment, exit code, and the sentence. */
const mistakes: [string, string[], Record<string, string>, number, RegExp][] = [
  ["an unknown command", ["prov"], {}, 2, /run.usage[\s\S]*unknown command 'prov'[\s\S]*Did you mean prove\?/],
  ["an unknown option", ["prove", "--bakup", "x"], {}, 2, /unknown option '--bakup'[\s\S]*Did you mean --backup\?/],
  ["no point in time", ["recover", "point-in-time"], {}, 2, /say --to <point>, or --rehearse/],
  [
    "two backups at once",
    ["prove", "--archive", "x", "--backup", "y"],
    {},
    2,
    /--archive.* cannot be used with option '--backup/,
  ],
  ["a number that is none", ["demo", "--families", "many"], {}, 2, /--families[\s\S]*whole number/],
  ["a plan that is not there", ["prove", "--plan", "nowhere.yaml"], {}, 2, /nowhere\.yaml/],
  [
    "a database that the plan has not",
    ["prove", "--database", "shoop"],
    {},
    2,
    /no database shoop[\s\S]*did you mean shop\?/,
  ],
  ["a variable of the shell that is not set", ["prove", "--archive", ""], {}, 2, /--archive <path...>' is empty/],
  [
    "two values where one is taken",
    ["prove", "--backup", "x", "--backup", "y"],
    {},
    2,
    /--backup <which>' is given twice/,
  ],
  ["a missing damage file", ["prove", "--damage", "gone.sql"], {}, 2, /--damage names gone\.sql/],
  ["a folder that is no backup", ["prove", "--archive", "."], {}, 2, /no dump of a database/],
  ["no vault", ["backups"], { RESTIC_REPOSITORY: "" }, 3, /RESTIC_REPOSITORY/],
  ["a server that does not answer", ["backup", "--init"], { ITHACA_DATABASE_URL: unreachable }, 3, /127\.0\.0\.1:1/],
  [
    "another password than that of the vault that is there",
    ["backup", "--init"],
    { RESTIC_PASSWORD: "another", ITHACA_DATABASE_URL: unreachable },
    3,
    /does not open with this password/,
  ],
  ["no database", ["backup"], { ITHACA_DATABASE_URL: "" }, 3, /ITHACA_DATABASE_URL is not set/],
];

test("every mistake gets one clear sentence and the right exit code", async () => {
  for (const [what, args, env, exitCode, sentence] of mistakes) {
    const result = await ithaca([...args, "--json"], site.folder, { ...site.env, ...env });
    expect(JSON.parse(result.stdout), what).toBeInstanceOf(Object);
    const shown = `${result.stdout}\n${result.stderr}`;
    expect(shown, what).toMatch(sentence);
    expect(shown, what).not.toMatch(/\n\s+at |canary/);
    expect(result.exitCode, what).toBe(exitCode);
  }
});
