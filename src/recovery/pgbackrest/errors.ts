import { defineErrors, entry } from "../../base/errors.ts";

const stanza = "shop";

export const pgbackrestErrors = defineErrors("pgbackrest", {
  missing: entry({
    kind: "surroundings",
    says: () => "pgBackRest was not found on this machine",
    mend: () => "run scripts/setup.sh, or install the package pgbackrest",
    example: {},
  }),
  refused: entry({
    kind: "surroundings",
    says: (p: { command: string; code: number; why: string }) =>
      `pgbackrest ${p.command} failed with [${p.code}]: ${p.why}`,
    mend: () => "check PGBACKREST_CONFIG and the PGBACKREST_* variables that hold the repository's secrets",
    example: { command: "info", code: 55, why: "unable to open missing file '/etc/pgbackrest.conf' for read" },
  }),
  no_stanza: entry({
    kind: "surroundings",
    says: (p: { stanza: string; why: string }) =>
      `The pgBackRest repository has no usable stanza ${p.stanza}: ${p.why}`,
    mend: () => "check `point_in_time.stanza` in the plan, the repository's path and its cipher passphrase",
    example: { stanza, why: "missing stanza path" },
  }),
  no_backup: entry({
    kind: "surroundings",
    says: (p: { stanza: string }) => `The pgBackRest repository has no complete backup of ${p.stanza} to begin from`,
    mend: (p) => `run \`pgbackrest --stanza=${p.stanza} backup\` on the database's host`,
    example: { stanza },
  }),
  no_server: entry({
    kind: "surroundings",
    says: (p: { major: string; found: string }) =>
      `A physical copy of a PostgreSQL ${p.major} server needs exactly that version here, and this machine has ${p.found}`,
    mend: (p) => `install the package postgresql-${p.major}`,
    example: { major: "15", found: "17.2 in /usr/lib/postgresql/17/bin" },
  }),
  no_space: entry({
    kind: "surroundings",
    says: (p: { path: string; needs: string; has: string }) =>
      `The copy needs about ${p.needs}, and ${p.path} has only ${p.has} free`,
    mend: () => "free some space, or set ITHACA_SCRATCH to a larger disk",
    example: { path: "/tmp", needs: "40.0 GB", has: "14.0 GB" },
  }),
  disk_full: entry({
    kind: "surroundings",
    says: (p: { why: string }) => `There is no room left for the copy: ${p.why}`,
    mend: () => "free some space, or set ITHACA_SCRATCH to a larger disk",
    example: { why: "unable to write '/tmp/ithaca-archive-0f36e142/delivered/000000010000000000000007'" },
  }),
  damaged: entry({
    kind: "failed",
    says: (p: { command: string; why: string }) =>
      `What pgbackrest ${p.command} read from the repository is damaged: ${p.why}`,
    mend: () =>
      "take a full backup at once, since what needs the damaged part cannot be brought back; see with `pgbackrest verify` what else is damaged, or choose a time before it",
    example: { command: "archive-get", why: "unable to get 000000010000000000000011: [CryptoError] unable to flush" },
  }),
  not_found: entry({
    kind: "input",
    says: (p: { target: string; backups: number }) =>
      `${p.target} was not found in the archive, after replaying it from ${p.backups} backup${p.backups === 1 ? "" : "s"}`,
    mend: () => "check the name or number, or give the time instead",
    example: { target: "restore point release-12", backups: 3 },
  }),
  no_timeline: entry({
    kind: "input",
    says: (p: { timeline: string }) => `--timeline ${p.timeline}: the archive knows no such branch of the history`,
    mend: () =>
      "leave it out to follow production's own; the first eight characters of a segment's name are its timeline, in hexadecimal digits",
    example: { timeline: "99" },
  }),
  own_timeline: entry({
    kind: "surroundings",
    says: (p: { timeline: string }) =>
      `Production writes on timeline ${p.timeline}, and the archive knows no such branch of the history yet`,
    mend: () =>
      "look in the server's log why it does not archive, or follow the branch before it with --timeline; the repository may also be another server's",
    example: { timeline: "2" },
  }),
  archive_ends: entry({
    kind: "surroundings",
    says: (p: { target: string }) => `The archive ends before ${p.target}: nothing in it was committed later`,
    mend: () =>
      'wait until the server has archived more (archive_timeout says when it must), choose an earlier time, or ask for "latest"',
    example: { target: "2025-01-16 14:30:00 UTC" },
  }),
  no_transaction: entry({
    kind: "surroundings",
    says: (p: { xid: string }) =>
      `The archive ends, and shows neither a commit nor a roll-back of transaction ${p.xid}`,
    mend: () =>
      "wait until the server has archived more; or it is the number of a savepoint, as xmin shows it: name the time just before, and what is shown around it has the whole transaction's number",
    example: { xid: "743" },
  }),
  gap: entry({
    kind: "failed",
    says: (p: { target: string; reached: string; last: string }) =>
      `${p.target} cannot be reached: the archive goes on to segment ${p.last}, and from ${p.reached} on something in it is missing or damaged`,
    mend: () =>
      "take a full backup at once, since only what follows the next backup can be brought back; look for what is missing with `pgbackrest verify` and in the server's pg_wal, or choose a time before the gap",
    example: {
      target: "2025-01-16 14:30:00 UTC",
      reached: "000000010000000000000005",
      last: "000000010000000000000009",
    },
  }),
  recovery_failed: entry({
    kind: "failed",
    says: (p: { why: string }) => `The copy could not be recovered from the archive: ${p.why}`,
    mend: () => "look at the repository with `pgbackrest verify`, or choose an earlier backup",
    example: { why: "could not locate required checkpoint record" },
  }),
  nobody_in: entry({
    kind: "surroundings",
    says: (p: { why: string }) => `The copy is recovered, and lets nobody in: ${p.why}`,
    mend: () =>
      "check `point_in_time.superuser` in the plan, a role that was a superuser with LOGIN at that point, and that this machine has what its server needs",
    example: { why: 'role "postgres" does not exist' },
  }),
  log_unreadable: entry({
    kind: "surroundings",
    says: (p: { why: string }) => `The write-ahead log around the point could not be read: ${p.why}`,
    mend: () => "check that pg_waldump and pg_controldata lie beside the server's programs",
    example: { why: "pg_waldump ended with exit code 1" },
  }),
});
