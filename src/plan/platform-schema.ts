import { z } from "zod";
import { duration, environmentName, fileBeside, folder } from "./fields.ts";

/* What a plan promises of the platform's own backups, and of files that people export by hand. */

const services = ["auth", "db", "pooler", "realtime", "rest", "storage"] as const;

const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, {
  message: "must be a time of the day in UTC written as HH:MM, such as 02:00",
});

export const managed = z
  .strictObject({
    project_ref_secret: environmentName
      .default("SUPABASE_PROJECT_REF")
      .describe("NAME of the environment variable that holds the project's ref"),
    token_secret: environmentName
      .default("SUPABASE_ACCESS_TOKEN")
      .describe("NAME of the environment variable that holds the access token of the Management API"),
    backups: z
      .enum(["daily", "none"])
      .default("daily")
      .describe("Whether the platform takes a backup every day; with point-in-time recovery its window counts instead"),
    max_age: duration.prefault("26h").describe("How old the platform's newest backup may be"),
    at: timeOfDay.default("02:00").describe("When the platform takes its daily backup, in UTC"),
    kept_for: duration
      .prefault("7d")
      .describe("How long the platform keeps its backups; every day of it must be there"),
    pitr: z.boolean().default(false).describe("Whether point-in-time recovery is promised"),
    pitr_window: duration.prefault("7d").describe("How far back point-in-time recovery must reach"),
    services: z
      .array(z.enum(services))
      .default([...services])
      .describe("Services of the project whose health is asked"),
    ca_file: fileBeside
      .optional()
      .describe(
        "File with the root certificate that the provider signs its servers with, downloaded from its dashboard",
      ),
    branch_time_limit: duration
      .prefault("45m")
      .describe("How long a branch for `prove --platform-branch` may live; it is deleted before that in every case"),
    prove_branch: z
      .boolean()
      .default(false)
      .describe(
        "Whether the monthly rehearsal on GitHub also proves the platform's own backup, on a branch made from it; it is billed by the hour while it lives",
      ),
  })
  .describe("What is promised of the platform's own backups; without it `check` does not ask the platform");

export const exported = z
  .strictObject({
    folder: folder
      .default("exports")
      .describe("Folder that exported files are dropped into; keep it out of git, for the files hold rows"),
    max_age: duration.prefault("7d").describe("How old the newest export, and its proof, may be"),
  })
  .describe("Backups that a person exports by hand, where the platform lets nobody else at them");
