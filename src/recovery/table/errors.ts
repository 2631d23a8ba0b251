import { defineErrors, entry } from "../../base/errors.ts";

const table = "public.children";

/** What can stop the recovery of a table. Whatever it is, production is as it was. */
export const tableErrors = defineErrors("table", {
  no_table: entry<{ table: string; where: string; alike: readonly string[] }>({
    kind: "input",
    says: (p) => `There is no table ${p.table} in ${p.where}`,
    mend: (p) =>
      p.alike.length > 0
        ? `there is ${p.alike.join(", and ")}: names with capitals stand in quotes, and in a shell in single ones around these, such as --table '${p.alike[0]}'`
        : "check the name; a table that was dropped as a whole is made again first, by its migration or from the dump's definitions",
    example: { table, where: "production (db.example.org:5432/app)", alike: [] },
  }),
  not_a_table: entry({
    kind: "input",
    says: (p: { table: string; what: string }) => `${p.table} is ${p.what}, and has no rows of its own to recover`,
    mend: () => "name the table that holds the rows; of a partitioned table name the whole",
    example: { table: "public.children_view", what: "a view, a foreign table or a sequence" },
  }),
  not_in_backup: entry({
    kind: "input",
    says: (p: { table: string; backup: string }) => `The backup ${p.backup} holds no rows of ${p.table}`,
    mend: () => "choose a backup from a time when the table was there, and look at what the plan leaves out",
    example: { table, backup: "2026-11-22T02-00-05Z-shop-4f1c2a9b" },
  }),
  same_database: entry({
    kind: "input",
    says: (p: { where: string }) => `The database to recover from, ${p.where}, is production itself`,
    mend: () => "name the database in which the backup or point in time was restored",
    example: { where: "db.example.org:5432/app" },
  }),
  standby: entry({
    kind: "input",
    says: (p: { where: string }) => `${p.where} is a standby and takes no rows`,
    mend: () => "name the primary in ITHACA_RECOVERY_URL",
    example: { where: "db.example.org:5432/app" },
  }),
  filtered: entry({
    kind: "surroundings",
    says: (p: { table: string; role: string }) =>
      `Row level security hides rows of ${p.table} from the role ${p.role}, so nobody could say which are missing`,
    mend: () => "use a role with BYPASSRLS in ITHACA_RECOVERY_URL (Supabase: postgres)",
    example: { table, role: "app" },
  }),
  columns_differ: entry({
    kind: "input",
    says: (p: { table: string; problems: readonly string[] }) =>
      `The table ${p.table} is no longer what it was in the backup: ${p.problems.join("; ")}`,
    mend: () => "decide about each of these columns and run again",
    example: { table, problems: ["production has no column pin any more: give its values up with --leave pin"] },
  }),
  no_key: entry({
    kind: "input",
    says: (p: { table: string; mode: string }) =>
      `${p.table} has no primary key and no unique key without NULLs, so nobody can say which row is a changed form of which (${p.mode})`,
    mend: () => "use --mode missing-rows, which compares whole rows, or --mode replace",
    example: { table: "public.log", mode: "changed-rows" },
  }),
  blocked: entry({
    kind: "failed",
    says: (p: { table: string; why: readonly string[] }) =>
      `${p.table} was not recovered, and nothing was changed: ${p.why.join("; ")}`,
    mend: () => "read the preview, and recover what it names first or choose another mode",
    example: { table, why: ["2 rows need rows of public.profiles that are missing (children_parent_id_fkey)"] },
  }),
  busy: entry({
    kind: "surroundings",
    says: (p: { table: string; seconds: number }) =>
      `${p.table} is in use: its lock was not to be had within ${p.seconds} s, several times`,
    mend: () =>
      "run again when less is going on, or find the long transaction in pg_stat_activity; nothing was changed",
    example: { table, seconds: 3 },
  }),
  disturbed: entry({
    kind: "surroundings",
    says: (p: { table: string; code: string }) =>
      `Others wrote ${p.table} or what belongs to it at the same time, and PostgreSQL ended our transaction (SQLSTATE ${p.code})`,
    mend: () => "run again; nothing was changed",
    example: { table, code: "40P01" },
  }),
  value_refused: entry({
    kind: "failed",
    says: (p: { table: string; column: string; code: string }) =>
      `Production cannot take a value that the backup of ${p.table} holds${p.column === "" ? "" : ` in the column ${p.column}`} (SQLSTATE ${p.code}): its type, an enum's labels or a domain's rule was changed since`,
    mend: () => "compare the type in the backup (ithaca diff --with source) with today's; nothing was changed",
    example: { table, column: "status", code: "22P02" },
  }),
  rule_refused: entry({
    kind: "failed",
    says: (p: { table: string; rule: string; code: string }) =>
      `Production's own rules refuse rows of the backup of ${p.table}${p.rule === "" ? "" : `: ${p.rule}`} (SQLSTATE ${p.code})`,
    mend: () =>
      "the rule was made since, or other rows stand in the way: look at it, and decide which is right; nothing was changed",
    example: { table, rule: "children_grade_level_check", code: "23514" },
  }),
  published: entry({
    kind: "failed",
    says: (p: { table: string }) =>
      `Rows of ${p.table} can be neither changed nor deleted: it is published for replication and has no replica identity`,
    mend: () => "use --mode missing-rows, or give the table a replica identity first; nothing was changed",
    example: { table: "public.log" },
  }),
  forbidden: entry({
    kind: "surroundings",
    says: (p: { role: string; what: string }) => `The role ${p.role} may not ${p.what}`,
    mend: () => "use the tables' owner or a superuser in ITHACA_RECOVERY_URL; nothing was changed",
    example: { role: "app", what: "hold back the trigger mask_emotion_logs of public.emotion_logs" },
  }),
  refused: entry({
    kind: "failed",
    says: (p: { table: string; code: string; step: string }) =>
      `PostgreSQL refused to ${p.step} for ${p.table} (SQLSTATE ${p.code})`,
    mend: () => "look the code up in PostgreSQL's manual, appendix A; nothing was changed",
    example: { table, code: "54000", step: "write the rows" },
  }),
  not_as_written: entry({
    kind: "failed",
    says: (p: { table: string; what: string }) =>
      `${p.table} was not as it should be before the end, so nothing was changed: ${p.what}`,
    mend: () => "something in the database acts on its rows or its protection: look at its triggers and event triggers",
    example: { table, what: "3 rows were changed by something while they were written" },
  }),
  damaged_backup: entry({
    kind: "failed",
    says: (p: { id: string; why: string }) => `The backup ${p.id} is not as it was written: ${p.why}`,
    mend: () => "take another backup, and prove this one (npm run ithaca -- prove --backup <id>); nothing was changed",
    example: { id: "2026-11-22T02-00-05Z-shop-4f1c2a9b", why: "its file dump/4304.dat is missing" },
  }),
  incomplete_stage: entry({
    kind: "failed",
    says: (p: { table: string; why: string }) =>
      `The backup's rows of ${p.table} could not be restored beside: ${p.why}`,
    mend: () => "prove this backup (npm run ithaca -- prove --backup <id>), or take another one; nothing was changed",
    example: { table, why: "its file is cut off" },
  }),
  unwritable: entry({
    kind: "surroundings",
    says: (p: { path: string; why: string }) => `${p.path} cannot be written: ${p.why}`,
    mend: () => "name another place; it holds rows, so keep it private; nothing was changed",
    example: { path: ".ithaca/undo", why: "ENOSPC" },
  }),
  bad_decision: entry({
    kind: "input",
    says: (p: { option: string; value: string; why: string }) => `${p.option} ${p.value} makes no sense: ${p.why}`,
    mend: () => "write --map old=new with names of columns, --keep-newer updated_at=2026-11-22T14:40:00Z with a zone",
    example: { option: "--map", value: "pin", why: "it names no two columns" },
  }),
});
