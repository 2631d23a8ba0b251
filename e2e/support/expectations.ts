import { readFileSync } from "node:fs";
import { z } from "zod";

const account = z.object({ id: z.uuid(), email: z.string(), password: z.string() });

const expectations = z.object({
  /** Rows that role views were counted to at most. */
  limit: z.int(),
  critical_tables: z.array(z.string()),
  rls_tables: z.array(z.string()),
  /** Exact rows per table, when the backup was taken. */
  tables: z.record(z.string(), z.int()),
  /** What each role sees of each table or view: a number of rows, or the SQLSTATE with which it is refused. */
  roles: z.record(z.string(), z.record(z.string(), z.union([z.int(), z.string()]))),
  users: z.object({ parent: account, neighbour: account, admin: account, reviewer: account }),
});

/** An account whose password is known on the copy. */
export type Account = z.output<typeof account>;

function variable(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === "") throw new Error(`${name} is not set: the suite does not know what to test`);
  return value;
}

/** Where the API is: a copy's, or a real project's. */
export const api = {
  url: variable("SUPABASE_URL"),
  anonKey: variable("SUPABASE_ANON_KEY"),
  serviceRoleKey: variable("SUPABASE_SERVICE_ROLE_KEY"),
};

/** What the backup says must be there, from its census and the plan. */
export const expected = expectations.parse(JSON.parse(readFileSync(variable("ITHACA_EXPECTATIONS"), "utf8")));
