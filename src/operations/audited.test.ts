import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { socketUrl } from "../../test/support/cli.ts";
import { testDatabase } from "../../test/support/database.ts";
import type { AuditEntry } from "../audit/entry.ts";
import { readLog } from "../audit/read-log.ts";
import { IthacaError } from "../base/errors.ts";
import { silentProgress } from "../base/progress.ts";
import { registerSecret } from "../base/redact.ts";
import { type Scratch, scratchDirectory } from "../base/scratch.ts";
import { planSchema } from "../plan/schema.ts";
import { sha256 } from "../report/chain/link.ts";
import { nextLinks } from "../report/chain/next-links.ts";
import { auditMigration } from "./audit.ts";
import { audited } from "./audited.ts";
import type { UseCaseContext } from "./context.ts";

const plan = planSchema.parse({ version: 1, databases: { shop: {} } });
let scratch: Scratch;
let warnings: string[];
let stop: AbortController;

beforeEach(async () => {
  scratch = await scratchDirectory("audited");
  warnings = [];
  stop = new AbortController();
  return () => scratch[Symbol.asyncDispose]();
});

/** A run on GitHub, in which every look at the clock is a second later. */
function context(environment: Record<string, string> = {}): UseCaseContext {
  let second = 0;
  return {
    environment: { GITHUB_RUN_ID: "8790", GITHUB_RUN_ATTEMPT: "2", GITHUB_ACTOR: "odysseus", ...environment },
    clock: { now: () => new Date(Date.UTC(2026, 10, 22, 2, 0, second++)) },
    progress: { ...silentProgress, warn: (message) => warnings.push(message) },
    signal: stop.signal,
    workingDirectory: scratch.path,
  };
}

const operation = { operation: "backup", database: "shop", plan, details: { asked: "latest" } } as const;
const reports = () => join(scratch.path, "reports");
const log = async (): Promise<readonly AuditEntry[]> => (await readLog(reports(), "shop")).entries;

