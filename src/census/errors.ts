import { defineErrors, entry } from "../base/errors.ts";
import { listed } from "./listed.ts";

export const censusErrors = defineErrors("census", {
  scope_unknown: entry({
    kind: "input",
    says: (p: { unknown: readonly string[] }) =>
      `The plan's scope.exclude names what this database does not have: ${listed(p.unknown)}`,
    mend: () => "correct the names, or remove the entries",
    example: { unknown: ["table public.log (did you mean public.logs?)"] },
  }),
  other_format: entry({
    kind: "surroundings",
    says: (p: { format: number }) =>
      `The backup's census has the format ${p.format}, which another version of Ithaca wrote: its hashes cannot be compared with those of this one`,
    mend: () => "prove this backup with the version that backup.json names, or take a new backup",
    example: { format: 1 },
  }),
  unreadable: entry({
    kind: "surroundings",
    says: (p: { role: string; names: readonly string[] }) =>
      `The role ${p.role} may not read ${listed(p.names)}, so a backup would lack what is in there`,
    mend: (p) =>
      `grant it (\`GRANT pg_read_all_data TO ${p.role}\`), or leave these out on purpose under scope.exclude with a reason`,
    example: { role: "backup", names: ["public.orders"] },
  }),
  locked: entry({
    kind: "surroundings",
    says: (p: { names: readonly string[]; seconds: number }) =>
      `${p.names.length === 0 ? "A table" : listed(p.names)} was held exclusively by someone else for longer than ${p.seconds} s`,
    mend: () => "let the migration or maintenance end and try again, or raise backup.lock_timeout in the plan",
    example: { names: ["public.orders"], seconds: 60 },
  }),
  lock_table_full: entry({
    kind: "surroundings",
    says: (p: { tables: number }) => `The server has no room for the locks on ${p.tables} tables in one transaction`,
    mend: () => "raise the server's max_locks_per_transaction, or leave tables out under scope.exclude",
    example: { tables: 5000 },
  }),
  exhausted: entry({
    kind: "surroundings",
    says: (p: { what: string; code: string }) =>
      `The server ran out of memory, disk or room for locks at ${p.what} (SQLSTATE ${p.code})`,
    mend: () => "look into its log; thousands of tables need a larger max_locks_per_transaction",
    example: { what: "the sequences", code: "53200" },
  }),
  restless: entry({
    kind: "surroundings",
    says: (p: { names: readonly string[] }) =>
      `Tables were created or dropped each time the database was about to be read: ${listed(p.names)}`,
    mend: () => "let the migration end and try again",
    example: { names: ["public.orders_2026"] },
  }),
  definitions_moved: entry({
    kind: "surroundings",
    says: (p: { what: string; code: string }) =>
      `${p.what} could not be read because definitions changed meanwhile (SQLSTATE ${p.code})`,
    mend: () => "let the migration end and try again",
    example: { what: "The inventory", code: "42P01" },
  }),
  connection_lost: entry({
    kind: "surroundings",
    says: (p: { what: string; code: string }) => `The connection was lost while reading ${p.what} (${p.code})`,
    mend: () => "check the network, the pooler's limits and the server's log, and try again",
    example: { what: "public.orders", code: "57P01" },
  }),
  cancelled: entry({
    kind: "surroundings",
    says: (p: { what: string; code: string }) =>
      `The server stopped the reading of ${p.what} on somebody's request or on its own (SQLSTATE ${p.code})`,
    mend: () => "look into the server's log for who or what stopped it, and try again",
    example: { what: "public.orders", code: "57014" },
  }),
  forbidden: entry({
    kind: "surroundings",
    says: (p: { what: string; code: string }) => `The role may not read ${p.what} (SQLSTATE ${p.code})`,
    mend: () => "grant it pg_read_all_data and BYPASSRLS",
    example: { what: "public.orders", code: "42501" },
  }),
  refused: entry({
    kind: "surroundings",
    says: (p: { what: string; code: string }) => `PostgreSQL refused to read ${p.what} (SQLSTATE ${p.code})`,
    mend: () => "look into the server's log, or leave it out of the census under census.exclude",
    example: { what: "public.orders", code: "0A000" },
  }),
  damaged_rows: entry({
    kind: "failed",
    says: (p: { what: string; code: string }) =>
      `The server fails when it reads ${p.what} (SQLSTATE ${p.code}), so the data there are damaged`,
    mend: () => "read the table by hand to find the rows, and check the server's disk and log",
    example: { what: "public.orders", code: "XX001" },
  }),
  file_malformed: entry({
    kind: "failed",
    says: (p: { path: string; why: string }) => `${p.path} is not a census that this version can read: ${p.why}`,
    mend: () => "take another backup, or use the version of Ithaca that wrote this one",
    example: { path: "census.json", why: "line 7 is not JSON" },
  }),
});
