import { z } from "zod";
import type { Restic } from "./restic.ts";
import { jsonLine } from "./status.ts";
import type { VaultEntry, VaultOptions } from "./types.ts";

/** A line of `restic ls --json` about a file or directory; the first line, about the snapshot, has neither type nor path. */
const nodeSchema = z.object({
  type: z.string(),
  path: z.string(),
  size: z.int().default(0),
});

/** Sizes of a snapshot's files by path within the backup directory. One call of restic. */
export async function contentOf(
  restic: Restic,
  entry: VaultEntry,
  options: VaultOptions = {},
): Promise<Map<string, number>> {
  const files = new Map<string, number>();
  const onLine = (line: string) => {
    const node = nodeSchema.safeParse(jsonLine(line));
    if (node.success && node.data.type === "file") files.set(node.data.path.replace(/^\//, ""), node.data.size);
  };
  await restic.call(["ls", entry.snapshot, "--no-lock"], { ...options, onLine });
  return files;
}

/** What is wrong with a snapshot's content, measured by its own tags; null where it is complete. */
export function incompleteness(entry: VaultEntry, content: ReadonlyMap<string, number>): string | null {
  const bytes = [...content.values()].reduce((sum, size) => sum + size, 0);
  if (content.size === entry.files && bytes === entry.size_bytes) return null;
  return `${content.size} of ${entry.files} files and ${bytes} of ${entry.size_bytes} bytes`;
}
