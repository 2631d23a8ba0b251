import { describe, expect, test } from "vitest";
import { backupMarkdown } from "./backup-markdown.ts";
import { backupTaken, check, failed, files, green, inconclusive } from "./examples/reports.ts";
import { longestMarkdown } from "./limits.ts";
import { proofMarkdown } from "./markdown.ts";
import type { ProofReport } from "./model.ts";

const page = (report: Omit<ProofReport, "report">): string => proofMarkdown({ ...report, report: files });

describe("examples to look at", () => {
  test("a proven weekly run", async () => {
    await expect(page(green())).toMatchFileSnapshot("examples/proven.md");
  });
  test("a failed run", async () => {
    await expect(page(failed())).toMatchFileSnapshot("examples/failed.md");
  });
  test("an inconclusive run", async () => {
    await expect(page(inconclusive())).toMatchFileSnapshot("examples/inconclusive.md");
  });
  test("a backup", async () => {
    await expect(backupMarkdown({ ...backupTaken(), report: files })).toMatchFileSnapshot("examples/backup.md");
  });
});

describe("what an auditor asks is answered", () => {
  test.each([
    ["who started it", /\| Started by \| schedule \|/],
    ["in which run", /\| Run \| \[8812-1\]\(https:/],
    ["of which commit", /\| Commit \| `755e621d/],
    ["with which version", /\| Version of Ithaca \| `0\.1\.0` \|/],
    ["from when to when", /\| From, to \| 2026-11-23 10:00:41 to 10:01:19 UTC/],
    ["which backup", /\| Backup \| `2026-11-23T02-00-05Z-inner-odyssey-4f1c2a9b` \|/],
    ["with which digest", /\| Digest \| `4f1c2a9b77d0e351/],
    ["how old", /\| Taken \| 2026-11-23 02:00 UTC, 8 h before this run \|/],
    ["which candidates were passed over", /\| Candidates passed over \| `older-one`: its upload was interrupted \|/],
    ["into which target", /\| Target \| a private throwaway server/],
    ["how isolated", /\| Isolation \| a private server that this run started/],
    ["whether it is gone", /\| Destroyed \| ✅ yes/],
    ["against which objectives", /\| Recovery time \(RTO\) \| 4 h \| 14 s \| ✅ kept \|/],
    ["what each check expected and found", /at most 2 d \| 18 h 4 min/],
    ["what is not covered and why", /\| Files in Storage buckets \| a database dump holds/],
    ["of which requirement this is evidence", /\| SOC 2 A1\.3 \|.*`data\.\*`.*\| ✅ \d of \d passed \|/],
    ["who reviewed it", /\| Issue, and what mended it \| Reviewed by \| On \|/],
  ])("%s", (_question, answer) => {
    const report = green();
    const backup = report.backup && {
      ...report.backup,
      candidates_skipped: [{ id: "older-one", reason: "its upload was interrupted" }],
    };
    expect(page({ ...report, backup })).toMatch(answer);
  });

  test("every section stands there when there is nothing to report", () => {
    const empty = page(
      green({
        checks: [],
        restore_errors: [],
        not_covered: [],
        phases: [],
        backup: null,
        target: null,
        sabotage: null,
      }),
    );
    const heads = [...empty.matchAll(/^## (.+)$/gm)].map(([, head]) => head);
    const full = [...page(failed()).matchAll(/^## (.+)$/gm)].map(([, head]) => head);
    expect(heads).toEqual(full);
    expect(empty).toContain("⚠️ Inconclusive");
  });
});

describe("the first screen", () => {
  test("says that a damaged run is no proof", () => {
    expect(page(green({ damaged: true }))).toMatch(/Inconclusive.*damaged the copy on purpose.*without `--damage`/s);
  });
  test("sends nobody to production after a damage that was noticed", () => {
    const text = page(green({ damaged: true, checks: [check("plan.rls_enabled", "RLS", { status: "failed" })] }));
    expect(text).toContain("**The damage was noticed.** One check failed.");
    expect(text).toMatch(/## What to do next\n\n1\. Prove the backup itself, without `--damage`: [^\n]+\n\n/);
  });
  test("tells a broken rule from a broken backup", () => {
    const rule = page(
      green({ checks: [check("plan.freshness", "Alive", { status: "failed", expected: "2 d", actual: "9 d" })] }),
    );
    expect(rule).toContain("The backup came back as it was taken, but a rule or promise of the plan is broken");
    expect(page(green({ checks: [check("data.equality", "Rows", { status: "failed" })] }))).toContain(
      "Do not rely on this backup",
    );
  });
  test("does not promise for an archive what only a census can", () => {
    expect(page(green({ level: "archive-exact" }))).toContain("what the dump itself missed cannot be told");
  });
  test("demands that a copy is destroyed before anything else", () => {
    const target = { kind: "cluster", server_version: "15.18", destroyed: false } as const;
    expect(page(green({ target }))).toMatch(/## What to do next\n\n1\. Destroy the copy by hand, now/);
  });
  test("names the blind check when sabotage was missed", () => {
    const text = page(green({ sabotage: { tried: 12, caught: 11, missed: ["weaken a policy of public.children"] } }));
    expect(text).toContain("The checks missed one act of sabotage");
    expect(text).toContain("- `weaken a policy of public.children`");
  });
  test("has a first step for a check that it does not know", () => {
    expect(page(green({ checks: [check("new.check", "New", { status: "failed" })] }))).toContain(
      "1. Read the findings of `new.check` below",
    );
  });
});

describe("however much there is to say", () => {
  const long = "x".repeat(400);
  const findings = Array.from({ length: 5000 }, (_, i) => ({
    object: `${long}${i}`,
    attribute: long,
    expected: long,
    actual: long,
  }));

  test("it fits into an issue, and the rest is counted", () => {
    const text = page(failed({ checks: [check("data.equality", "Rows", { status: "failed", findings })] }));
    expect(text.length).toBeLessThanOrEqual(longestMarkdown);
    expect(text).toContain("…and 4980 more findings of this check");
  });
  test("it fits with hundreds of failed checks too", () => {
    const checks = Array.from({ length: 400 }, (_, i) =>
      check(`team.rule-${i}`, long, { status: "failed", expected: long, actual: long, findings }),
    );
    const errors = findings.map(({ object }) => ({ message: object, object, allowed_by: null }));
    const text = page(
      failed({ checks, restore_errors: errors, not_covered: findings.map(() => ({ what: long, why: long })) }),
    );
    expect(text.length).toBeLessThanOrEqual(longestMarkdown);
    expect(text).toMatch(/^# ❌ Failed/);
  });
});
