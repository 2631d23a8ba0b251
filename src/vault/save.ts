import { z } from "zod";
import type { IthacaError } from "../base/errors.ts";
import { measureDirectory } from "./directory.ts";
import { vaultErrors } from "./errors.ts";
import { whileLocked } from "./locks.ts";
import type { Restic } from "./restic.ts";
import { jsonLine, statusOf } from "./status.ts";
import { host, tagsOf } from "./tags.ts";
import type { BackupLabel, VaultEntry, VaultOptions } from "./types.ts";

const summarySchema = z.object({
  message_type: z.literal("summary"),
  total_files_processed: z.int(),
  total_bytes_processed: z.int(),
  snapshot_id: z.string().min(8),
});

/** restic's exit code where it could not read some file, and made a snapshot without it. */
const somethingUnread = 3;

/** restic's `--time`, in the time zone that every child process has: UTC. */
function resticTime(iso: string): string {
  return new Date(iso).toISOString().slice(0, 19).replace("T", " ");
}

/**
 * Keeps a backup directory, in one call of restic: 0.3 to 0.7 s and the upload.
 *
 * restic runs *in* the directory and saves `.`, which it takes for the directory's content: so the snapshot does not
 * depend on where the directory lies, and a restore lays the content straight into its target. The snapshot's time is
 * that of the backup, not of the upload, so that the keep rules count the right days.
 *
 * @throws incomplete_save where the snapshot does not hold exactly the directory's files and bytes
 */
export async function save(
  restic: Restic,
  directory: string,
  label: BackupLabel,
  options: VaultOptions = {},
): Promise<VaultEntry> {
  const { files, bytes, strange } = await measureDirectory(directory);
  if (files === 0 || strange.length > 0) {
    const why = files === 0 ? `${directory} holds no file` : `${strange.join(", ")} is no plain file`;
    throw vaultErrors.incomplete_save({ id: label.id, why });
  }
  const savedAt = new Date();
  const tags = tagsOf(label, bytes, files, savedAt);
  let summary: z.output<typeof summarySchema> | undefined;
  const onLine = (text: string) => {
    const line = jsonLine(text);
    const status = statusOf(line);
    if (status !== null) options.note?.(status.text, status.share);
    const parsed = summarySchema.safeParse(line);
    if (parsed.success) summary = parsed.data;
  };
  // Every file is read: one that only looks unchanged since the last backup would be taken from there (`--force`).
  const args = ["backup", ".", "--force", "--host", host, "--tag", tags, "--time", resticTime(label.taken_at)];
  await whileLocked(restic, options, (waiting) =>
    restic.call([...args, ...waiting], {
      ...options,
      cwd: directory,
      onLine,
      accept: [0, somethingUnread],
      isDone: () => summary !== undefined,
    }),
  );
  if (summary === undefined) throw incomplete(label, "restic did not say that it made a snapshot");
  const { total_files_processed: savedFiles, total_bytes_processed: savedBytes, snapshot_id } = summary;
  if (savedFiles !== files || savedBytes !== bytes) {
    throw incomplete(label, `${savedFiles} of ${files} files and ${savedBytes} of ${bytes} bytes were saved`);
  }
  const { id, database, taken_at, digest, purpose } = label;
  const saved_at = savedAt.toISOString();
  const saved = { size_bytes: bytes, files, saved_at, snapshot: snapshot_id, superseded: [] };
  return { id, database, taken_at, digest, ...(purpose === undefined ? {} : { purpose }), ...saved };
}

function incomplete(label: BackupLabel, why: string): IthacaError {
  return vaultErrors.incomplete_save({ id: label.id, why });
}
