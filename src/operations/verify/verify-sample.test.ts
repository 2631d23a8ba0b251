import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { testBackup } from "../../../test/support/backup.ts";
import { type TestDatabase, testDatabase } from "../../../test/support/database.ts";
import { patchFile } from "../../../test/support/dumped-backup.ts";
import { type TestVault, testVault, vaultPassword } from "../../../test/support/vault.ts";
import { digestOf, hashFile } from "../../backup/files.ts";
import { manifestSchema } from "../../backup/manifest.ts";
import { systemClock } from "../../base/clock.ts";
import { silentProgress } from "../../base/progress.ts";
import type { AnyReport } from "../../report/model.ts";
import { readReport } from "../../report/write.ts";
import { readArchive } from "../../restore/archive.ts";
import { check } from "../check.ts";
import { loadSubject } from "../subject.ts";
import { type VerifiedSample, verifySample } from "./verify-sample.ts";

/*
 * A shop whose large tables do not fit into one night: they refer to each other and to small ones, in both directions, and
 * stand under triggers, views and rules that must not mind that most of them are empty.
 */
const large = ["public.blue", "public.green", "public.red", "public.white"];
const rows = 40_000;
const shop = `
  CREATE TABLE public.empty (id int);
  CREATE TABLE public.country (code text PRIMARY KEY, name text NOT NULL DEFAULT 'nowhere');
  INSERT INTO public.country VALUES ('GR', 'Ithaca'), ('IT', 'Roma');
  CREATE TABLE public.white (id int PRIMARY KEY, note text NOT NULL, code text REFERENCES public.country);
  CREATE TABLE public.blue (id int PRIMARY KEY REFERENCES public.white, note text NOT NULL, next int REFERENCES public.blue);
  CREATE TABLE public.red (id int PRIMARY KEY REFERENCES public.blue, note text NOT NULL, CHECK (id > 0));
  CREATE TABLE public.green (id int PRIMARY KEY REFERENCES public.red, note text NOT NULL);
  INSERT INTO public.white SELECT n, 'white ' || n || repeat('x', 280), 'GR' FROM generate_series(1, ${rows}) n;
  INSERT INTO public.blue SELECT n, 'blue ' || n || repeat('x', 280), n FROM generate_series(1, ${rows}) n;
  INSERT INTO public.red SELECT n, 'red ' || n || repeat('x', 280) FROM generate_series(1, ${rows}) n;
  INSERT INTO public.green SELECT n, 'green ' || n || repeat('x', 280) FROM generate_series(1, ${rows}) n;
  ALTER TABLE public.country ADD FOREIGN KEY (code) REFERENCES public.country DEFERRABLE;
  CREATE TABLE public.orders (id int REFERENCES public.green, day int) PARTITION BY RANGE (day);
  CREATE TABLE public.orders_1 PARTITION OF public.orders FOR VALUES FROM (0) TO (10);
  INSERT INTO public.orders VALUES (1, 1), (2, 2);
  CREATE INDEX ON public.red (note);
  CREATE FUNCTION public.refuse() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE 'no'; END$$;
  CREATE TRIGGER refuse BEFORE INSERT ON public.green FOR EACH ROW EXECUTE FUNCTION public.refuse();
  ALTER TABLE public.green ENABLE ALWAYS TRIGGER refuse;
  CREATE MATERIALIZED VIEW public.sums AS SELECT count(*) AS n FROM public.white;
  CREATE UNIQUE INDEX ON public.sums (n);
  CREATE VIEW public.by_key AS SELECT w.id, w.note FROM public.white w GROUP BY w.id;
  ALTER TABLE public.white ENABLE ROW LEVEL SECURITY;
  CREATE POLICY own ON public.white USING (note <> 'zebra');`;

let production: TestDatabase;
let vault: TestVault;
let folder: string;

