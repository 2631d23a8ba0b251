import { defineErrors, entry } from "../base/errors.ts";

export const operationErrors = defineErrors("run", {
  usage: entry({
    kind: "input",
    says: (p: { why: string }) => p.why,
    mend: () => "see --help",
    example: { why: "unknown option '--bakup' (Did you mean --backup?)" },
  }),
  result_lost: entry({
    kind: "surroundings",
    says: (p: { why: string }) => `The result could not be written to standard output: ${p.why}`,
    mend: () =>
      "lead it to a place with room; what the run did is done, and what it reported lies in the reports' folder",
    example: { why: "ENOSPC: no space left on device, write" },
  }),
  nothing_chosen: entry({
    kind: "input",
    says: (p: { only: string; kinds: number }) => `--only ${p.only} chooses none of the ${p.kinds} kinds of damage`,
    mend: () => "name a part of a family or kind, such as rows or policy; without it all are tried",
    example: { only: "polcy", kinds: 284 },
  }),
  source_missing: entry({
    kind: "surroundings",
    says: (p: { variable: string; database: string }) =>
      `${p.variable} is not set, so the database ${p.database} cannot be read`,
    mend: (p) =>
      `set ${p.variable} to its connection string (locally in the environment, on GitHub as a secret of that name)`,
    example: { variable: "ITHACA_DATABASE_URL", database: "shop" },
  }),
  plan_exists: entry({
    kind: "input",
    says: (p: { path: string; databases: string }) =>
      `There is a plan at ${p.path} already${p.databases === "" ? "" : ` (of ${p.databases})`}, so nothing was written`,
    mend: () =>
      "name another file with --plan, or give --overwrite: the plan that is there is then kept under another name",
    example: { path: "ithaca.yaml", databases: "shop" },
  }),
  plan_nowhere: entry({
    kind: "input",
    says: (p: { path: string; why: string }) => `No plan can be written to ${p.path}: ${p.why}`,
    mend: () => "name another file with --plan, in a folder that is there",
    example: { path: "plans/shop.yaml", why: "ENOENT: no such file or directory" },
  }),
  plan_not_written: entry({
    kind: "surroundings",
    says: (p: { path: string; why: string }) => `The plan could not be written to ${p.path}: ${p.why}`,
    mend: () =>
      "make the folder writable and see that the disk has room, or name a file elsewhere with --plan; a plan that was there is not lost",
    example: { path: "ithaca.yaml", why: "EROFS: read-only file system" },
  }),
  init_source: entry({
    kind: "input",
    says: (p: { variable: string }) => `${p.variable} is not set, so there is no database to read a plan from`,
    mend: (p) => `set ${p.variable} to the connection string, or name another variable with --url-secret`,
    example: { variable: "ITHACA_DATABASE_URL" },
  }),
  file_missing: entry({
    kind: "input",
    says: (p: { option: string; path: string }) => `${p.option} names ${p.path}, which cannot be read`,
    mend: () => "check the path",
    example: { option: "--damage", path: "broken.sql" },
  }),
  damage_failed: entry({
    kind: "input",
    says: (p: { path: string; code: string }) =>
      `The SQL of --damage ${p.path} failed on the copy with SQLSTATE ${p.code}`,
    mend: () =>
      "try it on a database of the same schema first; the names must be qualified, since search_path is empty",
    example: { path: "broken.sql", code: "42P01" },
  }),
  bad_duration: entry({
    kind: "input",
    says: (p: { option: string; text: string }) => `${p.option} ${p.text} is no duration`,
    mend: () => "write a number and a unit, such as 30s, 5m or 1h",
    example: { option: "--watch", text: "1 hour" },
  }),
  bad_instant: entry({
    kind: "input",
    says: (p: { option: string; text: string }) => `${p.option} ${p.text} is no time`,
    mend: () => "write it with its zone, such as 2026-11-22T14:30:00Z",
    example: { option: "--incident-at", text: "yesterday" },
  }),
  nothing_managed: entry({
    kind: "input",
    says: (p: { database: string }) =>
      `The plan says nothing of the platform's own backups of ${p.database}, so there is none to prove`,
    mend: () => "write `managed:` under the database (docs/supabase.md)",
    example: { database: "shop" },
  }),
  branch_alone: entry({
    kind: "input",
    says: () => "--platform-branch proves the platform's own backup, so it goes with no other choice of a backup",
    mend: () => "leave out --archive, --backup, --damage and --e2e",
    example: {},
  }),
  one_backup: entry({
    kind: "input",
    says: (p: { backup: string }) => `--archive and --backup ${p.backup} name two backups, and one is proved at a time`,
    mend: () => "leave one of them out",
    example: { backup: "yesterday" },
  }),
  foreign_rehearsal: entry({
    kind: "input",
    says: (p: { path: string }) =>
      `--e2e needs a backup of Ithaca, whose census says what the app's tests must find, and ${p.path} is none`,
    mend: () => "prove a backup from the vault, or leave --e2e out",
    example: { path: "dump.backup" },
  }),
  merge_of_three: entry({
    kind: "input",
    says: (p: { given: readonly string[] }) =>
      `--merge names ${p.given.join(" ")}, and the way back needs the ids of three different backups, with spaces between them`,
    mend: () => "name the one that was restored, the project's and the own server's, in this order: docs/disasters.md",
    example: { given: ["a,b"] },
  }),
  merge_of_outage: entry({
    kind: "input",
    says: (p: { scenario: string }) =>
      `--merge plans the way back from an outage, and the scenario ${p.scenario} has none`,
    mend: () => "leave it out, or use `npm run ithaca -- disaster outage`",
    example: { scenario: "deleted" },
  }),
  no_backup_directory: entry({
    kind: "input",
    says: (p: { path: string }) => `--archive names ${p.path}, which holds no backup of Ithaca: it has no backup.json`,
    mend: () => "name the directory that backup.json lies in, such as one that restic has restored",
    example: { path: "./backup" },
  }),
  not_a_terminal: entry({
    kind: "input",
    says: () => "diff shows definitions and rows, and this is a log that others can read",
    mend: () => "run it in a terminal of your own",
    example: {},
  }),
  no_such_object: entry<{ object: string; meant: string | null }>({
    kind: "input",
    says: (p) => `Neither side has an object whose name holds ${p.object}`,
    mend: (p) =>
      p.meant === null
        ? "name one with its schema, such as public.orders, or leave --object out"
        : `did you mean ${p.meant}? Then say --object ${p.meant}, or leave it out`,
    example: { object: "public.ordes", meant: "public.orders" },
  }),
  other_database: entry({
    kind: "input",
    says: (p: { path: string; found: string; wanted: string }) =>
      `The backup in ${p.path} is of the database ${p.found}, not of ${p.wanted}`,
    mend: () => "name the right database with --database, or another backup",
    example: { path: "./backup", found: "shop", wanted: "inner-odyssey" },
  }),
});
