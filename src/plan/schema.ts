import { z } from "zod";

/*
 * The shape of ithaca.yaml. This file is the one source: the parser, the JSON Schema that editors pick up and the
 * plan reference are made from it. Every key says what it means with `describe`.
 */

const durationUnits = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** A duration such as `30m`, `4h` or `7d`; parsed to seconds. */
export const duration = z
  .string()
  .regex(/^\d+(s|m|h|d)$/, { message: "must be a number with a unit: 30s, 5m, 4h or 7d" })
  .transform((text) => Number(text.slice(0, -1)) * durationUnits[text.slice(-1) as keyof typeof durationUnits]);

/** `schema.table`, each part quoted as in SQL where it must be. */
export const qualifiedName = z.string().regex(/^("([^"]|"")+"|[a-z_][a-z0-9_$]*)\.("([^"]|"")+"|[a-z_][a-z0-9_$]*)$/, {
  message: 'must name schema and table, such as public.profiles or public."Order Items"',
});

const identifier = z.string().min(1).max(63);
const isoDate = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, { message: "must be a date such as 2026-12-31" });
const cron = z.string().regex(/^(\S+\s+){4}\S+$/, { message: "must be a cron line of five fields, in UTC" });
const environmentName = z
  .string()
  .regex(/^[A-Z_][A-Z0-9_]*$/, { message: "must be the NAME of an environment variable, never its value" });

/** An excuse never stands alone: someone answers for it, for some reason, until some day. */
const excuse = {
  reason: z.string().min(8).describe("Why this is acceptable"),
  owner: z.string().min(1).describe("Who answers for it"),
  expires: isoDate.describe("The last day on which it counts, UTC"),
};

const orphanCheck = z.strictObject({
  table: qualifiedName.describe("The child table"),
  column: identifier.describe("The column that must point to a row"),
  references: qualifiedName.describe("The parent table"),
  key: identifier.default("id").describe("The parent's key column"),
});

const freshnessProbe = z.strictObject({
  table: qualifiedName,
  column: identifier.describe("A timestamp column that moves as long as the application lives"),
  within: duration.describe("How old its newest value may be when the backup is taken"),
});

const exclusion = z
  .strictObject({
    schema: identifier.optional().describe("Leave out a whole schema"),
    table: qualifiedName.optional().describe("Leave out a table, definition and rows"),
    rows: qualifiedName.optional().describe("Keep a table's definition, leave out its rows"),
    extension: identifier.optional().describe("Leave out an extension"),
    reason: z.string().min(8).describe("Why it need not come back"),
  })
  .refine((e) => [e.schema, e.table, e.rows, e.extension].filter((v) => v !== undefined).length === 1, {
    message: "must have exactly one of schema, table, rows, extension",
  });

const exception = z.strictObject({
  check: z.string().optional().describe("Id of the check whose finding is excused, such as definitions.equality"),
  restore_error: z.string().optional().describe("A part of the message of a restore error that is excused"),
  object: z
    .string()
    .optional()
    .describe("The object that the excuse is for; without it the excuse covers the check's every finding"),
  ...excuse,
});

