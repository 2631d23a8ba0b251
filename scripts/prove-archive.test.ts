import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { beforeAll, expect, test } from "vitest";
import { ithaca } from "../test/support/cli.ts";
import { dumper } from "../test/support/foreign.ts";
import { openShop, type Shop } from "../test/support/shop.ts";

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
  const dump = dumper(shop.database.target);
  await dump("pg_dump", ["-Fc", "-f", join(shop.folder, "shop.dump")]);
  await dump("pg_dump", ["-f", join(shop.folder, "shop.sql")]);
  return () => shop[Symbol.asyncDispose]();
});

/** No database, no vault: only the file and a private server. */
const run = (...args: string[]) =>
  ithaca(["prove", "--json", "--archive", ...args], shop.folder, { ITHACA_SCRATCH: shop.scratch });

interface Document {
  readonly verdict: string;
  readonly level: string;
  readonly backup: { id: string; digest: string; server_version: string; size_bytes: number };
  readonly target: { destroyed: boolean };
  readonly checks: { id: string; status: string; reason: string }[];
  readonly not_covered: { what: string }[];
}

test("an archive that nobody here took is proved from its file alone", async () => {
  const { exitCode, stdout } = await run("shop.dump");
  const report = JSON.parse(stdout) as Document;
  expect([exitCode, report.verdict, report.level, report.target.destroyed]).toEqual([
    0,
    "proven",
    "archive-exact",
    true,
  ]);
  expect(report.backup.id).toBe(`shop.dump-${report.backup.digest.slice(0, 8)}`);
  expect(report.backup.server_version).toMatch(/^\d\d/);
  expect(report.checks.map(({ id }) => id)).toEqual([
    "isolation.throwaway",
    "archive.readable",
    "restore.errors",
    "archive.data",
    "archive.definitions",
    "plan.record_counts",
    "objectives.rto",
    "objectives.rpo",
    "plan.exceptions",
  ]);
  expect(report.not_covered.map(({ what }) => what)).toContain("Whether the archive is what the database held");
  expect(stdout).not.toContain("canary");
});

test("a row that the copy has otherwise is found, and the run marked as damaged", async () => {
  await writeFile(join(shop.folder, "harm.sql"), "UPDATE public.orders SET buyer = 'x' WHERE id = 7");
  const { exitCode, stdout } = await run("shop.sql", "--damage", "harm.sql");
  const report = JSON.parse(stdout) as Document & { damaged: boolean };
  expect([exitCode, report.verdict, report.damaged]).toEqual([1, "failed", true]);
  expect(report.checks.filter(({ status }) => status === "failed").map(({ id }) => id)).toEqual(["archive.data"]);
});

test("a damaged file fails the proof, a wrong one is wrong input", async () => {
  const packed = gzipSync(await readFile(join(shop.folder, "shop.sql")));
  await writeFile(join(shop.folder, "cut.sql.gz"), packed.subarray(0, packed.length - 200));
  const cut = await run("cut.sql.gz");
  expect(cut.exitCode).toBe(1);
  expect((JSON.parse(cut.stdout) as Document).checks[0]).toMatchObject({
    id: "run.completed",
    status: "failed",
    reason: expect.stringContaining("cut.sql.gz is cut off: its gzip data ends too early"),
  });
  await writeFile(join(shop.folder, "page.sql"), "<!DOCTYPE html><html></html>");
  const page = await run("page.sql");
  expect(page.exitCode).toBe(2);
  expect(page.stderr).toContain("is a page of HTML or XML");
});
