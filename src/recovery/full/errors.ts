import { defineErrors, entry } from "../../base/errors.ts";

/** What can stop the recovery of a whole database. */
export const fullErrors = defineErrors("full", {
  still_in_use: entry({
    kind: "surroundings",
    says: (p: { database: string; why: string }) =>
      `The database ${p.database} could not be renamed, because sessions came faster than they could be ended: ${p.why}`,
    mend: () => "stop the application, or what connects to it again and again, and run the same command again",
    example: { database: "app", why: "database is being accessed by other users" },
  }),
  not_created: entry({
    kind: "surroundings",
    says: (p: { where: string; why: string }) => `No database could be made beside ${p.where}: ${p.why}`,
    mend: () => "give the role of ITHACA_RECOVERY_URL the right to create databases, and room on the disk",
    example: { where: "db.example.org:5432/app", why: "permission denied to create database" },
  }),
  not_the_backup: entry({
    kind: "failed",
    says: (p: { id: string; why: string }) => `What was fetched as ${p.id} is not the backup that was taken: ${p.why}`,
    mend: () => "choose another backup, and find out who changed this one; nothing of it was restored",
    example: {
      id: "2026-11-22T02-00-05Z-shop-4f1c2a9b",
      why: "its digest is not the one that was recorded outside the vault",
    },
  }),
  restored_wrong: entry({
    kind: "failed",
    says: (p: { what: string }) => `The restored database is not the one that was backed up (${p.what})`,
    mend: () => "choose another backup, and see the incident file for what differs; production was not touched",
    example: { what: "Every row of every table is the source's: 2 tables differ" },
  }),
  would_be_lost: entry({
    kind: "failed",
    says: (p: { what: string }) =>
      `Something would be lost that is in no backup, so everything was rolled back: ${p.what.replace(/\.$/, "")}`,
    mend: () => "look at the plan of this recovery again, which names it, and do what it says of it",
    example: { what: "public.audit_log holds 777 rows that the plan leaves out of every backup." },
  }),
  statement_failed: entry({
    kind: "failed",
    says: (p: { what: string; code: string }) =>
      `The server refused ${p.what} (SQLSTATE ${p.code}), so everything was rolled back`,
    mend: () => "see what stands in the way, or recover into a new project with --into new",
    example: { what: "POLICY storage objects own files", code: "42501" },
  }),
});
