import { shortDigest, spellBytes, spellInstant, spellSeconds } from "../base/spell.ts";
import { cell, code, prose } from "./escape.ts";
import type { WatchReport } from "./model.ts";
import { evidenceOf, forMachines, opening, page, whatToDoNext } from "./page.ts";
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

function factsOf({ backup, run, due, database }: WatchReport): string[][] {
  const ofBackup =
    backup === null
      ? [["Backup", "none"]]
      : [
          ["Backup", code(backup.id)],
          ["Taken", spellInstant(backup.taken_at)],
          ["Size", spellBytes(backup.size_bytes)],
          ["Took", backup.seconds === null ? "not recorded" : spellSeconds(backup.seconds)],
          ["Digest", code(shortDigest(backup.digest))],
        ];
  return [["Database", cell(database)], ["Backup due", spellInstant(due)], ...ofBackup, ...runFacts(run)];
}

/** What `watch` found, for people. */
export function watchMarkdown(report: WatchReport): string {
  const { due, verdict, database } = report;
  const steps = new Set(report.checks.filter(({ status }) => status !== "passed").map(watchStep));
  return page(report, (limits) => [
    opening(`# ${verdictSigns[verdict]}: last backup of ${prose(database)}`, sentences[verdict](spellInstant(due))),
    whatToDoNext(
      [...steps].map((step) => prose(step)),
      "Nothing.",
    ),
    checks(report, limits),
    findings(report, limits),
    evidenceOf(factsOf(report)),
    forMachines(report),
  ]);
}