describe("two entries for every operation", () => {
  test("say who did what, from when to when, and what came of it", async () => {
    const backup = { id: "b1", taken_at: "2026-11-22T02:00:00Z", digest: "ab", size_bytes: 7, rows: 1000 };
    const result = { verdict: "taken", backup, report: { json: "reports/x.json", markdown: "reports/x.md" } };
    expect(await audited(context(), operation, async () => result)).toBe(result);
    const [started, finished] = await log();
    expect(started).toMatchObject({
      database: "shop",
      operation_type: "backup",
      performed_by: "odysseus",
      status: "started",
      details: { asked: "latest", run: { id: "8790-2" }, evidence: null },
    });
    expect(finished).toMatchObject({
      operation_id: started?.operation_id,
      status: "succeeded",
      details: { asked: "latest", verdict: "taken", backup: { id: "b1", size_bytes: 7 }, report: "reports/x.json" },
    });
    expect(finished?.id).not.toBe(started?.id);
    expect(Date.parse(finished?.performed_at ?? "")).toBeGreaterThan(Date.parse(started?.performed_at ?? ""));
  });

  test("stand side by side in the folder of the day", async () => {
    await audited(context(), operation, async () => {});
    const id = (await log())[0]?.operation_id.slice(0, 8);
    const stem = `audit/shop/2026/11/22/02-00-00.000-backup-8790-2-${id}`;
    for (const phase of ["started", "finished"]) {
      await expect(readFile(join(reports(), `${stem}-${phase}.json`), "utf8")).resolves.toMatch(
        /^\{\n {2}"format": 1,/,
      );
    }
  });

  test("a run that is killed leaves the first alone", async () => {
    let reached = () => {};
    const inside = new Promise<void>((resolve) => {
      reached = resolve;
    });
    void audited(context(), operation, async () => {
      reached();
      await new Promise(() => {});
    });
    await inside;
    expect((await log()).map(({ status }) => status)).toEqual(["started"]);
  });

  test.each([
    ["failed", new IthacaError("a.b", "failed", "the dump is broken")],
    ["inconclusive", new IthacaError("a.b", "surroundings", "no such host")],
    ["refused", new IthacaError("a.b", "input", "no such backup")],
    ["interrupted", new IthacaError("a.b", "interrupted", "stopped")],
    ["failed", new TypeError("a fault of the program")],
  ])("%s, when the work throws that", async (status, thrown) => {
    const work = async (): Promise<never> => {
      throw thrown;
    };
    await expect(audited(context(), operation, work)).rejects.toBe(thrown);
    expect((await log())[1]).toMatchObject({ status, details: { reason: thrown.message } });
  });

  test.each([
    ["succeeded", { verdict: "proven" }],
    ["failed", { verdict: "failed", reason: "why" }],
    ["inconclusive", { verdict: "inconclusive" }],
    ["failed", { verdict: "failed", backup: "b1", report: null, reason: 7 }],
    ["succeeded", { kept: [] }],
    ["succeeded", undefined],
  ])("%s, when the work gives that", async (status, result) => {
    await audited(context(), operation, async () => result);
    expect((await log())[1]?.status).toBe(status);
  });

  test("what the work notes is in the second, also when it throws", async () => {
    await expect(
      audited(context(), operation, async ({ note }) => {
        note({ backup: "b1", incident_at: "2026-11-22T01:00:00Z" });
        note({ backup: "b2" });
        throw new Error("late");
      }),
    ).rejects.toThrow("late");
    expect((await log())[1]?.details).toMatchObject({ backup: "b2", incident_at: "2026-11-22T01:00:00Z" });
  });

  test("name the newest link of the evidence chain", async () => {
    const [link] = nextLinks([], [{ path: "audit/shop/x.json", bytes: Buffer.from("{}") }], new Date());
    await mkdir(join(reports(), "chain/shop"), { recursive: true });
    await writeFile(join(reports(), link?.path ?? ""), link?.text ?? "");
    await audited(context(), operation, async () => {});
    expect((await log())[0]?.details.evidence).toEqual({ sequence: 1, digest: sha256(link?.text ?? "") });
  });

  test("hold no secret, and nothing that jsonb cannot store", async () => {
    registerSecret("canary-secret-of-the-vault");
    const text = "canary-secret-of-the-vault \0 \ud800 postgres://u:pw@h/d";
    await audited(context(), { ...operation, details: { text } }, async () => {});
    expect((await log())[0]?.details.text).toBe("*** \u{fffd} \u{fffd} postgres://u:***@h/d");
  });
});

describe("what cannot be recorded", () => {
  test("is not done", async () => {
    await mkdir(reports(), { recursive: true });
    await writeFile(join(reports(), "audit"), "a file where the folder is due");
    let done = false;
    const work = async () => {
      done = true;
    };
    await expect(audited(context(), operation, work)).rejects.toMatchObject({ id: "audit.not_written" });
    expect(done).toBe(false);
  });

  test("never hides why the work ended", async () => {
    const work = async (): Promise<never> => {
      await rename(join(reports(), "audit"), join(scratch.path, "audit-moved"));
      await writeFile(join(reports(), "audit"), "");
      throw new Error("the reason");
    };
    await expect(audited(context(), operation, work)).rejects.toThrow("the reason");
    expect(warnings).toMatchObject([expect.stringContaining("could not be written")]);
  });

  test("never makes what was done look undone", async () => {
    const work = async () => {
      await rename(join(reports(), "audit"), join(scratch.path, "audit-moved"));
      await writeFile(join(reports(), "audit"), "");
      return { verdict: "proven", report: { json: "reports/x.json" } };
    };
    await expect(audited(context(), operation, work)).rejects.toMatchObject({
      id: "audit.end_not_written",
      message: expect.stringMatching(/backup of shop is over \(succeeded, reports\/x\.json\), and only the audit log/),
    });
  });

  test("while the database is away is recorded there by the next operation", async () => {
    await using database = await testDatabase();
    const night = context({ ITHACA_AUDIT_URL: socketUrl(database.target) });
    await audited(night, operation, async () => {});
    expect(warnings).toMatchObject([expect.stringContaining("audit migration")]);
    await database.session.query(auditMigration());
    try {
      await audited(night, { ...operation, operation: "check" }, async () => {});
      const query = "SELECT id, operation_type, status, details FROM public.backup_audit_log ORDER BY entry";
      const rows = await database.session.query(query);
      expect(rows.map(({ operation_type: type, status }) => `${type} ${status}`)).toEqual([
        "backup started",
        "backup succeeded",
        "check started",
        "check succeeded",
      ]);
      expect(rows).toMatchObject((await log()).map(({ id, details }) => ({ id, details })));
      expect(warnings).toHaveLength(1);
    } finally {
      // Roles belong to the server, and other tests compare them.
      await database.session.query("DROP OWNED BY ithaca_audit; DROP ROLE ithaca_audit");
    }
  });

  test("in the database is one warning, and the operation goes on", async () => {
    const url = "postgres://ithaca_audit:canary-pw@/shop?host=/nonexistent";
    await expect(audited(context({ ITHACA_AUDIT_URL: url }), operation, async () => 7)).resolves.toBe(7);
    expect(warnings).toMatchObject([expect.stringMatching(/not copied into the database.*no such socket/)]);
    expect(warnings.join()).not.toContain("canary-pw");
    await expect(audited(context({ ITHACA_AUDIT_URL: "mysql://" }), operation, async () => 7)).resolves.toBe(7);
  });
});
