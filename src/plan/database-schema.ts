import { z } from "zod";
import { disaster } from "./disaster-schema.ts";
import { duration, environmentName, excuse, folder, identifier, qualifiedName, sentence } from "./fields.ts";
import { databaseMessages } from "./notify-schema.ts";
import { exported, managed } from "./platform-schema.ts";
import { pointInTime } from "./point-in-time-schema.ts";
import { recovery } from "./recovery-schema.ts";
import { throwaway } from "./throwaway-schema.ts";

/* What a plan says about one database. */

const orphanCheck = z.strictObject({
  table: qualifiedName.describe("The child table"),
  column: identifier.describe("The child's column that must point to a row of the parent (NULL is allowed)"),
  references: qualifiedName.describe("The parent table"),
  key: identifier.default("id").describe("The parent's key column"),
});

const freshnessProbe = z.strictObject({
  table: qualifiedName.describe("A table that gets new rows as long as the application lives"),
  column: identifier.describe("Its timestamp column"),
  within: duration.describe("How old the newest value may be when the backup is taken"),
});

const exclusion = z
  .strictObject({
    schema: identifier.optional().describe("Leave out a whole schema"),
    table: qualifiedName.optional().describe("Leave out a table, definition and rows"),
    rows: qualifiedName.optional().describe("Keep a table's definition, leave out its rows"),
    extension: identifier.optional().describe("Leave out an extension"),
    reason: sentence.describe("Why it need not come back"),
  })
  .describe("One thing to leave out: exactly one of schema, table, rows, extension");

const exception = z
  .strictObject({
    check: z
      .string()
      .min(1)
      .optional()
      .describe("Id of the check whose finding is excused, such as definitions.equality"),
    restore_error: z
      .string()
      .min(8, { message: "must quote at least 8 characters of the message, or it would excuse too much" })
      .optional()
      .describe("A part of the message of the restore error that is excused"),
    object: z
      .string()
      .min(1)
      .optional()
      .describe("The object that the excuse is for, named as in the report; without it, every finding of the check"),
    ...excuse,
  })
  .describe("One excuse: exactly one of check and restore_error");

const smoke = z.strictObject({
  table: qualifiedName.describe("The table whose rows are read"),
  key: identifier.default("id").describe("Its key column"),
  rows: z.int().min(1).max(1000).default(10).describe("How many rows"),
});

const scope = z.strictObject({
  exclude: z.array(exclusion).default([]).describe("What is left out, each with its reason"),
});

const backup = z.strictObject({
  connections: z
    .int()
    .min(3)
    .max(64)
    .default(6)
    .describe("At most so many connections to the source, pg_dump's own included"),
  jobs: z.int().min(1).max(32).default(2).describe("pg_dump's parallel jobs"),
  lock_timeout: duration.prefault("60s").describe("How long to wait for a table that someone holds exclusively"),
});

const census = z.strictObject({
  light: z
    .boolean()
    .default(false)
    .describe(
      "To spare the source, hash only one row in a hundred of each large table, chosen by key, and do not ask what each role may see; the proof says so and what may go unseen",
    ),
  table_budget: duration
    .optional()
    .describe("A table whose hash takes longer is only counted, and the proof says so; no limit without it"),
  exclude: z
    .array(z.strictObject({ table: qualifiedName.describe("The table"), ...excuse }))
    .default([])
    .describe("Tables whose rows are counted but not hashed"),
});

const users = z
  .strictObject({
    table: qualifiedName.default("auth.users").describe("The table of the application's users"),
    key: identifier.default("id").describe("Its key, which a signed-in user's token carries as `sub`"),
    per_role: z.int().min(1).max(20).default(2).describe("How many users of each app role; of all, without app_roles"),
    role: identifier.default("authenticated").describe("The database role that a signed-in user takes on"),
  })
  .describe("Users in whose place the database is read; auth.users where the platform is supabase or lovable");

const appRoles = z
  .strictObject({
    table: qualifiedName.describe("The table that says who has which role in the application"),
    user: identifier.default("user_id").describe("Its column with the user's key"),
    role: identifier.default("role").describe("Its column with the role"),
  })
  .describe("Where the application keeps its own roles, so that users of each are drawn");

