import { defineErrors, entry } from "../base/errors.ts";

export const restoreErrors = defineErrors("restore", {
  not_empty: entry({
    kind: "input",
    says: (p: { where: string; found: string }) =>
      `The database ${p.where} is not empty (it has ${p.found}), and a backup is restored into an empty database only`,
    mend: () => "create a new database from template0 and restore into that",
    example: { where: "localhost:5432/copy", found: "table public.profiles" },
  }),
  not_superuser: entry({
    kind: "surroundings",
    says: (p: { where: string }) =>
      `The user that restores into ${p.where} is not a superuser, so owners, roles and event triggers cannot come back`,
    mend: () => "put a superuser of the throwaway server into ITHACA_THROWAWAY_URL",
    example: { where: "localhost:5432/copy" },
  }),
  disk_full: entry({
    kind: "surroundings",
    says: (p: { where: string }) => `The disk of the throwaway server ${p.where} is full, so the restore ended early`,
    mend: () => "free space or use a larger runner: a restore needs about three times the size of the dump",
    example: { where: "localhost:5432/copy" },
  }),
  out_of_memory: entry({
    kind: "surroundings",
    says: (p: { where: string }) => `The throwaway server ${p.where} ran out of memory during the restore`,
    mend: () => "use fewer jobs or a larger machine",
    example: { where: "localhost:5432/copy" },
  }),
  connection_lost: entry({
    kind: "surroundings",
    says: (p: { where: string }) => `The connection to the throwaway server ${p.where} broke during the restore`,
    mend: () => "see the server's log, check that it is still up, and run again",
    example: { where: "localhost:5432/copy" },
  }),
  client_missing: entry({
    kind: "surroundings",
    says: (p: { path: string }) => `pg_restore could not be started (${p.path})`,
    mend: () => "run scripts/setup.sh, or install the package postgresql-client",
    example: { path: "/usr/bin/pg_restore" },
  }),
});
