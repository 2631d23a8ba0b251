import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { Note } from "../base/progress.ts";
import { restoreAll, verifyWhole } from "./fetch.ts";
import type { Restic } from "./restic.ts";
import { tagFilter } from "./tags.ts";
import type { EarlyFetch, VaultEntry, VaultOptions } from "./types.ts";

const labelSchema = z.object({ id: z.string(), digest: z.string() });

/** Whether the backup in a directory is this one, by what it says of itself. */
async function isThere(directory: string, { id, digest }: VaultEntry): Promise<boolean> {
  const text = await readFile(join(directory, "backup.json"), "utf8").catch(() => "null");
  try {
    const label = labelSchema.safeParse(JSON.parse(text));
    return label.success && label.data.id === id && label.data.digest === digest;
  } catch {
    return false;
  }
}

async function empty(directory: string): Promise<void> {
  for (const name of await readdir(directory)) await rm(join(directory, name), { recursive: true });
}

/**
 * Begins to fetch what restic takes for a database's newest backup. Whether it is the one that a listing names is seen
 * by its content, since newer versions of restic do not say which snapshot they restore.
 */
export function beginFetch(
  restic: Restic,
  database: string,
  destination: string,
  { signal, warn }: VaultOptions = {},
): EarlyFetch {
  const stop = new AbortController();
  const warnings: string[] = [];
  let note: Note | undefined;
  const fetching = async () => {
    await mkdir(destination, { recursive: true, mode: 0o700 });
    await restoreAll(restic, ["latest", "--tag", tagFilter(database), "--target", destination], {
      signal: AbortSignal.any([stop.signal, ...(signal === undefined ? [] : [signal])]),
      note: (text, share) => note?.(text, share),
      warn: (text) => void warnings.push(text),
    });
  };
  // Whoever takes it hears of a failure; before that nobody listens, and nothing is lost.
  const outcome = fetching().then(
    () => ({ failed: false }) as const,
    (thrown: unknown) => ({ failed: true, thrown }) as const,
  );
  return {
    async take(entry, options = {}) {
      note = options.note;
      const ended = await outcome;
      if (!(await isThere(destination, entry))) {
        await empty(destination);
        return false;
      }
      if (ended.failed) throw ended.thrown;
      for (const text of warnings) warn?.(text);
      await verifyWhole(entry, destination);
      return true;
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      await outcome;
    },
  };
}
