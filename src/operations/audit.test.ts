import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { auditEntry, auditId } from "../../test/support/audit.ts";
import type { AuditEntry } from "../audit/entry.ts";
import { fixedClock } from "../base/clock.ts";
import { silentProgress } from "../base/progress.ts";
import { type Scratch, scratchDirectory } from "../base/scratch.ts";
import { type AuditFilter, auditMigration, exportAudit, listAudit } from "./audit.ts";
import type { UseCaseContext } from "./context.ts";

let scratch: Scratch;
let context: UseCaseContext;

/** Two entries of the n-th operation; the second only where it ended. */
function operation(n: number, type: string, end: string | null, changes: Partial<AuditEntry> = {}): AuditEntry[] {
  const common = { operation_type: type, operation_id: auditId(`operation ${n}`), ...changes };
  const started = auditEntry(n, { ...common, performed_at: `2026-11-${n}T02:00:00.000Z` });
  const ended = { id: auditId(`end ${n}`), status: end ?? "", performed_at: `2026-11-${n}T02:00:31.000Z` };
  return end === null ? [started] : [started, auditEntry(n, { ...common, ...ended, ...changes })];
}

const log = [
  ...operation(20, "backup", "succeeded"),
  ...operation(21, "backup", "failed", { details: { reason: 'the dump said "no"' } }),
  ...operation(22, "recovery", null, { performed_by: "=cmd()|'x'!A1" }),
  // The clock was set back while it ran.
  ...operation(23, "backup", "succeeded", { database: "forum", performed_at: "2026-11-23T01:59:00.000Z" }),
];

beforeAll(async () => {
  scratch = await scratchDirectory("audit");
  context = {
    environment: {},
    clock: fixedClock("2026-11-23T11:00:00Z"),
    progress: silentProgress,
    signal: new AbortController().signal,
    workingDirectory: scratch.path,
  };
  await writeFile(
    join(scratch.path, "ithaca.yaml"),
    "version: 1\ndatabases:\n  shop: {}\n  forum: { url_secret: FORUM_URL, recovery: { url_secret: FORUM_RECOVERY_URL } }\n",
  );
  for (const [n, entry] of log.entries()) {
    const path = join(scratch.path, "reports/audit", entry.database, `2026/11/22/${n}.json`);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, JSON.stringify(entry));
  }
  await writeFile(join(scratch.path, "reports/audit/shop/2026/11/22/torn.json"), '{"format": 1,');
});
afterAll(() => scratch[Symbol.asyncDispose]());

const list = async (filter: Partial<AuditFilter> = {}) => {
  const { operations } = await listAudit(context, { plan: "ithaca.yaml", ...filter });
  return operations.map(({ started_at, status }) => `${started_at.slice(8, 10)} ${status}`);
};

describe("list", () => {
  test("shows operations, the newest first; one that was killed has no end", async () => {
    expect(await list()).toEqual(["23 succeeded", "22 unfinished", "21 failed", "20 succeeded"]);
    const { operations, unreadable } = await listAudit(context, { plan: "ithaca.yaml", status: "unfinished" });
    expect(operations).toMatchObject([{ operation_type: "recovery", finished_at: null }]);
    expect(unreadable).toEqual(["audit/shop/2026/11/22/torn.json"]);
  });

  test.each<[Partial<AuditFilter>, string[]]>([
    [{ database: "forum" }, ["23 succeeded"]],
    [{ operation: "recovery" }, ["22 unfinished"]],
    [{ status: "failed" }, ["21 failed"]],
    [{ since: "2026-11-22" }, ["23 succeeded", "22 unfinished"]],
    [{ until: "2026-11-21" }, ["21 failed", "20 succeeded"]],
    [{ since: "2026-11-20T02:00:01Z", until: "2026-11-21T02:00:00Z" }, ["21 failed"]],
    [{ operation: "drill" }, []],
  ])("with %o", async (filter, expected) => {
    expect(await list(filter)).toEqual(expected);
  });

  test.each<[Partial<AuditFilter>, RegExp]>([
    [{ since: "yesterday" }, /--since wants a day or an instant/],
    [{ until: "2026-13-01" }, /--until wants a day/],
    [{ operation: "backups" }, /--operation backups is not known; use one of backup, check/],
    [{ status: "started" }, /--status started is not known/],
    [{ database: "shopp" }, /shopp/],
  ])("refuses %o", async (filter, message) => {
    await expect(list(filter)).rejects.toThrow(expect.objectContaining({ kind: "input" }));
    await expect(list(filter)).rejects.toThrow(message);
  });
});

test("export gives every entry in order, and CSV that no spreadsheet runs", async () => {
  const { entries, csv } = await exportAudit(context, { plan: "ithaca.yaml", until: "2026-11-22" });
  expect(entries.map(({ status }) => status)).toEqual(["started", "succeeded", "started", "failed", "started"]);
  const lines = csv.split("\r\n");
  expect(lines[0]).toMatch(/^operation_type,performed_by,performed_at,status,details,/);
  expect(lines[4]).toContain(
    `backup,schedule,2026-11-21T02:00:31.000Z,failed,"{""reason"":""the dump said \\""no\\""""}",shop,`,
  );
  expect(lines[5]).toContain(`recovery,'=cmd()|'x'!A1,`);
  expect(lines).toHaveLength(7);
});

test("the migration is one text that makes the table before it says who may use it", () => {
  const sql = auditMigration();
  expect(sql.indexOf("CREATE TABLE IF NOT EXISTS public.backup_audit_log")).toBeGreaterThan(-1);
  expect(sql.indexOf("GRANT INSERT")).toBeGreaterThan(sql.indexOf("ENABLE ALWAYS TRIGGER"));
});
