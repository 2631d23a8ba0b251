import { z } from "zod";
import { spellBytes } from "../base/spell.ts";

/** restic's status lines while it saves and, in newer versions, restores. */
const statusSchema = z.object({
  message_type: z.literal("status"),
  percent_done: z.number().default(0),
  total_bytes: z.number().default(0),
  bytes_done: z.number().optional(),
  bytes_restored: z.number().optional(),
});

/** A line of restic's stdout as JSON; null where it is none, since older versions print text in between. */
export function jsonLine(line: string): unknown {
  if (!line.startsWith("{")) return null;
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

/** "42 %, 120 MB of 286 MB" and the share of the bytes that is done, for a status line; null for any other line. */
export function statusOf(line: unknown): { readonly text: string; readonly share: number } | null {
  const parsed = statusSchema.safeParse(line);
  if (!parsed.success) return null;
  const { percent_done, total_bytes, bytes_done, bytes_restored } = parsed.data;
  const done = bytes_done ?? bytes_restored ?? 0;
  const text = `${Math.floor(percent_done * 100)} %, ${spellBytes(done)} of ${spellBytes(total_bytes)}`;
  return { text, share: percent_done };
}
