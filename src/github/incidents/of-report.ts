import { isProof, isWatch } from "../../report/history.ts";
import type { AnyReport, ProofReport } from "../../report/model.ts";
import { decideVerdict } from "../../report/verdict.ts";
import { markdownOf } from "../../report/write.ts";
import { type AllClear, type Fault, type RunbookSection, type Source, signatureOf } from "./fault.ts";

/*
 * Which fault a report is about. One fault is one open issue, so the families are what a team would work on as one thing:
 *
 *   backup      no backup was taken, or the watch saw that none has arrived: mended by the next backup
 *   watch       a backup has arrived, but late, or of another size than the ones before: mended by a watch that is content
 *   check       the vault or the platform's backups are not as planned: mended by a check that is content
 *   proof       a backup does not come back: mended by any proof of a backup that is as new, daily, weekly or by hand
 *   rehearsal   it comes back, but the app's tests fail on the copy: mended only by a proof that ran them
 *   platform-proof   the platform's own backup does not come back on a branch: mended only by another branch
 *   drill, recovery, ...   as the reports' kinds
 *   missed:...  a schedule did not run: mended by the next run (see src/operations/missed-runs.ts)
 */

const titles: Readonly<Record<string, { failed: string; inconclusive: string; section: RunbookSection }>> = {
  backup: { failed: "the backup failed", inconclusive: "no backup could be taken", section: "backup-failed" },
  watch: {
    failed: "the last backup is late or out of line",
    inconclusive: "nobody can tell whether the backup has arrived",
    section: "backup-missing",
  },
  check: {
    failed: "the backups are not as planned",
    inconclusive: "the backups could not be checked",
    section: "check-failed",
  },
  proof: { failed: "the proof failed", inconclusive: "the proof could not be run", section: "proof-failed" },
  rehearsal: {
    failed: "the app's tests fail on the restored copy",
    inconclusive: "the app's tests could not be run on the restored copy",
    section: "rehearsal-failed",
  },
  "platform-proof": {
    failed: "the platform's own backup was not proven",
    inconclusive: "the platform's own backup could not be proven",
    section: "proof-failed",
  },
  drill: { failed: "the drill failed", inconclusive: "the drill could not be run", section: "drill-failed" },
  disaster: {
    failed: "a step against the disaster failed",
    inconclusive: "the steps against the disaster are not at their end",
    section: "recovery-failed",
  },
  recovery: {
    failed: "the recovery failed",
    inconclusive: "the recovery did not come to its end",
    section: "recovery-failed",
  },
};

/** Names of kinds whose family is called otherwise. */
const kinds: Readonly<Record<string, string>> = {
  daily: "proof",
  weekly: "proof",
  monthly: "proof",
  manual: "proof",
  recover: "recovery",
  "drill-report": "drill",
};

function words(family: string): { failed: string; inconclusive: string; section: RunbookSection } {
  const plain = family.replaceAll(/[-_:]/g, " ");
  return (
    titles[family] ?? {
      failed: `the ${plain} failed`,
      inconclusive: `the ${plain} could not be run`,
      section: "drill-failed",
    }
  );
}

/** Whether a proof is about the platform's own backup, whatever became of the branch. */
const isOfPlatform = ({ checks }: ProofReport) => checks.some(({ id }) => id === "platform.data");

/** What is wrong with a report: its family, and the fault's title where the family's own does not say it. */
function familyOf(report: AnyReport): { family: string; title?: string; section?: RunbookSection } {
  const family = kinds[report.kind] ?? report.kind;
  if (isWatch(report) && report.verdict === "failed" && report.backup === null) {
    return { family: "backup", title: "no backup has arrived", section: "backup-missing" };
  }
  if (!isProof(report)) return { family };
  const inconclusive = report.verdict === "inconclusive" ? { section: "proof-inconclusive" as const } : {};
  if (isOfPlatform(report)) return { family: "platform-proof", ...inconclusive };
  // Everything but the app's tests is well: that is another fault, for other people.
  const onlyTests = report.rehearsal !== null && decideVerdict({ ...report, rehearsal: null }) === "proven";
  return { family: family === "proof" && onlyTests ? "rehearsal" : family, ...inconclusive };
}

/** The families of which a good report shows that nothing is wrong any more. */
function clearedBy(report: AnyReport): string[] {
  const family = kinds[report.kind] ?? report.kind;
  if (isWatch(report)) return ["watch", "backup"];
  if (!isProof(report)) return [family];
  if (isOfPlatform(report)) return ["platform-proof"];
  const rehearsed = report.rehearsal !== null && report.rehearsal.passed > 0;
  return [family, ...(rehearsed && family === "proof" ? ["rehearsal"] : [])];
}

interface Section {
  readonly title: string;
  readonly text: string;
}

/** A report's page taken apart at its headings; the first part, before any heading, is its lead. */
function sectionsOf(report: AnyReport): { lead: string; sections: Section[] } {
  const [head = "", ...parts] = markdownOf(report).split(/^## /m);
  return {
    lead: head.replace(/^# .*\n/, "").trim(),
    sections: parts.map((part) => {
      const end = part.indexOf("\n");
      return { title: part.slice(0, end).trim(), text: part.slice(end + 1).trim() };
    }),
  };
}

function sourceOf(report: AnyReport): Source {
  const backup = "backup" in report ? report.backup : null;
  return {
    id: report.report.json,
    at: new Date(report.run.started_at),
    backupAt: backup === null ? null : new Date(backup.taken_at),
    runUrl: report.run.url,
    reportPath: report.report.markdown,
  };
}

/** Everything that did not pass, by its names: equal when the same is wrong again. */
function signature(report: AnyReport): string {
  const checks = "checks" in report ? report.checks.filter(({ status }) => status !== "passed") : [];
  const reason = "reason" in report ? report.reason : "";
  return signatureOf(report.kind, report.verdict, reason, ...checks.map(({ id, status }) => `${id} ${status}`).sort());
}

/**
 * The fault that a report tells of, or what it clears; null where it says nothing of the database: a demo, and a run
 * whose copy was damaged on purpose.
 */
export function ofReport(report: AnyReport): { fault: Fault } | { clear: AllClear } | null {
  if (report.kind === "demo" || ("damaged" in report && report.damaged)) return null;
  const { lead, sections } = sectionsOf(report);
  const { database } = report;
  const source = sourceOf(report);
  const { verdict } = report;
  if (verdict !== "failed" && verdict !== "inconclusive") {
    return { clear: { database, families: clearedBy(report), lead, source } };
  }
  const { family, title, section } = familyOf(report);
  const of = words(family);
  const steps = sections.find((part) => part.title === "What to do next")?.text ?? "";
  return {
    fault: {
      key: { database, family },
      verdict,
      title: title ?? of[verdict],
      section: section ?? of.section,
      lead,
      steps: steps.split("\n").flatMap((line) => /^\d+\. (.+)$/.exec(line)?.[1] ?? []),
      // The rest in the report's own order, without what an issue says for itself.
      details: sections.filter((part) => !/^(What to do next|Evidence|Follow-up and review)$/.test(part.title)),
      signature: signature(report),
      source,
    },
  };
}
