import type { ArchiveEntry } from "./archive.ts";

/** One line of `pg_restore -l`. */
export interface TocLine {
  readonly dumpId: number;
  readonly catalogOid: string;
  readonly oid: string;
  /** Description, schema, name and owner, as pg_restore prints them: without quotes, line breaks as spaces. */
  readonly text: string;
}

/** A name may hold what JavaScript takes for a line break (U+2028), so the dot stands for everything. */
const tocLine = /^(\d+); (\d+) (\d+) (.*)$/s;

/** Reads the output of `pg_restore -l`: comments begin with a semicolon, every other line is an entry. */
export function parseTocList(output: string): TocLine[] {
  const lines: TocLine[] = [];
  for (const line of output.split("\n")) {
    const match = tocLine.exec(line);
    if (match === null) continue;
    const [, dumpId, catalogOid = "0", oid = "0", text = ""] = match;
    lines.push({ dumpId: Number(dumpId), catalogOid, oid, text });
  }
  return lines;
}

/** pg_restore takes line breaks out of names, so that nothing in a name can become a line of its own. */
function onOneLine(text: string): string {
  return text.replace(/[\r\n]/g, " ");
}

/** An entry as `pg_restore -l` prints it. */
export function renderTocLine(entry: ArchiveEntry): string {
  const { dumpId, catalogOid, oid, desc, namespace, tag, owner } = entry;
  return `${dumpId}; ${catalogOid} ${oid} ${desc} ${onOneLine(namespace ?? "-")} ${onOneLine(tag)} ${onOneLine(owner)}`;
}

/**
 * The entries that pg_restore itself would load, in its order. What pg_restore lists and what was read from the file
 * must agree to the letter; null where they do not: then one of the two misread it, and neither can be trusted.
 */
export function agreeOnEntries(listed: readonly TocLine[], entries: readonly ArchiveEntry[]): ArchiveEntry[] | null {
  const byId = new Map(entries.map((entry) => [entry.dumpId, entry]));
  const agreed: ArchiveEntry[] = [];
  for (const line of listed) {
    const entry = byId.get(line.dumpId);
    if (entry === undefined) return null;
    if (renderTocLine(entry) !== `${line.dumpId}; ${line.catalogOid} ${line.oid} ${line.text}`) return null;
    agreed.push(entry);
  }
  return agreed;
}

/** A list file for `pg_restore -L`. Only the ids count; the rest is for people who look at it. */
export function renderList(entries: readonly ArchiveEntry[]): string {
  return entries.map((entry) => `${renderTocLine(entry)}\n`).join("");
}
