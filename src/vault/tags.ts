import { z } from "zod";
import { vaultErrors } from "./errors.ts";
import type { BackupLabel, VaultEntry } from "./types.ts";

/** Marks our snapshots in a repository that others may use as well. */
const mark = "ithaca";

/** restic's own host name would differ on every runner, and its default grouping would then keep everything. */
export const host = "ithaca";

/** Commas separate restic's tags, and white space would surprise people in a shell. */
const plainText = z
  .string()
  .regex(/^[^\s,]+$/, { message: "must be neither empty nor contain a comma or white space" });

const bytes = z
  .string()
  .regex(/^\d{1,15}$/)
  .transform(Number);

const tagsSchema = z.object({
  database: plainText,
  id: plainText,
  taken: z.iso.datetime(),
  saved: z.iso.datetime(),
  size: bytes,
  files: bytes,
  digest: plainText,
  server: z
    .string()
    .regex(/^\d{5,6}$/)
    .transform(Number)
    .exactOptional(),
  purpose: z.literal("safety").exactOptional(),
});

/** One snapshot as restic lists it; newer versions give more fields, none of which we need. */
export const snapshotSchema = z.object({
  id: z.string().regex(/^[0-9a-f]{8,64}$/),
  /** By which the keep rules count. */
  time: z.string(),
  tags: z.array(z.string()).nullish(),
});

export type Snapshot = z.output<typeof snapshotSchema>;

/** The tag filter for our snapshots, of one database or of all: a comma means "and". */
export function tagFilter(database?: string): string {
  return database === undefined ? mark : `${mark},database=${database}`;
}

/** restic's `--tag` value that carries everything that a listing needs. @throws bad_label */
export function tagsOf(label: BackupLabel, size: number, files: number, savedAt: Date): string {
  const fields = {
    database: label.database,
    id: label.id,
    taken: label.taken_at,
    saved: savedAt.toISOString(),
    size: String(size),
    files: String(files),
    digest: label.digest,
    ...(label.versions === undefined ? {} : { server: String(label.versions.server_num) }),
    ...(label.purpose === undefined ? {} : { purpose: label.purpose }),
  };
  const parsed = tagsSchema.safeParse(fields);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw vaultErrors.bad_label({ field: String(issue?.path[0] ?? "label"), why: issue?.message ?? "is not usable" });
  }
  return [mark, ...Object.entries(fields).map(([name, value]) => `${name}=${value}`)].join(",");
}

/** Whether a snapshot claims to be ours. */
export function isOurs(snapshot: Snapshot): boolean {
  return snapshot.tags?.includes(mark) ?? false;
}

/** The snapshot's time is the backup's, cut to seconds: one of another time would have the keep rules remove others for it. */
function isOfThatTime(time: string, taken: string): boolean {
  const past = Date.parse(taken) - Date.parse(time);
  return past >= 0 && past < 1000;
}

/** The backup that a snapshot's tags describe; null where they make no sense. A vault's content is not trusted. */
export function entryOf(snapshot: Snapshot): VaultEntry | null {
  const fields: Record<string, string> = {};
  for (const tag of snapshot.tags ?? []) {
    const equals = tag.indexOf("=");
    if (equals > 0) fields[tag.slice(0, equals)] = tag.slice(equals + 1);
  }
  const parsed = tagsSchema.safeParse(fields);
  if (!parsed.success || !isOfThatTime(snapshot.time, parsed.data.taken)) return null;
  const { taken, saved, size, server, ...rest } = parsed.data;
  return {
    ...rest,
    ...(server === undefined ? {} : { server_num: server }),
    taken_at: taken,
    saved_at: saved,
    size_bytes: size,
    snapshot: snapshot.id,
    superseded: [],
  };
}