const database = z.strictObject({
  url_secret: environmentName
    .default("ITHACA_DATABASE_URL")
    .describe("Name of the environment variable that holds the connection string"),
  platform: z.enum(["supabase", "lovable", "postgres"]).default("postgres").describe("Who runs the server"),
  critical_tables: z.array(qualifiedName).default([]).describe("Tables that must exist and be counted in every report"),
  rls_tables: z.array(qualifiedName).default([]).describe("Tables on which row level security must be on"),
  orphans: z.array(orphanCheck).default([]).describe("References that must hold, with or without a foreign key"),
  freshness: z.array(freshnessProbe).default([]).describe("Signs of life"),
  smoke: z
    .strictObject({
      table: qualifiedName.describe("The table of which random rows are read on the copy and compared"),
      key: identifier.default("id"),
      rows: z.int().min(1).max(1000).default(10),
    })
    .optional()
    .describe("Random records that are read back and compared with the source by hash"),
  checks: z.string().optional().describe("Folder of SQL files; each returns violations, and no row means passed"),
  scope: z
    .strictObject({ exclude: z.array(exclusion).default([]) })
    .prefault({})
    .describe("What a backup leaves out; everything else is in it"),
  backup: z
    .strictObject({
      connections: z
        .int()
        .min(3)
        .max(64)
        .default(6)
        .describe("At most so many connections to the source, pg_dump's own included"),
      jobs: z.int().min(1).max(32).default(2).describe("pg_dump's parallel jobs"),
      lock_timeout: duration.prefault("60s").describe("How long to wait for a table that someone holds exclusively"),
    })
    .prefault({}),
  census: z
    .strictObject({
      table_budget: duration
        .optional()
        .describe("A table whose hash takes longer is not proved, and the proof says so"),
      exclude: z
        .array(z.strictObject({ table: qualifiedName, ...excuse }))
        .default([])
        .describe("Tables whose rows are counted but not hashed"),
    })
    .prefault({}),
  exceptions: z.array(exception).default([]).describe("Findings that do not fail the proof, for a while"),
});

const contact = z.strictObject({
  role: z.string().min(1).describe("A role, such as DevOps Team Lead"),
  email: z.email().optional(),
  github: z.string().optional().describe("Login that is assigned and mentioned"),
});

/** The whole plan as it is written in ithaca.yaml. */
export const planSchema = z.strictObject({
  version: z.literal(1),
  databases: z
    .record(
      z
        .string()
        .regex(/^[a-z][a-z0-9-]{0,39}$/, { message: "a database's name has lower-case letters, digits and dashes" }),
      database,
    )
    .refine((all) => Object.keys(all).length > 0, { message: "must name at least one database" }),
  objectives: z
    .strictObject({
      rto: duration.prefault("4h").describe("Recovery time objective: how long a restore may take"),
      rpo: duration.prefault("24h").describe("Recovery point objective: how much time's work may be lost"),
    })
    .prefault({}),
  schedule: z
    .strictObject({
      backup: cron.default("0 2 * * *"),
      watch: cron.default("30 2 * * *"),
      verify: cron.default("45 2 * * *"),
      prove: cron.default("0 10 * * 1"),
      rehearse: cron.default("0 10 * * 5").describe("Weekly; a gate keeps the last Friday of the month"),
      drill: cron.default("0 9 1 1,4,7,10 *"),
    })
    .prefault({})
    .describe("All in UTC"),
  retention: z
    .strictObject({
      daily: z.int().min(1).default(7),
      weekly: z.int().min(0).default(0),
      monthly: z.int().min(0).default(0),
      yearly: z.int().min(0).default(0),
    })
    .prefault({})
    .describe("How many backups are kept of each period"),
  contacts: z
    .strictObject({ primary: contact.optional(), secondary: contact.optional(), escalation: contact.optional() })
    .prefault({}),
  alerts: z
    .strictObject({
      success_email: z.email().optional(),
      failure_email: z.email().optional(),
      backup_longer_than: duration.prefault("30m").describe("A backup that takes longer is an alarm"),
      answer_within: duration.prefault("1h"),
      escalate_after: duration.prefault("2h"),
    })
    .prefault({}),
  reports: z
    .strictObject({
      directory: z.string().default("reports"),
      branch: z.string().optional().describe("A branch of its own for reports, where main is protected"),
      public: z.boolean().default(false).describe("Reports may be published in a public repository"),
    })
    .prefault({}),
});

/** A plan that was parsed and may be trusted. Durations are seconds. */
export type Plan = z.output<typeof planSchema>;
export type DatabasePlan = Plan["databases"][string];
export type Exception = DatabasePlan["exceptions"][number];
