import { defineErrors, entry } from "../base/errors.ts";

export const proofErrors = defineErrors("proof", {
  checks_folder: entry({
    kind: "input",
    says: (p: { folder: string; why: string }) => `The plan's folder of checks, ${p.folder}, ${p.why}`,
    mend: () => "put a .sql file there, or take `checks` out of the plan",
    example: { folder: "sql/checks", why: "does not exist" },
  }),
  check_malformed: entry({
    kind: "input",
    says: (p: { faults: readonly string[] }) => p.faults.join("; "),
    mend: () =>
      "begin each file with `-- name:`, `-- severity: error` and `-- reason:`, followed by one query that returns the violations",
    example: { faults: ["sql/checks/wallets.sql has no `-- name:` line"] },
  }),
  narrow_no_data: entry({
    kind: "failed",
    says: (p: { table: string }) => `The archive holds no data entry for ${p.table}`,
    mend: () => "take a new backup; this one cannot bring the table back",
    example: { table: "public.profiles" },
  }),
  narrow_read: entry({
    kind: "failed",
    says: (p: { table: string; why: string }) => `The data of ${p.table} could not be read from the archive: ${p.why}`,
    mend: () => "compare the backup's digests, and try another backup",
    example: { table: "public.profiles", why: "pg_restore ended with exit code 1" },
  }),
  copy_not_dumped: entry({
    kind: "surroundings",
    says: (p: { exitCode: number }) => `pg_dump could not read the copy's definitions (exit code ${p.exitCode})`,
    mend: () => "see the server's log, and run it again",
    example: { exitCode: 1 },
  }),
});
