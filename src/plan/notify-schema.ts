import { z } from "zod";
import { email, environmentName } from "./fields.ts";

/* What a plan says about messages besides who answers and how soon. */

/** A subject: one line, for a line break in a mail's header would begin another header. */
const subject = z
  .string()
  .regex(/^[^\p{Cc}\p{Zl}\p{Zp}]{1,200}$/u, { message: "must be one line of at most 200 characters" });

const subjects = z.strictObject({
  success: subject
    .default("Daily backup completed successfully - [backup_id] - [size]")
    .describe("When last night's backup is there; [backup_id], [size] and [database] are filled in"),
  failure: subject
    .default("URGENT: Daily backup failed - Immediate action required")
    .describe("When it is not, or took too long; [database] is filled in"),
});

/** Keys of `alerts`. */
export const alertMessages = {
  from: email
    .optional()
    .describe("The address that mails come from; without it the user of SMTP_URL, where that is an address"),
  subjects: subjects.prefault({}).describe("The subjects of the two messages that come every day"),
  digest: z
    .enum(["daily", "weekly", "never"])
    .default("weekly")
    .describe("How often warnings that are no alarm are gathered into one quiet mail"),
};

/** Keys of each contact. */
export const contactMessages = {
  slack: z
    .string()
    .regex(/^[UW][A-Z0-9]{5,20}$/, { message: "must be a Slack member id, such as U012AB3CD" })
    .optional()
    .describe("Slack member id that is mentioned"),
};

/** Keys of each database. */
export const databaseMessages = {
  heartbeat_secret: environmentName
    .default("HEARTBEAT_URL")
    .describe("NAME of the environment variable with the address that the watch pings; each database needs its own"),
};
