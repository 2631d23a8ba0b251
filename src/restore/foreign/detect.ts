import { stat } from "node:fs/promises";
import { join } from "node:path";
import { firstBytes, type Packing, packingOf, unpackedHead } from "./bytes.ts";
import { archiveErrors } from "./errors.ts";
import { SqlScanner } from "./sql-scanner.ts";
import { kindOf } from "./statement.ts";

/** What a plain SQL file holds: a whole database, or one of the three parts that `supabase db dump` writes. */
export type SqlPart = "whole" | "roles" | "schema" | "data";

/** A file or directory that somebody named, and what it turned out to be. */
export type FoundArchive =
  | {
      readonly form: "custom" | "directory" | "tar";
      readonly path: string;
      readonly packing: Packing;
      /** The major of the oldest pg_restore that reads it. */
      readonly needsMajor: number;
    }
  | {
      readonly form: "sql";
      readonly path: string;
      readonly packing: Packing;
      readonly part: SqlPart;
      readonly ofSupabase: boolean;
    };

/** So much is looked at. Comments of a dump's head are short, and the first definitions come at once. */
const headBytes = 512 * 1024;

/** Format versions of archives and the major whose pg_dump writes them first. */
function needsMajor(minor: number): number {
  if (minor >= 16) return 17;
  return minor === 15 ? 16 : 12;
}

/** First bytes of OpenPGP messages: a session key by public key or by passphrase, in old and new packet form. */
const openPgp: ReadonlySet<number> = new Set([0x84, 0x85, 0x8c, 0xc1, 0xc3]);

const beginsWith = (head: Buffer, hex: string) => head.toString("hex", 0, hex.length / 2) === hex;

/** The name of a ZIP file's first member. */
const firstInZip = (head: Buffer) => (head.length < 30 ? "" : head.toString("latin1", 30, 30 + head.readUInt16LE(26)));

const { encrypted, not_a_dump: notADump, tables_only: tablesOnly } = archiveErrors;

