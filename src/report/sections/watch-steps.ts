import type { CheckResult } from "../../proof/types.ts";

/** What to do first when a check of the watch did not pass. Plain sentences: they stand in messages too. */
const firstSteps: Readonly<Record<string, string>> = {
  "watch.arrived":
    "Take a backup now, by the backup workflow or with npm run ithaca -- backup, then find out why the scheduled one did not come.",
  "watch.recorded":
    "See the backup's run: it put a backup into the vault and left no record, so nothing outside the vault can vouch for it. Take another one.",
  "watch.digest":
    "Treat the vault as tampered with until shown otherwise: find out who had access, and take a new backup.",
  "watch.in_time":
    "See in the backup's run what took so long: a lock that it waited for, a table that has grown, a slow upload.",
  "watch.size": "See whether production has lost or gained what the size says, before older backups are thrown away.",
};

/** The first step for a check of the watch that did not pass. */
export function watchStep({ id, status, reason }: CheckResult): string {
  if (status === "not_run") return `Mend what stood in the way: ${reason}`;
  return firstSteps[id] ?? "Read the findings in the report and mend their cause.";
}
