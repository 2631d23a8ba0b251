import { z } from "zod";
import { duration, environmentName, identifier, qualifiedName } from "./fields.ts";

/* What a plan says about recoveries of a database. */

const errorLog = z
  .strictObject({
    table: qualifiedName.describe("The application's own table of errors"),
    severity: identifier.default("severity").describe("Its column with the severity"),
    at: identifier.default("created_at").describe("Its column with the time of the error"),
  })
  .describe("Where the application writes its errors, so that their rate is compared with that of the hour before");

export const recovery = z.strictObject({
  url_secret: environmentName
    .default("ITHACA_RECOVERY_URL")
    .describe("NAME of the environment variable with the connection string that may write: the only one that does"),
  watch: duration.prefault("1h").describe("How long the error rate is watched after a recovery"),
  error_log: errorLog.optional(),
});
