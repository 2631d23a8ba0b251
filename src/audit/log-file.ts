import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { messageOf } from "../base/errors.ts";
import { fileSafe, mapStrings, placeFile, redactAll } from "../report/files.ts";
import { type AuditEntry, auditEntrySchema } from "./entry.ts";
import { auditErrors } from "./errors.ts";

/** What the two files of one operation have in common. */
export interface AuditSlot {
  readonly database: string;
  readonly operation: string;
  /** The run's id. */
  readonly run: string;
  readonly operationId: string;
  readonly startedAt: Date;
}

/**
 * Where an entry stands, relative to the reports' folder:
 * `audit/inner-odyssey/2026/11/22/02-00-05.123-backup-8790-1-4f1c2a9b-started.json`. Both files of an operation lie on the
 * day on which it began, and sort by that time.
 */
export function auditPath(slot: AuditSlot, phase: "started" | "finished"): string {
  const [day = "", time = ""] = slot.startedAt.toISOString().split("T");
  const clock = time.replace("Z", "").replaceAll(":", "-");
  const name = [clock, slot.operation, fileSafe(slot.run), slot.operationId.slice(0, 8), phase].join("-");
  return `audit/${slot.database}/${day.replaceAll("-", "/")}/${name}.json`;
}

/** What JSON can say and a jsonb column cannot store: zero bytes and halves of characters. */
const storable = (text: string) => text.toWellFormed().replaceAll("\0", "\u{fffd}");

/**
 * Writes one entry as a file of its own: files that are only ever added can be committed in parallel. Registered secrets
 * are blanked out.
 *
 * @param directory the reports' folder
 * @returns the entry as it was written
 * @throws audit.not_written
 */
export async function writeEntry(directory: string, path: string, entry: AuditEntry): Promise<AuditEntry> {
  const written = auditEntrySchema.parse(mapStrings(redactAll(entry), storable));
  const file = join(directory, path);
  try {
    await mkdir(dirname(file), { recursive: true });
    if (await placeFile(file, `${JSON.stringify(written, null, 2)}\n`)) return written;
  } catch (cause) {
    throw auditErrors.not_written({ directory: dirname(file), why: messageOf(cause) }, { cause });
  }
  throw auditErrors.not_written({ directory: dirname(file), why: "an entry of that name is there already" });
}
