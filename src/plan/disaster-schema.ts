import { z } from "zod";
import { folder } from "./fields.ts";

/* What a plan says about disasters: the commands of the team that no tool can know, and where the runbook is. */

const hook = z.string().min(1, { message: "must name a command" });

const hooks = z.strictObject({
  environment: hook
    .optional()
    .describe("Leads the application to another database: sets its environment variables, and redeploys it"),
  keys: hook
    .optional()
    .describe("Gives the application its new API keys, ITHACA_PUBLISHABLE_KEY and ITHACA_SECRET_KEY, and redeploys it"),
  hostname: hook.optional().describe("Switches the DNS or the custom hostname to where the application is served now"),
  secrets: hook.optional().describe("Rotates the other secrets of the application (mail, payments, webhooks)"),
});

const project = z.strictObject({
  organization: z.string().min(1).optional().describe("Slug of the organization that a new project is made in"),
  region: z
    .string()
    .regex(/^[a-z]{2}-[a-z]+-\d$/, { message: "must be a region code such as eu-central-1" })
    .optional()
    .describe("Region of a new project; the lost one's, as long as the platform tells it"),
  size: z.string().min(1).optional().describe("Instance size of a new project, such as micro"),
  hostname: z.string().min(1).optional().describe("The custom hostname that leads to the project"),
});

export const disaster = z.strictObject({
  hooks: hooks
    .prefault({})
    .describe(
      "Commands of the team, run by sh in the plan's folder; of the environment they see what begins with ITHACA_HOOK_, and nothing else",
    ),
  rehearse_hooks: z
    .boolean()
    .default(false)
    .describe("Whether rehearsals run the hooks too, with ITHACA_REHEARSAL=1; the commands must then harm nobody"),
  migrations: hook
    .optional()
    .describe("Runs every migration, with DATABASE_URL set; it is run twice, and the second run may change nothing"),
  project: project.prefault({}).describe("What a new project is made with, where the lost one can no longer be asked"),
  scan: z
    .array(folder)
    .default(["."])
    .describe("Folders that are searched for references to the old project; .git and node_modules are left out"),
  secrets: z
    .array(
      z.strictObject({
        name: z.string().min(1).describe("What it is called"),
        where: z.string().min(1).describe("Where it is rotated"),
        proof: hook
          .optional()
          .describe("Ends with 0 where the old one is refused and the new one accepted; without it a person signs"),
      }),
    )
    .default([])
    .describe("Secrets that must be rotated after an attack, besides the platform's keys and the database's password"),
  runbook: folder.default("docs/runbook.md").describe("The runbook whose measured times a drill writes anew"),
});
