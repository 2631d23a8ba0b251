import type { CheckResult } from "../../proof/types.ts";
import { code, prose } from "../escape.ts";

/** What to do first when a check of the backups failed, by the beginning of its id; the longest that fits is taken. */
const firstSteps: Readonly<Record<string, string>> = {
  "vault.":
    "Look at the vault: `npm run ithaca -- backups` lists what it holds. Take a backup now if the newest is late.",
  "vault.digest":
    "Treat the vault as tampered with until shown otherwise: find out who had access, and compare its digest with the audit log.",
  "plausibility.": "See whether production has lost what the findings name, before older backups are thrown away.",
  "platform.backups":
    "Open Database → Backups in the project's dashboard and write to the provider's support about what the findings name; until the platform's backups are back, the vault is all there is.",
  "platform.days":
    "Ask the provider's support what became of the days that the findings name; the vault's backups of these days are all there is, so keep them.",
  "platform.pitr":
    "Turn point-in-time recovery on in the project's add-ons, with a window as long as the plan's, or take the promise out of the plan.",
  "platform.retention": "Raise the account's plan to the retention that yours promises, or promise less.",
  "platform.schedule":
    "Set the time of the platform's backups to the plan's, or the plan's `managed.at` to what the platform does.",
  "platform.health":
    "See the project's dashboard: while it is paused, restoring or unhealthy, no backup of it is taken.",
  "platform.size":
    "See in the database what has grown or gone, before the platform's older backups run out of their retention.",
  "archive.":
    "Look on the database's host what `pgbackrest info` and `pgbackrest check` say; until the archive is mended, only whole backups bring the database back.",
  "archive.window":
    "Keep more: set `repo1-retention-full-type=time` and `repo1-retention-full` to as many days as the plan promises, or promise less with `point_in_time.window`.",
  "archive.unbroken":
    "Take a full backup now: nothing behind the missing segment can be reached before there is one. Then find out who removed it, or whether the archiver was told to drop segments.",
  "archive.end":
    "See in the server's log why `archive_command` fails, before its disk fills up; what was written since the archive's end comes back from a whole backup only.",
  "archive.timeout":
    "Set `archive_mode = on` and `archive_timeout = 60` in the server's configuration; the first needs a restart.",
  "sample.":
    "Treat the newest backup as one that does not come back until shown otherwise: take another, and prove it whole: `npm run ithaca -- backup`, then `npm run ithaca -- prove`.",
  "exports.":
    "Export the data by hand, put the file where the plan's `exports` says, and prove it: `npm run ithaca -- prove --archive <file>`.",
};

/** The first step for a check that did not pass. */
export function checkStep({ id, status, reason }: CheckResult): string {
  if (status === "not_run") return `Mend what stood in the way: ${prose(reason, 400)}`;
  const longest = Object.keys(firstSteps)
    .filter((prefix) => id.startsWith(prefix))
    .sort((a, b) => b.length - a.length)[0];
  return (
    (longest === undefined ? undefined : firstSteps[longest]) ??
    `Read the findings of ${code(id)} below and mend their cause.`
  );
}
