import { shortDigest, spellBytes, spellClock, spellInstant, spellSeconds } from "../../base/spell.ts";
import { phasesInWords } from "../charts/phases.ts";
import { cell, code, prose, table } from "../escape.ts";
import type { Objective, ProofReport, Run } from "../model.ts";
import { restoreSeconds } from "../objectives.ts";
import { evidenceOf, forMachines, ownPicture } from "../page.ts";

/** Who and what started a run, with which version, from when to when: the same for every kind of report. */
export function runFacts(run: Run): string[][] {
  const link =
    run.url !== null && /^https:\/\/[^\s()<>|]+$/.test(run.url) ? `[${prose(run.id)}](${run.url})` : code(run.id);
  const day = run.finished_at.slice(0, 10) === run.started_at.slice(0, 10) ? "" : `${run.finished_at.slice(0, 10)} `;
  const seconds = (Date.parse(run.finished_at) - Date.parse(run.started_at)) / 1000;
  return [
    ["Run", link],
    ["Started by", cell(run.actor)],
    ["Commit", run.commit === null ? "not known" : code(run.commit)],
    ["Version of Ithaca", code(run.version)],
    [
      "From, to",
      `${run.started_at.slice(0, 10)} ${spellClock(run.started_at)} to ${day}${spellClock(run.finished_at)} UTC (${spellSeconds(seconds)})`,
    ],
  ];
}

/** Measured time against promised time, and the split that shows which phase to work on. */
export function time(report: ProofReport): string[] {
  const { phases, objectives } = report;
  const total = phases.reduce((sum, { seconds }) => sum + seconds, 0);
  const share = (seconds: number) => (total === 0 ? "–" : `${Math.round((seconds / total) * 100)} %`);
  const row = (name: string, { target_s, measured_s, met }: Objective) => [
    name,
    spellSeconds(target_s),
    measured_s === null ? "not measured" : spellSeconds(measured_s),
    met === null ? "not known" : met ? "✅ kept" : "❌ not kept",
  ];
  return [
    "## Where the time went",
    "",
    ...ownPicture(report, phasesInWords(report)),
    ...table(
      ["Objective", "Promised", "Measured", "Result"],
      [row("Recovery time (RTO)", objectives.rto), row("Recovery point (RPO)", objectives.rpo)],
    ),
    restoreSeconds(phases) === null
      ? "No recovery time was measured: the restore did not come to its end."
      : "The recovery time is fetch, prepare and restore together; the other phases are proof. The recovery point is the age of the newest backup.",
    "",
    ...table(
      ["Phase", "Time", "Share"],
      phases.map(({ name, seconds }) => [code(name), spellSeconds(seconds), share(seconds)]),
    ),
  ];
}

const levels = {
  "source-exact": "source-exact: equal to the census of the same snapshot",
  "source-sampled":
    "source-sampled: equal to a light census of the same snapshot, in which large tables were counted and a sample of their rows hashed",
  "archive-exact": "archive-exact: equal to what the archive holds",
} as const;

const targets = {
  cluster: "a private throwaway server, started for this run",
  service: "a throwaway database on a service container's server",
  branch: "a branch of the project",
  project: "a project of its own",
} as const;

/** The passage for auditors: which backup, where to, who, when, and what became of the copy. */
export function evidence(report: ProofReport): string[] {
  const { backup, target } = report;
  const isolation = report.checks.find(({ id }) => id === "isolation.throwaway");
  const skipped = backup?.candidates_skipped ?? [];
  const ofBackup =
    backup === null
      ? [["Backup", "none was reached"]]
      : [
          ["Backup", code(backup.id)],
          ["Taken", `${spellInstant(backup.taken_at)}, ${spellSeconds(backup.age_s)} before this run`],
          ["Size", spellBytes(backup.size_bytes)],
          ["Digest", code(backup.digest)],
          ["Server of the source", `PostgreSQL ${prose(backup.server_version)}`],
          [
            "Candidates passed over",
            skipped.length === 0
              ? "none"
              : skipped
                  .slice(0, 10)
                  .map(({ id, reason }) => `${code(id)}: ${cell(reason)}`)
                  .join("<br>") + (skipped.length > 10 ? `<br>…and ${skipped.length - 10} more` : ""),
          ],
        ];
  const ofTarget =
    target === null
      ? [["Target", "none was made"]]
      : [
          ["Target", `${targets[target.kind]}, PostgreSQL ${prose(target.server_version)}`],
          [
            "Isolation",
            isolation === undefined
              ? "not checked"
              : `${isolation.status === "passed" ? "" : "not shown: "}${cell(isolation.reason || isolation.actual)}`,
          ],
          ["Destroyed", target.destroyed ? "✅ yes, and looked for afterwards: nothing is left" : "❌ not shown"],
        ];
  return evidenceOf([
    ["Kind", code(report.kind)],
    ["Level", levels[report.level]],
    ...ofBackup,
    ...ofTarget,
    ...runFacts(report.run),
  ]);
}

/** The lines that people fill in: a restore test counts for an audit when somebody looked at it. */
export function review(run: Run): string[] {
  return [
    "## Follow-up and review",
    "",
    `An issue that came of this run carries its id, ${code(run.id)}. No row of the database is in this report.`,
    "",
    ...table(["Issue, and what mended it", "Reviewed by", "On"], [["–", "–", "–"]]),
  ];
}

/** The digest's beginning, for the report's last line. */
export function footer(report: ProofReport): string[] {
  const digest = report.backup === null ? "" : ` · backup ${code(shortDigest(report.backup.digest))}`;
  return forMachines(report, digest);
}
