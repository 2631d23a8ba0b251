import { spellAmount, spellInstant } from "../../base/spell.ts";
import type { CheckResult } from "../../proof/types.ts";
import { cell, prose } from "../escape.ts";
import type { ProofReport, Verdict } from "../model.ts";
import { verdictReasons } from "../verdict.ts";

/** The word and the sign of a verdict, wherever it is shown. */
export const verdictSigns: Readonly<Record<Verdict, string>> = {
  proven: "✅ Proven",
  failed: "❌ Failed",
  inconclusive: "⚠️ Inconclusive",
};

/** Checks that judge a rule or a promise of the team's, where the others judge whether the copy is the database. */
const aboutRules = /^(plan|team|objectives)\./;

/** Whether everything that failed is a rule: then the backup itself came back as it was. */
export function onlyRulesFailed(report: Pick<ProofReport, "checks" | "restore_errors" | "rehearsal">): boolean {
  const failed = report.checks.filter(({ status }) => status === "failed");
  const rest =
    report.restore_errors.some(({ allowed_by }) => allowed_by === null) ||
    (report.rehearsal !== null && report.rehearsal.failed + report.rehearsal.skipped > 0);
  const unknown = report.checks.some((check: CheckResult) => check.status === "not_run" && !aboutRules.test(check.id));
  return failed.length > 0 && !rest && !unknown && failed.every(({ id }) => aboutRules.test(id));
}

/** `a`, `a and b`, `a, b and c`. */
export function enumerate(words: readonly string[]): string {
  return words.length < 2 ? (words[0] ?? "") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function provenLead(report: ProofReport): string {
  const which = report.backup === null ? "This backup" : `The backup of ${spellInstant(report.backup.taken_at)}`;
  const passed = spellAmount(report.checks.length, "check");
  const all = `${report.checks.length === 1 ? "its one check" : `all ${passed}`} passed`;
  if (report.level === "source-sampled") {
    return `**${which} comes back, as far as a sample shows.** It was restored into an empty throwaway server, and the copy equals a light census of the very snapshot that was dumped: every row counted, of large tables a part hashed (what that may miss stands under what is not covered). ${capital(all)}.`;
  }
  return report.level === "source-exact"
    ? `**${which} brings the whole database back.** It was restored into an empty throwaway server, and the copy equals the very snapshot that was dumped: ${all}.`
    : `**${which} comes back whole.** It was restored into an empty throwaway server, and the copy equals what the archive holds: ${all}. Nobody counted the source when it was dumped, so what the dump itself missed cannot be told.`;
}

/** So many troubles fit on the first screen. */
const mostTroubles = 5;

/** Of a list of counts, the beginning; the table of checks has all of it. */
const longestFact = 120;

/** The checks that stand against the backup, each with what was expected and found; checks never reached are one line. */
function troubles({ checks }: ProofReport): string[] {
  const ended = checks.some(({ id }) => id === "run.completed");
  const failed = checks.filter(({ status }) => status === "failed");
  const notRun = checks.filter(({ status, id }) => status === "not_run" && (!ended || id === "run.completed"));
  const lines = [
    ...failed.map((check) =>
      check.id === "run.completed"
        ? `- ❌ **The run ended early**: ${prose(check.reason)}`
        : `- ❌ **${prose(check.title)}**: expected ${cell(check.expected, longestFact)}; found ${cell(check.actual, longestFact)}`,
    ),
    ...notRun.map(({ id, title, reason }) =>
      id === "run.completed"
        ? `- ⚠️ **The run ended early**: ${cell(reason)}`
        : `- ⚠️ **${prose(title)}**: not run; ${cell(reason)}`,
    ),
  ];
  const rest = lines.length - mostTroubles;
  return lines.length === 0
    ? []
    : ["", ...lines.slice(0, mostTroubles), ...(rest > 0 ? [`- and ${rest} more, [listed below](#checks)`] : [])];
}

/** The first paragraph: the verdict, and why, in words for somebody who reads nothing else. */
export function lead(report: ProofReport): string[] {
  const reasons = verdictReasons(report);
  const because = (verdict: Verdict) => enumerate(reasons.filter((r) => r.verdict === verdict).map(({ why }) => why));
  const besides = because("inconclusive");
  const lines: string[] = [];
  if (report.verdict === "proven") lines.push(provenLead(report));
  else if (report.verdict === "failed") {
    const what = report.damaged
      ? "The damage was noticed"
      : onlyRulesFailed(report)
        ? "The backup came back as it was taken, but a rule or promise of the plan is broken"
        : "Do not rely on this backup until this is cleared up";
    const also = besides === "" || report.damaged ? "" : ` Besides, ${besides}.`;
    lines.push(`**${what}.** ${capital(because("failed"))}.${also}`);
  } else {
    lines.push(`**Nothing is known against this backup, and nothing is proven either.** ${capital(besides)}.`);
  }
  if (report.damaged) {
    lines.push(
      "",
      "**This run damaged the copy on purpose**, to try what the proof notices. It never counts as a proof of the backup.",
    );
  }
  lines.push(...troubles(report));
  return [`# ${verdictSigns[report.verdict]}: ${prose(report.database)}`, "", ...lines, ""];
}
