import { defineErrors, entry } from "../../base/errors.ts";

const provable =
  "name a pg_dump archive (custom, directory, tar), a plain SQL dump, or the three files of `supabase db dump`";

/** What can be wrong with an archive that somebody names: with what it is (exit 2), or with its state (exit 1). */
export const archiveErrors = defineErrors("archive", {
  unreadable: entry({
    kind: "input",
    says: (p: { path: string; why: string }) => `--archive names ${p.path}, which cannot be read: ${p.why}`,
    mend: () => "check the path",
    example: { path: "backup.dump", why: "it does not exist" },
  }),
  empty: entry({
    kind: "input",
    says: (p: { path: string }) => `${p.path} is empty`,
    mend: () => "look at the job that should have written it, and name another file",
    example: { path: "backup.sql" },
  }),
  not_a_dump: entry({
    kind: "input",
    says: (p: { path: string; found: string }) => `${p.path} is ${p.found}, no dump of a database`,
    mend: () => provable,
    example: { path: "backup.sql", found: "a page of HTML" },
  }),
  encrypted: entry({
    kind: "input",
    says: (p: { path: string; by: string }) => `${p.path} is encrypted with ${p.by}, and only its owner can open it`,
    mend: (p) => `decrypt it with ${p.by} first and name the result`,
    example: { path: "backup.dump.age", by: "age" },
  }),
  tables_only: entry({
    kind: "input",
    says: (p: { path: string; found: string }) =>
      `${p.path} is ${p.found}: it holds the rows of tables, but nothing that says what the database is`,
    mend: () => `export a dump instead; then rows and definitions can be proved: ${provable}`,
    example: { path: "export.zip", found: "a ZIP file" },
  }),
  no_definitions: entry({
    kind: "input",
    says: (p: { paths: readonly string[] }) =>
      `${p.paths.join(" and ")} ${p.paths.length === 1 ? "holds" : "hold"} no definitions, so there is nothing to load rows into`,
    mend: () =>
      "name the file with the definitions as well: that of pg_dump --schema-only, or of `supabase db dump` without --data-only",
    example: { paths: ["data.sql"] },
  }),
  do_not_belong: entry({
    kind: "input",
    says: (p: { first: string; second: string; what: string }) => `${p.first} and ${p.second} are both ${p.what}`,
    mend: () => "name the files of one backup: one archive, or roles, schema and data",
    example: { first: "a.sql", second: "b.sql", what: "a schema" },
  }),
  encoding: entry({
    kind: "input",
    says: (p: { path: string; encoding: string }) =>
      `${p.path} is written in ${p.encoding}, and only UTF8 can be proved`,
    mend: () => "dump it again with --encoding=UTF8",
    example: { path: "backup.sql", encoding: "LATIN1" },
  }),
  cut: entry({
    kind: "failed",
    says: (p: { path: string; where: string }) => `${p.path} is cut off: ${p.where}`,
    mend: () => "take a new backup; this one cannot bring everything back",
    example: { path: "backup.sql", where: "it ends in the middle of a table's rows" },
  }),
  damaged: entry({
    kind: "failed",
    says: (p: { path: string; why: string }) => `${p.path} is damaged: ${p.why}`,
    mend: () => "fetch it again and compare its digest, or take a new backup",
    example: { path: "backup.dump", why: "pg_restore cannot read it to its end" },
  }),
  command: entry({
    kind: "failed",
    says: (p: { path: string; line: number; command: string }) =>
      `Line ${p.line} of ${p.path} holds the psql command ${p.command}, which was not carried out`,
    mend: () => "no dump of one database needs it: find out who wrote it, and take a new backup",
    example: { path: "backup.sql", line: 12, command: "\\!" },
  }),
});
