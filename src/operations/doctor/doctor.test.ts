import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { socketUrl } from "../../../test/support/cli.ts";
import { testDatabase, testRole, testServer } from "../../../test/support/database.ts";
import { type GitHubStandIn, githubStandIn } from "../../../test/support/github.ts";
import { supabasePlatform } from "../../../test/support/supabase-platform/server.ts";
import { transactionPooler } from "../../../test/support/transaction-pooler.ts";
import { testVault, vaultPassword } from "../../../test/support/vault.ts";
import { fixedClock, systemClock } from "../../base/clock.ts";
import { silentProgress } from "../../base/progress.ts";
import { type Scratch, scratchDirectory } from "../../base/scratch.ts";
import { urlWithPassword } from "../../postgres/target.ts";
import { doctor } from "../doctor.ts";
import type { DoctorCheck } from "./types.ts";
import { lockConcern } from "./vault-lock.ts";

const plan = `version: 1
databases:
  shop:
    platform: supabase
    exceptions:
      - { check: plan.orphans, reason: they are deleted next week, owner: data team, expires: "2026-11-30" }
      - { check: data.equality, reason: a table is being moved, owner: data team, expires: "2027-06-30" }
contacts:
  primary: { role: Lead, email: lead@example.com }
`;

let folder: Scratch;
let github: GitHubStandIn;
beforeAll(async () => {
  folder = await scratchDirectory("doctor");
  github = await githubStandIn();
  await writeFile(join(folder.path, "ithaca.yaml"), plan);
});
afterAll(async () => {
  await github[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

/** What the doctor says of a machine with these variables, by check. */
async function examined(environment: Record<string, string>, now = systemClock): Promise<Map<string, DoctorCheck>> {
  const context = {
    environment,
    clock: now,
    progress: silentProgress,
    signal: new AbortController().signal,
    workingDirectory: folder.path,
  };
  const { checks } = await doctor(context, { plan: "ithaca.yaml" });
  return new Map(checks.map((check) => [check.id, check]));
}

test("excuses that end soon are a concern, and those that have run out are to be mended", async () => {
  const on = async (day: string) => (await examined({}, fixedClock(`${day}T10:00:00Z`))).get("excuses");
  expect(await on("2026-11-01")).toMatchObject({ status: "green", message: "2, none of which ends within 14 days" });
  expect(await on("2026-11-22")).toMatchObject({ status: "yellow", message: expect.stringContaining("plan.orphans") });
  expect(await on("2026-12-01")).toMatchObject({ status: "red", message: expect.stringContaining("2026-11-30") });
});

test("a pooler in transaction mode is found whatever its port, and is set nothing by looking", async () => {
  await using database = await testDatabase();
  await using pooler = await transactionPooler(database.target);
  const url = socketUrl(testServer());
  const lent = urlWithPassword(pooler.target);
  const found = await examined({ ITHACA_DATABASE_URL: lent, ITHACA_RECOVERY_URL: lent, ITHACA_AUDIT_URL: url });
  for (const id of ["source", "clock", "recovery"]) {
    expect(found.get(id)).toMatchObject({ status: "red", message: expect.stringContaining("transaction mode") });
  }
  expect(await pooler.settings()).toEqual([]);
});

test("a clock that is wrong is found by the database's", async () => {
  const environment = { ITHACA_DATABASE_URL: socketUrl(testServer()) };
  expect((await examined(environment)).get("clock")?.status).toBe("green");
  const wrong = (await examined(environment, fixedClock("2026-01-01T00:00:00Z"))).get("clock");
  expect(wrong).toMatchObject({ status: "red", mend: "set the wrong one right (NTP)" });
});

test("a database that no backup could be taken of, or of which nothing would be in it, is found out before the first night", async () => {
  await using database = await testDatabase();
  await using reader = await testRole(database, "BYPASSRLS");
  const source = async (target = database.target) =>
    (await examined({ ITHACA_DATABASE_URL: socketUrl(target) })).get("source");
  expect(await source()).toMatchObject({ status: "yellow", message: expect.stringContaining("No table of the") });
  await database.session.query("CREATE TABLE public.secrets ()");
  expect(await source()).toMatchObject({ status: "yellow", message: expect.stringContaining("restored into 17") });
  const major = Math.floor(database.session.versionNum / 10_000);
  const planOf = (more: string) =>
    writeFile(
      join(folder.path, "ithaca.yaml"),
      plan.replace("supabase\n", `supabase\n    throwaway: { major: ${major} }\n${more}`),
    );
  await planOf("    critical_tables: [public.secrets, public.orders]\n");
  expect(await source()).toMatchObject({ status: "red", message: expect.stringContaining("not have: public.orders") });
  await planOf("");
  expect(await source()).toMatchObject({ status: "green", message: expect.stringContaining(", 1 table, read as") });
  expect(await source(reader.target)).toMatchObject({
    status: "red",
    message: expect.stringContaining("may not read public.secrets"),
    mend: expect.stringContaining("GRANT pg_read_all_data"),
  });
});

test("who hears of an alarm: nobody, somebody, and a secret that cannot be right", async () => {
  expect((await examined({})).get("channels")?.status).toBe("yellow");
  expect(
    (await examined({ SMTP_URL: "smtps://ops%40example.com:canary-pw@mail.example.com" })).get("channels"),
  ).toMatchObject({
    status: "green",
    message: "mail; nothing was sent to try",
  });
  const broken = (await examined({ SLACK_WEBHOOK_URL: "canary-not-an-address" })).get("channels");
  expect(broken?.status).toBe("red");
  expect(JSON.stringify(broken)).not.toContain("canary");
  expect((await examined({})).get("contacts")?.message).toBe("the plan says no way to reach secondary and escalation");
});

test("a vault that is not there is one line, and the command that makes it", async () => {
  const missing = { RESTIC_REPOSITORY: join(folder.path, "nowhere"), RESTIC_PASSWORD: "canary-password" };
  const found = [...(await examined(missing))].filter(([id]) => id.startsWith("vault"));
  expect(found).toMatchObject([["vault", { status: "red", mend: expect.stringContaining("backup --init") }]]);
});

test("a vault that is there: what its credential may do, what it holds, and what nobody can know without deleting", async () => {
  await using vault = await testVault();
  const environment = {
    PATH: process.env.PATH ?? "",
    RESTIC_REPOSITORY: vault.repository,
    RESTIC_PASSWORD: vaultPassword,
  };
  const found = await examined(environment);
  expect(found.get("vault")).toMatchObject({ status: "green" });
  expect(found.get("vault.rights")).toMatchObject({ status: "green", message: expect.stringContaining("add") });
  expect(found.get("vault.lock")).toMatchObject({
    status: "yellow",
    message: expect.stringContaining("may also delete"),
  });
  const shut = (await examined({ ...environment, RESTIC_PASSWORD: "canary-of-another" })).get("vault");
  expect(shut).toMatchObject({
    status: "red",
    message: expect.stringMatching(/does not open with this password$/),
    mend: expect.stringMatching(/^check RESTIC_PASSWORD; if it is right, .*[^.]$/),
  });
  expect(found.get("vault.newest")).toMatchObject({ status: "yellow", mend: "take one: npm run ithaca -- backup" });
});

test.each([
  ["s3:https://s3.eu-central-1.amazonaws.com/shop-vault/a", "get-object-lock-configuration --bucket shop-vault`"],
  ["s3:minio.example.com:9000/shop", "--bucket shop --endpoint-url https://minio.example.com:9000`"],
  ["b2:shop:path", "b2 bucket get shop`"],
  ["gs:shop:/", "gs://shop`"],
  ["azure:shop:/", "--container-name shop "],
  ["rest:https://vault.example.com/", "--append-only"],
])("whether %s lets go of its backups is not known, and the one command that asks is named", (repository, command) => {
  expect(lockConcern(repository)).toMatchObject({
    message: expect.stringMatching(/^not known: /),
    mend: expect.stringContaining(command),
  });
});

test("the platform answers with its state, and a token that it refuses is to be mended", async () => {
  await using platform = await supabasePlatform();
  expect((await examined({ ...platform.env })).get("platform")).toMatchObject({ status: "green" });
  const refused = await examined({ ...platform.env, SUPABASE_ACCESS_TOKEN: "sbp_wrong" });
  expect(refused.get("platform")?.status).toBe("red");
});

test("a workflow that GitHub switched off is to be enabled, and a failed run to be looked at", async () => {
  const environment = {
    GITHUB_TOKEN: github.token,
    GITHUB_REPOSITORY: github.repository,
    GITHUB_API_URL: github.url,
  };
  let state = "active";
  const page = "https://github.com/acme/shop/actions/workflows/backup.yml";
  const workflow = { id: 1, path: ".github/workflows/backup.yml", html_url: page, created_at: "2026-01-01T00:00:00Z" };
  const run = {
    id: 7,
    status: "completed",
    conclusion: "failure",
    html_url: `${page}/7`,
    created_at: "2026-11-22T02:00:00Z",
  };
  github.rules.push(({ path }) => {
    if (/\/actions\/workflows\?/.test(path))
      return { status: 200, body: { total_count: 1, workflows: [{ ...workflow, state }] } };
    if (/\/runs\?/.test(path)) return { status: 200, body: { total_count: 1, workflow_runs: [run] } };
    return undefined;
  });
  const failed = await examined(environment);
  expect(failed.get("repository")).toMatchObject({ status: "green", message: expect.stringContaining("private") });
  expect(failed.get("workflows")).toMatchObject({ status: "yellow", mend: `look at ${page}/7` });
  run.conclusion = "success";
  expect((await examined(environment)).get("workflows")).toMatchObject({
    status: "yellow",
    message: expect.stringMatching(/^GitHub knows no workflow for the watch over the nightly backup, daily check/),
  });
  state = "disabled_inactivity";
  expect((await examined(environment)).get("workflows")).toMatchObject({
    status: "red",
    mend: `enable it at ${page}`,
  });
});

test("an environment that is missing, or without reviewers, is told before a recovery goes on without anybody", async () => {
  const environment = {
    GITHUB_TOKEN: github.token,
    GITHUB_REPOSITORY: github.repository,
    GITHUB_API_URL: github.url,
  };
  const look = async (environments: readonly object[] | null) => {
    github.rules.length = 0;
    const body = { total_count: environments?.length, environments };
    github.rules.push(({ path }) =>
      !path.includes("/environments") ? undefined : environments === null ? { status: 404 } : { status: 200, body },
    );
    return (await examined(environment)).get("environments");
  };
  const reviewed = [{ id: 1, type: "required_reviewers", reviewers: [] }];
  const retention = { name: "retention", protection_rules: [] };
  const status = (check: DoctorCheck | undefined) => [check?.status, check?.message];
  expect(status(await look([]))).toEqual([
    "yellow",
    expect.stringMatching(/recovery is missing.*retention is missing/),
  ]);
  expect(status(await look([retention, { name: "recovery", protection_rules: [] }]))).toEqual([
    "yellow",
    expect.stringContaining("no required reviewers"),
  ]);
  expect((await look([retention, { name: "recovery", protection_rules: reviewed }]))?.status).toBe("green");
  expect((await look(null))?.status).toBe("yellow");
});
