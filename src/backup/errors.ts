import { defineErrors, entry } from "../base/errors.ts";
import { listed } from "../census/listed.ts";

export const backupErrors = defineErrors("backup", {
  interrupted: entry({
    kind: "interrupted",
    says: (p: { name: string }) => `The backup of ${p.name} was stopped before its end`,
    mend: () => "run it again: nothing of it was kept",
    example: { name: "shop" },
  }),
  definitions_changed: entry({
    kind: "surroundings",
    says: (p: { names: readonly string[] }) =>
      `Definitions changed while the database was being read, twice in a row: ${listed(p.names)}`,
    mend: () => "let the migration end and take the backup again",
    example: { names: ["table public.orders"] },
  }),
  dump_failed: entry({
    kind: "surroundings",
    says: (p: { what: string; why: string }) => `pg_dump failed${p.what === "" ? "" : ` at ${p.what}`}: ${p.why}`,
    mend: () => "look the message up in the server's log, mend the cause and take the backup again",
    example: { what: "table orders", why: "unexpected message type" },
  }),
  disk_full: entry({
    kind: "surroundings",
    says: (p: { where: string }) => `The disk filled up while the backup was being written to ${p.where}`,
    mend: () => "free space there, or set ITHACA_SCRATCH to a larger disk, and take the backup again",
    example: { where: "/tmp" },
  }),
  dump_forbidden: entry({
    kind: "surroundings",
    says: (p: { what: string }) => `The backup's role may not read ${p.what}`,
    mend: () => "grant it pg_read_all_data and BYPASSRLS, or leave it out under scope.exclude with a reason",
    example: { what: "table orders" },
  }),
  dump_collided: entry({
    kind: "surroundings",
    says: () => "Each try to dump ran into somebody who waited for a table to alter or to truncate it",
    mend: () => "take the backup again at a time without migrations",
    example: {},
  }),
  dump_disconnected: entry({
    kind: "surroundings",
    says: () => "The server ended pg_dump's connection before the dump was complete",
    mend: () => "check the network, the pooler's limits and the server's log, and take the backup again",
    example: {},
  }),
  row_too_large: entry({
    kind: "failed",
    says: (p: { what: string }) =>
      `${p.what === "" ? "A table" : p.what} holds a value that PostgreSQL cannot write out, since its text would exceed 1 GB`,
    mend: () => "make the value smaller, or leave the table's rows out under scope.exclude with a reason",
    example: { what: "table files" },
  }),
  data_damaged: entry({
    kind: "failed",
    says: (p: { what: string }) =>
      `The server cannot read ${p.what === "" ? "a table" : p.what}, so the data there are damaged`,
    mend: () => "read it by hand to find the rows, and check the server's disk and log",
    example: { what: "table orders" },
  }),
  dump_empty: entry({
    kind: "failed",
    says: (p: { database: string }) => `The dump of ${p.database} holds nothing at all`,
    mend: () => "check that the connection string names the right database, and what scope.exclude leaves out",
    example: { database: "shop" },
  }),
  dump_incomplete: entry({
    kind: "failed",
    says: (p: { names: readonly string[] }) => `The dump lacks the rows of ${listed(p.names)}`,
    mend: () => "take the backup again, and check the version of pg_dump if it happens again",
    example: { names: ["public.orders"] },
  }),
  dump_unreadable: entry({
    kind: "failed",
    says: (p: { why: string }) => `pg_restore cannot list what pg_dump has just written: ${p.why}`,
    mend: () => "check the disk, and take the backup again",
    example: { why: "could not read from input file" },
  }),
  roles_failed: entry({
    kind: "surroundings",
    says: (p: { why: string }) => `pg_dumpall could not write down the roles: ${p.why}`,
    mend: () => "mend the cause and take the backup again",
    example: { why: "permission denied for table pg_authid" },
  }),
  roles_with_passwords: entry({
    kind: "failed",
    says: () => "The file of roles holds password hashes, which may not leave the server",
    mend: () => "use a pg_dumpall that knows --no-role-passwords (PostgreSQL 10 or newer)",
    example: {},
  }),
  not_a_backup: entry({
    kind: "failed",
    says: (p: { directory: string; why: string }) =>
      `${p.directory} holds no backup that this version can read: ${p.why}`,
    mend: () => "name the directory that holds backup.json, or choose another backup",
    example: { directory: "./backup", why: "it has no backup.json" },
  }),
});
