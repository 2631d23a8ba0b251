import { defineErrors, entry } from "../base/errors.ts";

/** What can stop a recovery. The three recoveries have tables of their own for what only they can meet. */
export const recoveryErrors = defineErrors("recovery", {
  not_confirmed: entry({
    kind: "input",
    says: (p: { database: string; given: string | null }) =>
      p.given === null
        ? `--execute overwrites the database ${p.database}, and nobody has confirmed that`
        : `--confirm says ${p.given}, and the database to recover is ${p.database}: nothing was changed`,
    mend: (p) => `read the preview, and if it is what you want add --execute --confirm ${p.database}`,
    example: { database: "shop", given: "shopp" as string | null },
  }),
  run_again: entry({
    kind: "input",
    says: (p: { database: string }) =>
      `This run was started again, for which nobody has typed ${p.database}, and nothing is unfinished that it could go on with: nothing was changed`,
    mend: () =>
      'see in the log of the attempt before it what that has done; if it is to be done again, start the workflow anew by "Run workflow"',
    example: { database: "shop" },
  }),
  no_writing_credential: entry({
    kind: "surroundings",
    says: (p: { variable: string }) => `${p.variable} is not set, and nothing else may write to production`,
    mend: (p) =>
      `set ${p.variable} to the connection string of the database to recover (on GitHub: a secret of the environment "recovery")`,
    example: { variable: "ITHACA_RECOVERY_URL" },
  }),
  locked: entry({
    kind: "surroundings",
    says: (p: { where: string; by: string }) => `Another recovery is at work on ${p.where} (${p.by})`,
    mend: () => "wait until it has ended and look at its incident file; one recovery runs at a time",
    example: { where: "db.example.org:5432/app", by: "application ithaca recovery lock, process 4711" },
  }),
  lock_lost: entry({
    kind: "surroundings",
    says: (p: { where: string }) => `The connection that keeps other recoveries away from ${p.where} was lost`,
    mend: () => "run the same command again: it says where this recovery stands and goes on",
    example: { where: "db.example.org:5432/app" },
  }),
  unfinished: entry({
    kind: "input",
    says: (p: { id: string; what: string; step: string }) =>
      `The recovery ${p.id} (${p.what}) has not come to its end: it stopped in ${p.step}`,
    mend: (p) => `run it again to its end first, with the same command or with --incident ${p.id}`,
    example: { id: "2026-11-22-shop-4f1c2a9b", what: "full, side-by-side", step: "execute" },
  }),
  other_request: entry({
    kind: "input",
    says: (p: { id: string; option: string; command: string }) =>
      `The recovery ${p.id} has not come to its end, and was asked for with another ${p.option}`,
    mend: (p) => `run it again to its end first, as it was asked for: ${p.command}`,
    example: {
      id: "2026-11-22-shop-4f1c2a9b",
      option: "--table",
      command: "npm run ithaca -- recover table --database shop --table public.orders --execute --confirm shop",
    },
  }),
  other_backup: entry({
    kind: "input",
    says: (p: { id: string; begun: string; found: string }) =>
      `The recovery ${p.id} began with the backup ${p.begun}, and ${p.found} is at hand now`,
    mend: () => "run it again to its end first, with the backup that it began with",
    example: { id: "2026-11-22-shop-4f1c2a9b", begun: "2026-11-22T02-00-05Z-shop-1a2b3c4d", found: "another" },
  }),
  incident_ended: entry({
    kind: "input",
    says: (p: { id: string; outcome: string }) => `The incident ${p.id} has ended (${p.outcome})`,
    mend: () => "leave --incident out, or give the new recovery a name of its own",
    example: { id: "2026-11-22-lost-children", outcome: "recovered" },
  }),
  overtaken: entry({
    kind: "surroundings",
    says: (p: { id: string }) => `Another run has just been at work on the recovery ${p.id}`,
    mend: () => "look at its incident file, and run the same command again if there is something left to do",
    example: { id: "2026-11-22-shop-4f1c2a9b" },
  }),
  bad_incident_id: entry({
    kind: "input",
    says: (p: { id: string }) => `--incident ${p.id} cannot be the name of a file`,
    mend: () => "use letters, digits and dashes, such as 2026-11-22-lost-children",
    example: { id: "../x" },
  }),
  damaged_incident: entry({
    kind: "surroundings",
    says: (p: { path: string; why: string }) => `The incident file ${p.path} cannot be read: ${p.why}`,
    mend: () =>
      "take it from the last commit or the run's artifacts; without it the marker in the database says where the recovery stands",
    example: { path: "reports/incidents/2026-11-22-shop-4f1c2a9b.json", why: "it is not JSON" },
  }),
  not_written: entry({
    kind: "surroundings",
    says: (p: { directory: string; why: string }) =>
      `The incident file could not be written to ${p.directory}: ${p.why}`,
    mend: () => "make room or give access, and run the same command again",
    example: { directory: "reports/incidents", why: "ENOSPC" },
  }),
  other_server: entry({
    kind: "input",
    says: (p: { variable: string; where: string; source: string }) =>
      `${p.variable} leads to ${p.where}, which is not the database ${p.source} that the backups are taken of`,
    mend: () => "name the database that is to be recovered, or recover into a new one with --into new",
    example: { variable: "ITHACA_RECOVERY_URL", where: "old.example.org:5432/app", source: "db.example.org:5432/app" },
  }),
  is_production: entry({
    kind: "input",
    says: (p: { variable: string; where: string }) =>
      `${p.variable} leads to ${p.where}, which is production itself, and --into new wants an empty new database`,
    mend: () => "name the new database, or use --into side-by-side or --into in-place",
    example: { variable: "ITHACA_RECOVERY_URL", where: "db.example.org:5432/app" },
  }),
  obstacles: entry({
    kind: "input",
    says: (p: { what: string }) => `This recovery cannot be done as it was asked for: ${p.what}`,
    mend: () => "look at the preview, and choose another way or another restore point",
    example: { what: "the backup comes from PostgreSQL 17, and the server is 15" },
  }),
  not_verified: entry({
    kind: "failed",
    says: (p: { what: string }) => `What was restored is not what it should be (${p.what})`,
    mend: () => "read the incident file; production is put back where that can be done",
    example: { what: "Every row is there: 2 tables differ" },
  }),
  not_watched: entry({
    kind: "surroundings",
    says: (p: { why: string }) => `The recovered database could not be watched: ${p.why}`,
    mend: () => "look at the error rate of the next hour yourself",
    example: { why: "the connection was lost" },
  }),
  disk_full: entry({
    kind: "surroundings",
    says: (p: { where: string }) => `The disk of the server ${p.where} is full, so the recovery could not go on`,
    mend: () => "make room on that server's disk, and run the same command again",
    example: { where: "db.example.org:5432/app" },
  }),
  out_of_memory: entry({
    kind: "surroundings",
    says: (p: { where: string }) => `The server ${p.where} ran out of memory, so the recovery could not go on`,
    mend: () => "give the server more memory, or run the same command again when less is going on",
    example: { where: "db.example.org:5432/app" },
  }),
  server_failed: entry({
    kind: "surroundings",
    says: (p: { where: string }) => `The server ${p.where} failed, or ended the connection, in the middle of the work`,
    mend: () => "see that server's log, and run the same command again when it is up: it says where production stands",
    example: { where: "db.example.org:5432/app" },
  }),
  no_right: entry({
    kind: "surroundings",
    says: (p: { role: string; where: string; why: string }) =>
      `The role ${p.role} may not do on ${p.where} what this recovery needs: ${p.why}`,
    mend: () => "put the owner of the database (Supabase: postgres), or a superuser, into ITHACA_RECOVERY_URL",
    example: { role: "app", where: "db.example.org:5432/app", why: "permission denied for table orders" },
  }),
});
