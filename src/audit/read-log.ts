import { readFile } from "node:fs/promises";
import { join } from "node:path";
import pLimit from "p-limit";
import { filesBelow } from "../report/chain/folder.ts";
import { type AuditEntry, auditEntrySchema } from "./entry.ts";

/** The record as a reports' folder has it. */
export interface AuditLog {
  /** In the order in which things happened. */
  readonly entries: readonly AuditEntry[];
  /** Files that are no entries, or no longer whole; relative to the reports' folder. */
  readonly unreadable: readonly string[];
}

/** Files that are open at the same time. */
const atOnce = 32;

/** Equal times are told apart by what comes first in every operation, then by the id, so that the order is one. */
function inOrder(a: AuditEntry, b: AuditEntry): number {
  return (
    a.performed_at.localeCompare(b.performed_at) ||
    Number(b.status === "started") - Number(a.status === "started") ||
    a.id.localeCompare(b.id)
  );
}

async function readEntry(path: string): Promise<AuditEntry | null> {
  try {
    const parsed = auditEntrySchema.safeParse(JSON.parse(await readFile(path, "utf8")));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/** Reads the master of the record: `audit/<database>/` in a reports' folder, of one database or of all. */
export async function readLog(directory: string, database?: string): Promise<AuditLog> {
  const folder = database === undefined ? "audit" : `audit/${database}`;
  const files = (await filesBelow(join(directory, folder)))
    .filter((path) => path.endsWith(".json") && !path.split("/").some((part) => part.startsWith(".")))
    .map((path) => `${folder}/${path}`);
  const read = await pLimit(atOnce).map(files, async (path) => ({
    path,
    entry: await readEntry(join(directory, path)),
  }));
  return {
    entries: read.flatMap(({ entry }) => (entry === null ? [] : [entry])).sort(inOrder),
    unreadable: read.flatMap(({ path, entry }) => (entry === null ? [path] : [])),
  };
}
