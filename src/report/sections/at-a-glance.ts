import { spellAmount, spellBytes, spellCount, spellInstant, spellSeconds } from "../../base/spell.ts";
import { code, table } from "../escape.ts";
import type { Objective, ProofReport } from "../model.ts";

function promise({ met, target_s }: Objective, name: string): string {
  if (met === null) return `not measured; the plan promises ${spellSeconds(target_s)} (${name})`;
  const kept = met ? "kept ✅" : "**not kept ❌**";
  return `the plan promises ${spellSeconds(target_s)} (${name}): ${kept}`;
}

function wholeness({ checks }: ProofReport): string {
  if (checks.length === 0) return "Not known: no check was run";
  const count = (status: string) => checks.filter((check) => check.status === status).length;
  const all = spellCount(checks.length);
  const parts = [`${spellCount(count("passed"))} of ${all} checks passed`];
  if (count("failed") > 0) parts.push(`${spellCount(count("failed"))} failed`);
  if (count("not_run") > 0) parts.push(`${spellCount(count("not_run"))} could not be run`);
  return parts.join(", ");
}

function rehearsal({ rehearsal }: ProofReport): string {
  if (rehearsal === null) return "not asked in this run";
  const { passed, failed, skipped } = rehearsal;
  const rest = [
    failed > 0 ? `**${spellCount(failed)} failed ❌**` : "",
    skipped > 0 ? `${spellCount(skipped)} skipped` : "",
  ];
  return [`${spellAmount(passed, "test")} passed`, ...rest.filter((text) => text !== "")].join(", ");
}

function unproven({ checks, not_covered }: ProofReport): string {
  const notRun = checks.filter(({ status }) => status === "not_run").length;
  const parts = [
    notRun > 0 || checks.length === 0 ? "what the checks that did not run would have shown" : "",
    not_covered.length > 0 ? `${spellAmount(not_covered.length, "thing")}, [listed below](#what-is-not-covered)` : "",
  ].filter((text) => text !== "");
  return parts.length === 0 ? "nothing that is known" : parts.join("; ");
}

function excused({ checks, restore_errors }: ProofReport): string {
  const findings = checks.filter(({ status, reason }) => status === "passed" && reason !== "").length;
  const errors = restore_errors.filter(({ allowed_by }) => allowed_by !== null).length;
  const parts = [
    findings > 0 ? spellAmount(findings, "check") : "",
    errors > 0 ? `${spellAmount(errors, "error")} of the restore` : "",
  ].filter((text) => text !== "");
  return parts.length === 0 ? "nothing" : `${parts.join(" and ")}; the reasons are below`;
}

/** One screen for somebody who has a minute: the questions that are asked after every restore test. */
export function atAGlance(report: ProofReport): string[] {
  const { backup, target, sabotage } = report;
  const { rto, rpo } = report.objectives;
  const which =
    backup === null
      ? "none was reached"
      : `${code(backup.id)}<br>taken ${spellInstant(backup.taken_at)}, ${spellSeconds(backup.age_s)} old, ${spellBytes(backup.size_bytes)}`;
  const gone =
    target === null
      ? "none was made"
      : target.destroyed
        ? "destroyed, and nothing of it is left ✅"
        : "**its destruction could not be shown ❌**";
  const selfTest =
    sabotage === null
      ? "not asked in this run"
      : `${spellCount(sabotage.caught)} of ${spellAmount(sabotage.tried, "act")} of sabotage caught`;
  const measured = (objective: Objective, text: (seconds: string) => string) =>
    objective.measured_s === null ? "" : `${text(spellSeconds(objective.measured_s))}; `;
  return table(
    ["Question", "Answer"],
    [
      ["Which backup?", which],
      ["Did it come back as it must?", wholeness(report)],
      ["How long would a recovery take?", `${measured(rto, (s) => `**${s}** in this run`)}${promise(rto, "RTO")}`],
      [
        "How much work could be lost?",
        `${measured(rpo, (s) => `the newest backup is **${s}** old`)}${promise(rpo, "RPO")}`,
      ],
      ["Would the checks notice damage?", selfTest],
      ["Does the app work on the copy?", rehearsal(report)],
      ["What remains unproven?", unproven(report)],
      ["What was excused?", excused(report)],
      ["What became of the copy?", gone],
    ],
  );
}
