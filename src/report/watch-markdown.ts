import { cell, code, prose, table } from "./escape.ts";
import { shortDigest, spellBytes, spellInstant, spellSeconds } from "./format.ts";
import { longestMarkdown, stagesOfLimits } from "./limits.ts";
import type { WatchReport } from "./model.ts";
import { checks, findings } from "./sections/checks.ts";
import { runFacts } from "./sections/facts.ts";
import { verdictSigns } from "./sections/lead.ts";
import { watchStep } from "./sections/watch-steps.ts";

const sentences: Readonly<Record<WatchReport["verdict"], (due: string) => string>> = {
  proven: (due) =>
    `**The backup that was due ${due} has arrived**, whole and in time. What it is worth, only a proof can say.`,
  failed: (due) => `**The backup that was due ${due} is not as it must be.** Somebody has to look now.`,
  inconclusive: (due) =>
    `**Nobody can tell whether the backup that was due ${due} has arrived.** Treat it as missing until shown otherwise.`,
};

/** What `watch` found, for people: never longer than 60,000 characters. */
export function watchMarkdown(report: WatchReport): string {
  const { backup, run, due, verdict, database } = report;
  const steps = [...new Set(report.checks.filter(({ status }) => status !== "passed").map(watchStep))];
  const facts = [
    ["Database", cell(database)],
    ["Backup due", spellInstant(due)],
    ...(backup === null
      ? [["Backup", "none"]]
      : [
          ["Backup", code(backup.id)],
          ["Taken", spellInstant(backup.taken_at)],
          ["Size", spellBytes(backup.size_bytes)],
          ["Took", backup.seconds === null ? "not recorded" : spellSeconds(backup.seconds)],
          ["Digest", code(shortDigest(backup.digest))],
        ]),
    ...runFacts(run),
  ];
  let text = "";
  for (const limits of stagesOfLimits) {
    text = [
      `# ${verdictSigns[verdict]}: last backup of ${prose(database)}`,
      "",
      sentences[verdict](spellInstant(due)),
      "",
      "## What to do next",
      "",
      ...(steps.length === 0 ? ["Nothing."] : steps.map((step, index) => `${index + 1}. ${prose(step)}`)),
      "",
      ...checks(report, limits),
      ...findings(report, limits),
      "## Evidence",
      "",
      ...table(["Fact", "Value"], facts),
      `The same facts for machines: ${code(report.report.json)}`,
      "",
    ].join("\n");
    if (text.length <= longestMarkdown) break;
  }
  return text.slice(0, longestMarkdown);
}
