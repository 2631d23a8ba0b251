import { z } from "zod";
import { markerSchema } from "../census/marker-schema.ts";
import type { Scope } from "../census/types.ts";

/** backup.json: what one backup is. Read back with `manifestSchema.parse`: a vault's content is not trusted. */
export const manifestSchema = z.strictObject({
  format: z.literal(1),
  /** `2026-11-22T02-00-05Z-inner-odyssey-4f1c2a9b` */
  id: z.string(),
  /** The plan's name of the database. */
  database: z.string(),
  /** The snapshot's time on the source, ISO 8601 UTC. */
  taken_at: z.iso.datetime(),
  started_at: z.iso.datetime(),
  finished_at: z.iso.datetime(),
  versions: z.strictObject({ ithaca: z.string(), server: z.string(), server_num: z.int(), pg_dump: z.string() }),
  /** What the copy must be created with. */
  server: z.strictObject({
    database: z.string().min(1),
    encoding: z.string(),
    collate: z.string(),
    ctype: z.string(),
    locale_provider: z.string(),
    icu_locale: z.string().nullable(),
  }),
  sizes: z.strictObject({ database_bytes: z.int().nonnegative(), dump_bytes: z.int().nonnegative() }),
  /** Every file of the directory but backup.json itself. */
  files: z.array(z.strictObject({ path: z.string(), bytes: z.int(), sha256: z.string() })),
  /** SHA-256 over the manifest's other fields and the list of files. */
  digest: z.string(),
  /**
   * The newest link of the evidence chain when the backup was taken, so that a history of reports that is rewritten later is
   * found out from here; null where there was none, absent in backups of versions that did not write it.
   */
  evidence: z
    .strictObject({ sequence: z.int().min(1), digest: z.string().regex(/^[0-9a-f]{64}$/) })
    .nullable()
    .optional(),
  left_out: z.array(z.strictObject({ what: z.string(), why: z.string() })),
  /** The same as names: the census of the copy, the inventory and the restore follow it. */
  scope: z.strictObject({
    excludedSchemas: z.array(z.string()),
    excludedTables: z.array(z.string()),
    excludedRows: z.array(z.string()),
    excludedExtensions: z.array(z.string()),
  }),
});

export type Manifest = z.output<typeof manifestSchema>;

/** The scope under which a backup was taken, and never a recovery's marker, which earlier versions did not leave out. */
export function scopeOf({ scope, left_out }: Manifest): Scope {
  const excludedSchemas = [...new Set([...scope.excludedSchemas, markerSchema])];
  return { ...scope, excludedSchemas, leftOut: left_out };
}
