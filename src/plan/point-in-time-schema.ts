import { z } from "zod";
import { duration, identifier, qualifiedName } from "./fields.ts";

/* How a database can be brought back to a second of one's choice. */

const migrations = z
  .strictObject({
    table: qualifiedName
      .default("supabase_migrations.schema_migrations")
      .describe("The table in which the team's tool records what it has applied, in the migration's own transaction"),
    column: identifier.default("version").describe("Its column with the migration's version"),
  })
  .describe('Where `--to "just before migration ..."` looks');

export const pointInTime = z
  .strictObject({
    engine: z
      .enum(["supabase", "pgbackrest"])
      .optional()
      .describe(
        "Who keeps the log: the platform, or the team's own pgBackRest; without it, by the database's platform",
      ),
    stanza: z
      .string()
      .regex(/^[A-Za-z0-9._-]+$/, { message: "must be the name of a pgBackRest stanza, such as shop" })
      .optional()
      .describe("The pgBackRest stanza of the server; the database's name in this plan without it"),
    window: duration
      .prefault("7d")
      .describe("How far back the team's own log must reach; of a platform's log `managed.pitr_window` says it"),
    superuser: identifier
      .default("postgres")
      .describe("A superuser of the server: a physical copy is entered as that one, on its private socket"),
    migrations: migrations.prefault({}),
  })
  .describe("Point-in-time recovery; what opens the pgBackRest repository comes from PGBACKREST_* variables");