beforeAll(async () => {
  production = await testDatabase();
  await production.session.query(shop);
  vault = await testVault();
  folder = join(vault.path, "work");
  await mkdir(folder);
  await writeFile(join(folder, "ithaca.yaml"), "version: 1\ndatabases:\n  shop:\n    critical_tables: [public.red]\n");
});
afterAll(async () => {
  await production[Symbol.asyncDispose]();
  await vault[Symbol.asyncDispose]();
});

/** Writes the manifest anew, as a backup would have it whose dump is not what was counted: no digest gives it away. */
async function vouchFor(directory: string): Promise<void> {
  const path = join(directory, "backup.json");
  const manifest = manifestSchema.parse(JSON.parse(await readFile(path, "utf8")));
  const files = await Promise.all(
    manifest.files.map(async (file) => ({ ...file, ...(await hashFile(join(directory, file.path))) })),
  );
  const changed = { ...manifest, files };
  await writeFile(path, JSON.stringify({ ...changed, digest: digestOf(changed) }));
}

/** Takes a backup, harms it, and keeps it. */
async function keep(harm: (directory: string, fileOf: (table: string) => string) => Promise<void> = async () => {}) {
  await using taken = await testBackup(production.target);
  const { entries } = await readArchive(join(taken.directory, "dump"));
  const fileOf = (table: string) =>
    join(
      taken.directory,
      "dump",
      entries.find(({ desc, tag }) => desc === "TABLE DATA" && tag === table)?.fileName ?? "",
    );
  const manifest = { ...taken.manifest, database: "shop", id: taken.manifest.id.replace("-test-", "-shop-") };
  const path = join(taken.directory, "backup.json");
  await writeFile(path, JSON.stringify({ ...manifest, digest: digestOf(manifest) }));
  await harm(taken.directory, fileOf);
  const kept = manifestSchema.parse(JSON.parse(await readFile(path, "utf8")));
  await vault.vault.save(taken.directory, kept);
  return kept;
}

const context = () => ({
  environment: {
    PATH: process.env.PATH,
    HOME: folder,
    RESTIC_REPOSITORY: vault.repository,
    RESTIC_PASSWORD: vaultPassword,
  },
  clock: systemClock,
  progress: silentProgress,
  signal: new AbortController().signal,
  workingDirectory: folder,
});

/** The sample alone, without a look at the vault and the platform. */
const sampleOnly = async (budget: number, reports: readonly AnyReport[] = []) =>
  verifySample(context(), await loadSubject(context(), { plan: "ithaca.yaml" }), { budget, spent: 0, reports });

type Sampled = Pick<VerifiedSample, "checks" | "sample">;

const of = (report: Sampled, id: string) => report.checks.find((one) => one.id === `sample.${id}`);
const restored = (report: Sampled) =>
  report.sample?.tables.filter(({ equal }) => equal !== null).map(({ table }) => table) ?? [];
const notPassed = (report: Sampled) =>
  report.checks.filter(({ id, status }) => id.startsWith("sample.") && status !== "passed");