/** What people name by mistake, by how it begins. */
const foreign: readonly {
  readonly is: (text: string, head: Buffer) => boolean;
  readonly refuse: (path: string) => Error;
}[] = [
  {
    is: (text) => /^age-encryption\.org\/|^-----BEGIN AGE/.test(text),
    refuse: (path) => encrypted({ path, by: "age" }),
  },
  {
    is: (text, head) =>
      text.startsWith("-----BEGIN PGP MESSAGE") || (openPgp.has(head[0] ?? 0) && looksBinary(text.slice(0, 4096))),
    refuse: (path) => encrypted({ path, by: "gpg" }),
  },
  { is: (text) => text.startsWith("Salted__"), refuse: (path) => encrypted({ path, by: "openssl" }) },
  {
    is: (_, head) => beginsWith(head, "504b0304") && /\.csv$/i.test(firstInZip(head)),
    refuse: (path) => tablesOnly({ path, found: "a ZIP file" }),
  },
  ...Object.entries({
    "504b0304": "a ZIP file",
    "425a68": "packed with bzip2",
    fd377a585a00: "packed with xz",
    "04224d18": "packed with lz4",
    "377abcaf271c": "packed with 7-Zip",
  }).map(([bytes, found]) => ({
    is: (_: string, head: Buffer) => beginsWith(head, bytes),
    refuse: (path: string) => notADump({ path, found: `${found} (unpack it and name what is in it)` }),
  })),
  {
    is: (_, head) => beginsWith(head, "fffe") || beginsWith(head, "feff"),
    refuse: (path) => notADump({ path, found: "a text in UTF-16, as PowerShell's > writes it (use pg_dump --file)" }),
  },
  {
    is: (text, head) => /^-- PostgreSQL database cluster dump/m.test(text) && partOf(head) !== "roles",
    refuse: (path) => notADump({ path, found: "pg_dumpall's dump of a whole server (use pg_dump for each database)" }),
  },
  {
    is: (text) => /^\s*(?:<\?xml[^>]*>\s*)?<(?:!doctype|html|head|body|error)/i.test(text),
    refuse: (path) => notADump({ path, found: "a page of HTML or XML, such as a server sends instead of a file" }),
  },
  { is: (text) => /^\s*[[{]\s*["\]}[{]/.test(text), refuse: (path) => notADump({ path, found: "JSON" }) },
  {
    is: (text) => text.startsWith("SQLite format 3"),
    refuse: (path) => notADump({ path, found: "an SQLite database" }),
  },
  {
    is: (text) => /^-- (?:MySQL|MariaDB) dump/.test(text),
    refuse: (path) => notADump({ path, found: "a dump of MySQL" }),
  },
];

/** Names that `supabase db dump` writes quoted, and the line with which its data begins. */
const ofSupabase = /"(?:anon|authenticated|service_role|supabase_\w+)"|^SET session_replication_role = replica;/m;

/** Control characters that no text has. */
const looksBinary = (text: string) =>
  [...text].some((letter) => letter < "\t" || (letter > "\r" && letter < " " && letter !== "\x1b"));

/** Whether the first line reads as a CSV header: names with commas between, no SQL. */
function looksLikeCsv(text: string): boolean {
  const [first = "", second = ""] = text.split(/\r?\n/, 2);
  const fields = first.split(/[,;\t]/).length;
  return fields > 1 && /^[\w "']+([,;\t][\w "']*)+$/.test(first) && second.split(/[,;\t]/).length >= fields;
}

/** Decides what a plain SQL file is by the kinds of its first statements. */
function partOf(head: Buffer): SqlPart | null {
  const seen = { definitions: 0, rows: 0, roles: 0, settings: 0, replica: false };
  const scanner = new SqlScanner();
  for (const event of scanner.push(head)) {
    if (event.kind !== "statement") continue;
    const kind = kindOf(event.sql);
    if (/session_replication_role/.test(event.sql) && kind === "setting") seen.replica = true;
    // What is said of large objects goes with their bytes, and tablespaces with the roles of a server.
    if (/^\s*\w+\s+(?:TABLESPACE\b|[^'"]*\bLARGE OBJECT \d)/i.test(event.sql)) continue;
    if (kind === "copy-in" || kind === "insert" || kind === "setval" || kind === "large-object") seen.rows += 1;
    else if (kind === "role") seen.roles += 1;
    else if (kind === "setting") seen.settings += 1;
    else if (kind !== "change" && kind !== "transaction" && kind !== "authorization") seen.definitions += 1;
  }
  if (seen.definitions > 0)
    return seen.rows > 0 || /^-- PostgreSQL database dump/m.test(head.toString("latin1")) ? "whole" : "schema";
  if (seen.rows > 0 || seen.replica) return "data";
  if (seen.roles > 0) return "roles";
  return seen.settings > 0 ? "roles" : null;
}

async function detectDirectory(path: string): Promise<FoundArchive> {
  const head = await firstBytes(join(path, "toc.dat"), 16).catch(() => null);
  if (head === null) {
    const found = "a directory without toc.dat";
    throw archiveErrors.not_a_dump({ path, found });
  }
  if (head.toString("latin1", 0, 5) !== "PGDMP") {
    throw archiveErrors.damaged({ path, why: "its toc.dat does not begin as pg_dump's does" });
  }
  return { form: "directory", path, packing: "none", needsMajor: needsMajor(head[6] ?? 0) };
}

/** Where the header of a tar archive's first member names pg_dump's table of contents, and the member's own bytes. */
function tarHead(head: Buffer): Buffer | null {
  const isTar = head.toString("latin1", 257, 262) === "ustar";
  return isTar && /^toc\.dat\0/.test(head.toString("latin1", 0, 100)) ? head.subarray(512) : null;
}

/**
 * Finds out what a path holds by its bytes, never by its name.
 *
 * @throws one error of kind `input` for each thing that is no backup of a database; `failed` for one that is damaged
 */
export async function detectArchive(path: string): Promise<FoundArchive> {
  const found = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    const why = cause.code === "ENOENT" ? "it does not exist" : `the system says ${cause.code}`;
    throw archiveErrors.unreadable({ path, why }, { cause });
  });
  if (found.isDirectory()) return detectDirectory(path);
  if (!found.isFile()) throw archiveErrors.not_a_dump({ path, found: "neither a file nor a directory" });
  if (found.size === 0) throw archiveErrors.empty({ path });
  const packing = packingOf(await firstBytes(path, 4));
  const head = await unpackedHead(path, packing, headBytes);
  if (head.length === 0) throw archiveErrors.empty({ path });
  if (head.toString("latin1", 0, 5) === "PGDMP") {
    return { form: "custom", path, packing, needsMajor: needsMajor(head[6] ?? 0) };
  }
  const toc = tarHead(head);
  if (toc !== null) return { form: "tar", path, packing, needsMajor: needsMajor(toc[6] ?? 0) };
  const text = head.toString("latin1");
  const mistake = foreign.find(({ is }) => is(text, head));
  if (mistake !== undefined) throw mistake.refuse(path);
  if (head.toString("latin1", 257, 262) === "ustar") {
    throw archiveErrors.not_a_dump({
      path,
      found: "a tar file that is not pg_dump's own (unpack it and name what is in it)",
    });
  }
  if (looksBinary(text.slice(0, 4096)))
    throw archiveErrors.not_a_dump({ path, found: "a binary file of unknown kind" });
  const part = partOf(head);
  if (part === null && looksLikeCsv(text)) throw archiveErrors.tables_only({ path, found: "a CSV file" });
  if (part === null && /^-- PostgreSQL database dump/m.test(text))
    throw archiveErrors.cut({ path, where: "nothing follows its first lines" });
  if (part === null) throw archiveErrors.not_a_dump({ path, found: "a text without SQL statements" });
  return { form: "sql", path, packing, part, ofSupabase: ofSupabase.test(text) };
}
