import { defineErrors, entry } from "../base/errors.ts";

/** Where the fault lies and what restic said, redacted. */
interface Fault {
  readonly repository: string;
  readonly why: string;
}

const fault: Fault = { repository: "s3:s3.amazonaws.com/backups", why: "connection refused" };

export const vaultErrors = defineErrors("vault", {
  not_configured: entry({
    kind: "surroundings",
    says: (p: { missing: readonly string[] }) =>
      `The vault is not configured: ${p.missing.join(" and ")} ${p.missing.length === 1 ? "is" : "are"} not set`,
    mend: () =>
      "set RESTIC_REPOSITORY to where the backups are kept (such as s3:s3.eu-central-1.amazonaws.com/bucket) and RESTIC_PASSWORD, RESTIC_PASSWORD_FILE or RESTIC_PASSWORD_COMMAND to its password",
    example: { missing: ["RESTIC_REPOSITORY"] },
  }),
  bad_repository: entry({
    kind: "input",
    says: (p: Fault) => `RESTIC_REPOSITORY names no place that restic knows (${p.repository}): ${p.why}`,
    mend: () =>
      "use an absolute path, or s3:, b2:, azure:, gs:, swift:, sftp:, rest: or rclone: with what restic expects after it",
    example: { repository: "foo:bar", why: "invalid backend" },
  }),
  unreadable_setting: entry({
    kind: "surroundings",
    says: (p: { name: string; why: string }) => `The file that ${p.name} names cannot be read: ${p.why}`,
    mend: (p) => `let ${p.name} name a readable file`,
    example: { name: "RESTIC_REPOSITORY_FILE", why: "ENOENT" },
  }),
  restic_missing: entry({
    kind: "surroundings",
    says: () => "restic was not found on this machine",
    mend: () => "run scripts/setup.sh, or install the package restic",
    example: {},
  }),
  restic_too_old: entry({
    kind: "surroundings",
    says: (p: { found: string; needed: string }) => `restic ${p.found} is too old: ${p.needed} or newer is needed`,
    mend: () => "install a newer restic, from the distribution's backports or with `restic self-update`",
    example: { found: "0.12.1", needed: "0.14" },
  }),
  no_repository: entry({
    kind: "surroundings",
    says: (p: Fault) => `There is no vault at ${p.repository}: ${p.why}`,
    mend: () => "check RESTIC_REPOSITORY, or create the vault with `npm run ithaca -- backup --init`",
    example: fault,
  }),
  wrong_password: entry({
    kind: "surroundings",
    says: (p: Fault) => `The vault at ${p.repository} does not open with this password`,
    mend: () =>
      "check RESTIC_PASSWORD; if it is right, the vault's keys are gone and must be brought back from another copy",
    example: fault,
  }),
  password_unavailable: entry({
    kind: "surroundings",
    says: (p: Fault) => `The password of the vault at ${p.repository} could not be obtained: ${p.why}`,
    mend: () => "check RESTIC_PASSWORD_FILE or RESTIC_PASSWORD_COMMAND (with absolute paths)",
    example: { ...fault, why: "exit status 1" },
  }),
  unreachable: entry({
    kind: "surroundings",
    says: (p: Fault) => `The vault at ${p.repository} could not be reached: ${p.why}`,
    mend: () => "check the address in RESTIC_REPOSITORY, the network and whether the service is up",
    example: fault,
  }),
  denied: entry({
    kind: "surroundings",
    says: (p: Fault) => `The vault at ${p.repository} refused what was asked of it: ${p.why}`,
    mend: () =>
      "check the credential: a backup needs to read and to add, a fetch only to read, `retain` to delete as well",
    example: { ...fault, why: "Access Denied" },
  }),
  no_space: entry({
    kind: "surroundings",
    says: (p: Fault) => `There is no space left, in the vault at ${p.repository} or on this machine: ${p.why}`,
    mend: () =>
      "make room, or run `npm run ithaca -- retain`, which goes on where the vault is full; nothing that was kept before is lost",
    example: { ...fault, why: "no space left on device" },
  }),
  no_scratch: entry({
    kind: "surroundings",
    says: (p: Fault) =>
      `This machine has no space left for restic's temporary files, so nothing reached the vault at ${p.repository}: ${p.why}`,
    mend: () => "make room on this machine, or set TMPDIR to a larger disk; the vault is not full",
    example: { ...fault, why: "write /tmp/restic-temp-pack-1: no space left on device" },
  }),
  no_room_to_remove: entry({
    kind: "surroundings",
    says: (p: { repository: string }) =>
      `The vault at ${p.repository} is so full that nothing can be removed: restic writes a lock and a new index before it removes anything`,
    mend: () =>
      "give the vault's disk or quota a little more room (some MB), and run `npm run ithaca -- retain` again; delete no file of the vault by hand",
    example: { repository: "s3:s3.amazonaws.com/backups" },
  }),
  locked: entry({
    kind: "surroundings",
    says: (p: Fault) => `The vault at ${p.repository} is locked by another run: ${p.why}`,
    mend: () =>
      "wait for that run to end; if it is dead, `npm run ithaca -- check` removes its lock once restic calls it stale (30 minutes)",
    example: { ...fault, why: "locked by PID 4711 on runner" },
  }),
  damaged: entry({
    kind: "failed",
    says: (p: Fault) => `The vault at ${p.repository} is damaged: ${p.why}`,
    mend: () =>
      "run `npm run ithaca -- check` to see what is affected, keep the vault as it is, and take a new backup into a new vault",
    example: { ...fault, why: "ciphertext verification failed" },
  }),
  gone: entry({
    kind: "failed",
    says: (p: Fault) => `The backup is no longer in the vault at ${p.repository}: ${p.why}`,
    mend: () => "list the backups with `npm run ithaca -- backups` and choose another",
    example: { ...fault, why: 'no matching ID found for prefix "deadbeef"' },
  }),
  unexpected: entry({
    kind: "surroundings",
    says: (p: Fault) => `restic failed on the vault at ${p.repository}: ${p.why}`,
    mend: () => "see restic's own words; run `npm run ithaca -- doctor`",
    example: { ...fault, why: "exit code 1" },
  }),
  incomplete_save: entry({
    kind: "failed",
    says: (p: { id: string; why: string }) =>
      `The backup ${p.id} did not arrive in the vault as it is on disk: ${p.why}`,
    mend: () => "save it again: the newest upload under an id counts",
    example: { id: "2026-11-22T02-00-05Z-app-4f1c2a9b", why: "3 of 4 files" },
  }),
  incomplete_fetch: entry({
    kind: "failed",
    says: (p: { id: string; why: string }) => `The backup ${p.id} did not come back whole: ${p.why}`,
    mend: () => "run `npm run ithaca -- check`, and choose another backup with `--backup <id>`",
    example: { id: "2026-11-22T02-00-05Z-app-4f1c2a9b", why: "dump/toc.dat is missing" },
  }),
  not_empty: entry({
    kind: "input",
    says: (p: { directory: string }) =>
      `The directory ${p.directory} is not empty, so a backup would mix with what is there`,
    mend: () => "name an empty directory, or one that does not exist yet",
    example: { directory: "/tmp/backup" },
  }),
  unwritable: entry({
    kind: "surroundings",
    says: (p: { directory: string; why: string }) => `The backup cannot be laid into ${p.directory}: ${p.why}`,
    mend: () => "name a directory that can be written",
    example: { directory: "/backup", why: "EACCES: permission denied" },
  }),
  bad_label: entry({
    kind: "input",
    says: (p: { field: string; why: string }) => `The backup cannot be labelled: its ${p.field} ${p.why}`,
    mend: () => "correct backup.json",
    example: { field: "id", why: "contains a comma" },
  }),
  no_backup: entry({
    kind: "failed",
    says: (p: { database: string; wanted: string }) => `The vault holds no backup of ${p.database} for \`${p.wanted}\``,
    mend: () => "list what there is with `npm run ithaca -- backups`",
    example: { database: "app", wanted: "yesterday" },
  }),
  unknown_backup: entry({
    kind: "input",
    says: (p: { wanted: string; alike: readonly string[] }) => `The vault holds no backup with the id ${p.wanted}`,
    mend: (p) =>
      p.alike.length === 0
        ? "list what there is with `npm run ithaca -- backups`"
        : `did you mean ${p.alike.join(" or ")}? Then name it whole`,
    example: { wanted: "2026-11-22", alike: ["2026-11-22T02-00-05Z-app-4f1c2a9b"] },
  }),
  retention_refused: entry({
    kind: "failed",
    says: (p: { database: string; why: string }) => `No backup of ${p.database} was removed: ${p.why}`,
    mend: () =>
      "take a good backup first; old ones go only when there is a new one. What is named here and no backup that you took goes by hand: `restic forget <id>`",
    example: { database: "app", why: "the last backup run failed" },
  }),
  retention_unproven: entry({
    kind: "failed",
    says: (p: { database: string }) =>
      `No backup of ${p.database} was removed: the vault was full at the last backup run, and none of the backups in it is proven`,
    mend: () =>
      "prove one with `npm run ithaca -- prove`, which needs no room in the vault, and run `npm run ithaca -- retain` again; or give the vault more room",
    example: { database: "app" },
  }),
});
