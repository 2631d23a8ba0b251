import { defineErrors, entry } from "../../base/errors.ts";

/** How a point in time is written, for every message that has to say so. */
const howToWrite =
  'write a time with its zone, such as "2025-01-16 14:30:00 UTC" or "2025-01-16 14:30:00 Europe/Berlin", or "10 minutes ago", or "just before transaction 743", "just before migration 20250116143000", "just before restore point release-12", "just before lsn 0/4041234", or "latest"';

const target = "2025-01-16 14:30:00 UTC";

export const pointErrors = defineErrors("point", {
  unreadable: entry({
    kind: "input",
    says: (p: { text: string; why: string }) => `"${p.text}" names no point in time: ${p.why}`,
    mend: () => howToWrite,
    example: { text: "yesterday", why: "it is neither a time, nor an age, nor an event" },
  }),
  no_zone: entry({
    kind: "input",
    says: (p: { text: string }) => `"${p.text}" has no time zone, and an hour more or less decides what is lost`,
    mend: (p) => `write "${p.text} UTC", or an offset ("${p.text}+01:00"), or a place ("${p.text} Europe/Berlin")`,
    example: { text: "2025-01-16 14:30:00" },
  }),
  unknown_zone: entry({
    kind: "input",
    says: (p: { text: string; zone: string }) => `"${p.text}" names the time zone ${p.zone}, which is not certain`,
    mend: () => "write UTC, an offset such as +01:00, or a place of the IANA list such as Europe/Berlin",
    example: { text: "2025-01-16 14:30:00 CST", zone: "CST" },
  }),
  no_such_time: entry({
    kind: "input",
    says: (p: { text: string; before: string; after: string }) =>
      `"${p.text}" never was: the clocks were put forward over it, so it may mean ${p.before} or ${p.after}`,
    mend: (p) => `write the one that you mean, "${p.before}" or "${p.after}"`,
    example: {
      text: "2025-03-30 02:30:00 Europe/Berlin",
      before: "2025-03-30 00:30:00 UTC",
      after: "2025-03-30 01:30:00 UTC",
    },
  }),
  twice: entry({
    kind: "input",
    says: (p: { text: string; first: string; second: string }) =>
      `"${p.text}" was twice, because the clocks were put back: at ${p.first} and at ${p.second}`,
    mend: (p) => `write the one that you mean, "${p.first}" or "${p.second}"`,
    example: {
      text: "2025-10-26 02:30:00 Europe/Berlin",
      first: "2025-10-26 00:30:00 UTC",
      second: "2025-10-26 01:30:00 UTC",
    },
  }),
  future: entry({
    kind: "input",
    says: (p: { target: string; now: string }) => `${p.target} is in the future: it is ${p.now}`,
    mend: () => "name a time that has passed",
    example: { target, now: "2025-01-16 14:00:00 UTC" },
  }),
  outside_window: entry({
    kind: "input",
    says: (p: { target: string; from: string; to: string }) =>
      `${p.target} is outside the window: it can be gone back to any second from ${p.from} to ${p.to}`,
    mend: () => "choose a time within it, or restore a backup of the vault with `recover full`",
    example: { target, from: "2025-01-10 02:00:00 UTC", to: "2025-01-16 14:28:41 UTC" },
  }),
  not_archived_yet: entry({
    kind: "surroundings",
    says: (p: { target: string; reaches: string; seconds: number }) =>
      `The archive does not reach ${p.target} yet: after ${p.seconds} s it ends at ${p.reaches}`,
    mend: () =>
      'wait a minute and run it again, set archive_timeout on the server, choose an earlier time, or ask for "latest"',
    example: { target, reaches: "2025-01-16 14:28:41 UTC", seconds: 300 },
  }),
  no_window: entry({
    kind: "surroundings",
    says: (p: { where: string; why: string }) => `There is no window to go back into at ${p.where}: ${p.why}`,
    mend: () => "turn point-in-time recovery on, or restore a backup of the vault with `recover full`",
    example: { where: "Supabase project abcdefghijklmnopqrst", why: "point-in-time recovery is off" },
  }),
  unfinished: entry({
    kind: "input",
    says: (p: { xid: string; begun: boolean }) =>
      `Transaction ${p.xid} has not ${p.begun ? "ended" : "begun"} on production, so no log can end with it`,
    mend: () => 'check its number, or name a time or "latest"',
    example: { xid: "99743", begun: false },
  }),
  migration_unknown: entry({
    kind: "input",
    says: (p: { version: string; table: string }) => `${p.table} holds no migration ${p.version}`,
    mend: () => "check its version, or name the time or the transaction instead",
    example: { version: "20250116143000", table: "supabase_migrations.schema_migrations" },
  }),
  migration_untraceable: entry({
    kind: "input",
    says: (p: { version: string; why: string }) => `The transaction of migration ${p.version} cannot be told: ${p.why}`,
    mend: () => "name the time just before it instead",
    example: { version: "20250116143000", why: "there is no table supabase_migrations.schema_migrations" },
  }),
  not_a_terminal: entry({
    kind: "input",
    says: () => "--look shows rows, and this is a log that others can read",
    mend: () => "run it in a terminal of your own",
    example: {},
  }),
  folder_not_empty: entry({
    kind: "input",
    says: (p: { folder: string }) => `--save names ${p.folder}, which holds something already`,
    mend: () => "name a folder that is empty or not there yet",
    example: { folder: "./as-of-yesterday" },
  }),
  no_engine: entry({
    kind: "input",
    says: (p: { database: string }) => `The plan does not say who keeps the log of ${p.database}`,
    mend: () => "set `point_in_time.engine: pgbackrest` and `point_in_time.stanza`, see docs/point-in-time.md",
    example: { database: "shop" },
  }),
  bad_timeline: entry({
    kind: "input",
    says: (p: { text: string }) => `--timeline ${p.text} names no branch of the history`,
    mend: () => "write latest, current, or a timeline's number such as 1; without it production's own is followed",
    example: { text: "main" },
  }),
  unlogged: entry({
    kind: "input",
    says: (p: { table: string }) =>
      `${p.table} was unlogged at that point: the log has none of its rows, and a copy is always empty there`,
    mend: () => "bring it back out of a backup of the vault with `recover table`",
    example: { table: "public.sessions" },
  }),
  no_database: entry({
    kind: "input",
    says: (p: { name: string; has: string }) => `The server as of then has no database ${p.name}, but ${p.has}`,
    mend: () =>
      "name the one that is meant at the end of the database's connection string, also where production is gone: without it the plan's own name is taken",
    example: { name: "inner-odyssey", has: "postgres, shop" },
  }),
  nothing_to_execute: entry({
    kind: "input",
    says: () => "--execute was given, and nothing that would be written: a look at a copy changes nothing",
    mend: () => "add --table and --mode, or leave --execute out",
    example: {},
  }),
  only_times: entry({
    kind: "input",
    says: (p: { target: string; why: string }) =>
      `The platform goes back to a second, and "${p.target}" is none: ${p.why}`,
    mend: () => "name the second just before it",
    example: { target: "just before transaction 743", why: "production does not keep the times of its transactions" },
  }),
  only_platform: entry({
    kind: "input",
    says: (p: { option: string }) => `${p.option} needs a copy to look at, and the platform restores production itself`,
    mend: (p) => `leave ${p.option} out, or use the team's own pgBackRest`,
    example: { option: "--look" },
  }),
  platform_failed: entry({
    kind: "failed",
    says: (p: { project: string; state: string }) =>
      `The platform could not restore ${p.project}: its state is ${p.state}`,
    mend: () => "write to the platform's support at once, and restore the safety backup with `recover full --into new`",
    example: { project: "abcdefghijklmnopqrst", state: "RESTORE_FAILED" },
  }),
  look_malformed: entry({
    kind: "input",
    says: (p: { text: string; why: string }) => `--look ${p.text} cannot be answered: ${p.why}`,
    mend: () => "write the table, a colon and the value of its primary key, such as public.children:42",
    example: { text: "children", why: "it has no colon" },
  }),
  unproven: entry({
    kind: "failed",
    says: (p: { target: string; why: string }) =>
      `The copy is not shown to be the database as of ${p.target}: ${p.why}`,
    mend: () => "do not rely on this copy; choose another time, and look at the archive with `pgbackrest verify`",
    example: { target, why: "transaction 743, which was committed before it, is not in the copy" },
  }),
});