test("a night's sample: all that is small, some of what is large, every definition, and what that may miss", async () => {
  const manifest = await keep();
  const report = await check(context(), { plan: "ithaca.yaml", sample: "50s" });
  expect(notPassed(report)).toEqual([]);
  const { sample } = report;
  if (sample === null) throw new Error("no sample");
  expect(restored(report)).toEqual(expect.arrayContaining(["public.country", "public.orders"]));
  const seen = large.filter((table) => restored(report).includes(table));
  expect(seen).toHaveLength(2);
  expect(sample).toMatchObject({
    backup: { id: manifest.id, digest: manifest.digest },
    budget_s: 50,
    nights: 4,
    pace: { from: "assumption", runs: 0 },
  });
  expect(of(report, "definitions.equality")?.actual).toMatch(/ equal$/);
  expect(of(report, "backup.digest")?.expected).toMatch(/^\d files/);

  const [one, ten, hundred] = sample.odds.map(({ missed }) => missed);
  expect(one).toBeCloseTo(0.5, 3);
  expect(ten).toBeCloseTo(0.5 ** 10, 3);
  expect(hundred).toBeLessThan(1e-25);
  for (const { table, rows: count, compared, equal, odds } of sample.tables) {
    expect([table, compared, odds[0]?.missed]).toEqual(equal === null ? [table, 0, 1] : [table, count, 0]);
  }
  expect(await readReport(join(folder, report.report.json))).toEqual(report);
  const page = await readFile(join(folder, report.report.markdown), "utf8");
  expect(page).toContain("## The sample of this night");
  expect(page).toContain("a sample, not a proof of the whole");
  expect(page).toMatch(
    /of 1 changed row: 50 %; of 10 changed rows: 0.098 %; of 100 changed rows: less than 1 in a million/,
  );
  expect(page).toMatch(/^\| 3 small tables .* \| none \| none \| none \|$/m);
  expect(page).toMatch(/^# ✅ As planned: backups of shop$/m);

  // A night without time: what is small comes all the same, and nothing else is begun.
  const hurried = await sampleOnly(10, [report]);
  expect(notPassed(hurried)).toEqual([]);
  expect(restored(hurried)).toContain("public.country");
  expect(large.filter((table) => restored(hurried).includes(table))).toEqual([]);
  expect(hurried.sample?.odds[0]?.missed).toBeGreaterThan(0.99);
  expect(hurried.sample?.tables.find(({ table }) => table === seen[0])).toMatchObject({
    reason: "another night",
    days_since: 0,
  });
}, 60_000);

test("it finds what is wrong in a small table, in a sampled one and in a definition, and says what it did not look at", async () => {
  await keep(async (directory, fileOf) => {
    await patchFile(fileOf("country"), "Roma", "Rima");
    for (const table of large.map((name) => name.replace("public.", ""))) {
      await patchFile(fileOf(table), `${table} 777x`, `${table} 778x`);
    }
    await patchFile(join(directory, "dump", "toc.dat"), "zebra", "zobra");
    await vouchFor(directory);
  });
  const report = await sampleOnly(50);
  const seen = large.filter((table) => restored(report).includes(table));
  expect(seen).toHaveLength(2);
  const found = of(report, "data.equality")?.findings.map(({ object }) => object) ?? [];
  expect(new Set(found.map((name) => name.split(" ")[0]))).toEqual(new Set(["public.country", ...seen]));
  expect(report.sample?.tables.filter(({ equal }) => equal === false).map(({ table }) => table)).toEqual(
    expect.arrayContaining(["public.country", ...seen]),
  );
  expect(of(report, "definitions.equality")?.findings[0]?.object).toBe("policy own ON public.white");
  expect(notPassed(report).map(({ id }) => id)).toEqual(["sample.data.equality", "sample.definitions.equality"]);
}, 60_000);

test("a file that is not the one that was written, and a backup whose table of contents is cut off", async () => {
  // Nothing of what is tried here needs many rows.
  await production.session.query("TRUNCATE public.white CASCADE");
  await keep((_, fileOf) => patchFile(fileOf("country"), "Roma", "Rima"));
  const rotten = await sampleOnly(300);
  expect(rotten.sample?.tables.every(({ reason }) => reason === "small")).toBe(true);
  expect(of(rotten, "backup.digest")).toMatchObject({ status: "failed", findings: [{ attribute: "file" }] });

  await keep(async (directory) => {
    const toc = join(directory, "dump", "toc.dat");
    await writeFile(toc, (await readFile(toc)).subarray(0, 2000));
    await vouchFor(directory);
  });
  const cut = await sampleOnly(50);
  expect(cut.sample).toBeNull();
  expect(of(cut, "run.completed")?.reason).toContain("no sample of it can be restored");
  expect(of(cut, "data.equality")).toMatchObject({ status: "not_run" });
}, 60_000);
