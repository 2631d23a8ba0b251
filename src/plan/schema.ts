import { z } from "zod";
import { database } from "./database-schema.ts";
import { branchName, cron, duration, email, folder } from "./fields.ts";
import { alertIssues } from "./issues-schema.ts";
import { alertMessages, contactMessages } from "./notify-schema.ts";
import { workflowSchedule } from "./throwaway-schema.ts";

/*
 * The shape of ithaca.yaml. This file and the two that it builds on are the one source: the parser, the JSON Schema
 * that editors pick up and the plan reference are made from them. Every key says what it means with `describe`.
 */

export { duration } from "./fields.ts";

const objectives = z.strictObject({
  rto: duration.prefault("4h").describe("Recovery time objective: how long a restore may take"),
  rpo: duration
    .prefault("24h")
    .describe(
      "Recovery point objective: how much time's work may be lost; schedule.backup must keep it, unless a database goes back to any second",
    ),
});

const schedule = z.strictObject({
  backup: cron.default("0 2 * * *").describe("When the backup is taken"),
  watch: cron
    .default("30 2 * * *")
    .describe("When somebody looks whether last night's backup arrived: after schedule.backup, such as half an hour"),
  verify: cron.default("45 2 * * *").describe("When the vault is checked: fresh, complete, of consistent size"),
  prove: cron.default("0 10 * * 1").describe("When a backup is restored and proven"),
  rehearse: cron
    .default("0 10 * * 5")
    .describe("When the E2E suite runs on the copy: weekly, and a gate keeps the last Friday of the month"),
  drill: cron.default("0 9 1 1,4,7,10 *").describe("When the loss of the whole database is rehearsed and timed"),
  ...workflowSchedule,
});

const retention = z.strictObject({
  daily: z.int().min(1).max(3650).default(7).describe("Days of which the last backup is kept"),
  weekly: z.int().min(0).max(520).default(0).describe("Weeks of which the last backup is kept"),
  monthly: z.int().min(0).max(240).default(0).describe("Months of which the last backup is kept"),
  yearly: z.int().min(0).max(50).default(0).describe("Years of which the last backup is kept"),
});

const contact = z.strictObject({
  role: z.string().min(1, { message: "must name a role" }).describe("A role, such as DevOps Team Lead"),
  email: email.optional().describe("Address that alarms go to"),
  github: z
    .string()
    .regex(/^[A-Za-z0-9](-?[A-Za-z0-9]){0,38}$/, { message: "must be a GitHub login without the @" })
    .optional()
    .describe("Login that is assigned and mentioned"),
  ...contactMessages,
});

const contacts = z.strictObject({
  primary: contact.optional().describe("Who is told first"),
  secondary: contact.optional().describe("Who is told when nobody answers"),
  escalation: contact.optional().describe("Who is told when it is still open after escalate_after"),
});

const alerts = z.strictObject({
  success_email: email.optional().describe("Who hears every day that the backup was taken"),
  failure_email: email.optional().describe("Who hears when it was not"),
  backup_longer_than: duration.prefault("30m").describe("A backup that takes longer is an alarm"),
  answer_within: duration.prefault("1h").describe("How soon a person must answer an alarm"),
  escalate_after: duration.prefault("2h").describe("How long an alarm may stay open before it is escalated"),
  ...alertMessages,
  ...alertIssues,
});

const reports = z.strictObject({
  directory: folder.default("reports").describe("Folder for the reports alone: everything in it is published"),
  branch: branchName.optional().describe("A branch of its own for reports, where main is protected"),
  public: z.boolean().default(false).describe("Whether reports may be published in a public repository"),
});

const databaseName = z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, {
  message: "must have lower-case letters, digits and dashes only, begin with a letter, and have at most 40 characters",
});

/** The whole plan as it is written in ithaca.yaml. */
export const planSchema = z.strictObject({
  version: z.literal(1).describe("Version of this format"),
  databases: z
    .record(databaseName, database.prefault({}))
    .refine((all) => Object.keys(all).length > 0, { message: "must name at least one database" })
    .describe("The databases by name; an entry may be empty, for every key has a default"),
  objectives: objectives.prefault({}).describe("What recovery must achieve; every report measures it"),
  schedule: schedule.prefault({}).describe("Cron lines of five fields, all in UTC"),
  retention: retention.prefault({}).describe("How many backups are kept of each period"),
  contacts: contacts.prefault({}).describe("Who answers for failed backups"),
  alerts: alerts.prefault({}).describe("Who hears of what, and how soon"),
  reports: reports.prefault({}).describe("Where the record is kept"),
});

/** A plan that was parsed and may be trusted. Durations are seconds. */
export type Plan = z.output<typeof planSchema>;
export type DatabasePlan = Plan["databases"][string];
export type Exception = DatabasePlan["exceptions"][number];