const roleViews = z.strictObject({
  roles: z
    .array(identifier)
    .optional()
    .describe("Database roles to ask; without it anon, authenticated and service_role, as far as they exist"),
  users: users.optional(),
  app_roles: appRoles.optional(),
  limit: z
    .int()
    .min(1)
    .max(1_000_000)
    .default(10_000)
    .describe("Rows that are counted at most per table and perspective"),
  sample: z
    .int()
    .min(1)
    .max(100_000)
    .default(200)
    .describe(
      "Rows at random that users are asked about, besides their own, of a table with more than ten times as many; " +
        "roles without users are asked about five times as many of a table with more than fifty times as many; " +
        "other tables are asked about as a whole",
    ),
  time_limit: duration.prefault("60s").describe("How long the source may be read in the place of one role or user"),
  exclude: z
    .array(z.strictObject({ object: qualifiedName.describe("The table or view"), ...excuse }))
    .default([])
    .describe("Tables and views that are not asked"),
});

const rehearsal = z
  .strictObject({
    suite: folder
      .optional()
      .describe("Folder of a vitest suite of this repository, with users.sql beside it; it is run through supabase-js"),
    command: z
      .string()
      .min(1, { message: "must name a command" })
      .optional()
      .describe("The team's own E2E command, run by sh as another user of the machine, without its secrets"),
    directory: folder
      .default(".")
      .describe("Folder that the command runs in; what runs is a copy of it, without .git and .env files"),
    results: folder
      .default("test-results/junit.xml")
      .describe("The file that the command writes its results to: JUnit XML, or the JSON of vitest or Playwright"),
    timeout: duration.prefault("20m").describe("A suite or command that runs longer is stopped and has failed"),
    excused: z
      .array(z.strictObject({ test: z.string().min(1).describe("The test's full name, as in the report"), ...excuse }))
      .default([])
      .describe("Tests that may fail or be skipped, for a while"),
  })
  .describe("How the application's tests are run on the copy");

export const database = z.strictObject({
  url_secret: environmentName
    .default("ITHACA_DATABASE_URL")
    .describe(
      "NAME of the environment variable that holds the connection string; the string itself never stands here, and each database needs its own",
    ),
  audit_url_secret: environmentName
    .default("ITHACA_AUDIT_URL")
    .describe("NAME of the environment variable with the connection string of a role that may add to backup_audit_log"),
  platform: z
    .enum(["supabase", "lovable", "postgres"])
    .default("postgres")
    .describe("Who runs the server: it decides which schemas are the platform's own"),
  critical_tables: z
    .array(qualifiedName)
    .default([])
    .describe("Tables that must exist and whose rows are counted in every report"),
  rls_tables: z.array(qualifiedName).default([]).describe("Tables on which row level security must be on"),
  orphans: z.array(orphanCheck).default([]).describe("References that must hold, with or without a foreign key"),
  freshness: z
    .array(freshnessProbe)
    .prefault([])
    .describe("Signs of life: a backup of a database that stopped receiving data is found out"),
  smoke: smoke
    .optional()
    .describe("Random records that are read back from the copy and compared with the source by hash"),
  checks: folder
    .optional()
    .describe("Folder of the team's own SQL files; each returns violations, and no row means passed"),
  scope: scope.prefault({}).describe("What a backup leaves out; everything else is in it"),
  backup: backup.prefault({}).describe("How much load a backup may put on the source"),
  census: census
    .prefault({})
    .describe("How much of the source is hashed for the comparison: every row unless told otherwise"),
  role_views: roleViews
    .prefault({})
    .describe("Whose sight of the data is compared: database roles, and users drawn at random"),
  rehearsal: rehearsal
    .optional()
    .describe("The application's own tests on the copy, for `prove --e2e`; a failed or skipped test fails the proof"),
  throwaway: throwaway
    .prefault({})
    .describe("The server that GitHub's jobs restore a copy into, and the client that they use"),
  ...databaseMessages,
  managed: managed.optional(),
  exports: exported.optional(),
  point_in_time: pointInTime.prefault({}),
  disaster: disaster.prefault({}).describe("What a disaster needs of the team"),
  recovery: recovery.prefault({}).describe("How the database is recovered, and how it is watched afterwards"),
  exceptions: z.array(exception).default([]).describe("Findings that do not fail the proof, for a while"),
});
