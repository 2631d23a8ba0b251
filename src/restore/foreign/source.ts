import { createWriteStream } from "node:fs";
import { basename, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { run, runStreaming } from "../../base/child-process.ts";
import { findClient } from "../../postgres/clients.ts";
import { DamagedArchive, readArchive } from "../archive.ts";
import { checkArchiveFiles } from "../archive-files.ts";
import { unpacked } from "./bytes.ts";
import type { FoundArchive } from "./detect.ts";
import { archiveErrors } from "./errors.ts";
import { SqlScanner } from "./sql-scanner.ts";
import { kindOf } from "./statement.ts";
import { isWholeTar } from "./tar-check.ts";
import type { SqlSource } from "./types.ts";

/** What an archive's own header says. */
export interface ArchiveHeader {
  /** `2026-11-22T02:00:00Z` by the clock of the machine that dumped; null where it does not say. */
  readonly takenAt: string | null;
  readonly serverVersion: string | null;
  readonly dumpVersion: string | null;
}

export const noHeader: ArchiveHeader = { takenAt: null, serverVersion: null, dumpVersion: null };

/** Reads the comments that head the output of `pg_restore -l`. */
function parseHeader(listing: string): ArchiveHeader {
  const [, date, time] = /^; Archive created at (\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)/m.exec(listing) ?? [];
  return {
    takenAt: date === undefined ? null : `${date}T${time}Z`,
    serverVersion: /^;\s+Dumped from database version: (.+?)\s*$/m.exec(listing)?.[1] ?? null,
    dumpVersion: /^;\s+Dumped by pg_dump version: (.+?)\s*$/m.exec(listing)?.[1] ?? null,
  };
}

/** An archive that pg_restore turns into SQL. */
export interface OpenedArchiveFile {
  readonly header: ArchiveHeader;
  readonly source: SqlSource;
  /** Of the database that was dumped; null where the archive does not say. */
  readonly locale: ArchivedLocale | null;
  /** Number of tables whose rows its table of contents promises. */
  readonly promised: number;
}

async function checkDirectory(path: string): Promise<void> {
  try {
    const { entries } = await readArchive(path);
    const [bad] = await checkArchiveFiles(path, entries);
    if (bad !== undefined) throw archiveErrors.damaged({ path, why: bad.message });
  } catch (thrown) {
    if (thrown instanceof DamagedArchive) throw archiveErrors.damaged({ path, why: thrown.message }, { cause: thrown });
    throw thrown;
  }
}

/**
 * Opens a pg_dump archive for reading as SQL. One that is packed as a whole is unpacked into `scratch` first, because
 * pg_restore wants to find its way about in it.
 *
 * @throws archive.cut, archive.damaged, postgres.client_missing, postgres.client_too_old
 */
export async function openArchiveFile(
  found: Extract<FoundArchive, { needsMajor: number }>,
  scratch: string,
  signal: AbortSignal,
): Promise<OpenedArchiveFile> {
  const { path } = await findClient("pg_restore", found.needsMajor);
  let file = found.path;
  if (found.packing !== "none") {
    file = join(scratch, `unpacked-${basename(found.path)}`);
    await pipeline(Readable.from(unpacked(found.path, found.packing)), createWriteStream(file, { mode: 0o600 }));
  }
  if (found.form === "directory") await checkDirectory(file);
  if (found.form === "tar" && !(await isWholeTar(file))) {
    throw archiveErrors.cut({ path: found.path, where: "the end of its tar data is missing" });
  }
  const listing = await run(path, ["--list", file], { signal });
  signal.throwIfAborted();
  if (listing.exitCode !== 0)
    throw archiveErrors.damaged({ path: found.path, why: "pg_restore cannot read its table of contents" });
  const promised = listing.stdout.split("\n").filter((line) => /^\d+; \d+ \d+ TABLE DATA /.test(line)).length;
  return {
    header: parseHeader(listing.stdout),
    promised,
    locale: await localeIn(runStreaming(path, ["--create", "--schema-only", "--file=-", file], { signal }).stdout),
    source: {
      path: found.path,
      async *bytes() {
        const tool = runStreaming(path, ["--file=-", file], { signal });
        yield* tool.stdout;
        const { exitCode } = await tool.result;
        signal.throwIfAborted();
        if (exitCode === 0) return;
        throw archiveErrors.damaged({ path: found.path, why: "pg_restore cannot read it to its end" });
      },
    },
  };
}

/** A plain SQL file as a stream of SQL. */
export function sqlFileSource(found: Extract<FoundArchive, { form: "sql" }>): SqlSource {
  return { path: found.path, bytes: () => unpacked(found.path, found.packing) };
}

/** Encoding and locale of the database that was dumped. */
export interface ArchivedLocale {
  readonly encoding: string;
  readonly collate: string;
  readonly ctype: string;
  readonly provider: string;
  readonly icuLocale: string | null;
}

/** Reads `CREATE DATABASE ... ENCODING = 'UTF8' LOCALE = '...'`; null where it says nothing of a locale. */
function readLocale(sql: string): ArchivedLocale | null {
  const value = (name: string) =>
    new RegExp(`\\b${name} = (?:'([^']*)'|(\\w+))`).exec(sql)?.slice(1).find(Boolean) ?? null;
  const locale = value("LOCALE");
  const collate = value("LC_COLLATE") ?? locale;
  if (!/^\s*CREATE DATABASE\b/.test(sql) || collate === null) return null;
  return {
    encoding: value("ENCODING") ?? "UTF8",
    collate,
    ctype: value("LC_CTYPE") ?? locale ?? collate,
    provider: value("LOCALE_PROVIDER") ?? "libc",
    icuLocale: value("ICU_LOCALE") ?? value("BUILTIN_LOCALE"),
  };
}

/** The locale that the first CREATE DATABASE of a stream of SQL names. Reads no further. */
export async function localeIn(bytes: AsyncIterable<Buffer>): Promise<ArchivedLocale | null> {
  const scanner = new SqlScanner();
  let definitions = 0;
  for await (const chunk of bytes) {
    for (const event of scanner.push(chunk)) {
      if (event.kind !== "statement") continue;
      const locale = readLocale(event.sql);
      if (locale !== null) return locale;
      if (kindOf(event.sql) === "definition") definitions += 1;
    }
    if (definitions > 0) return null;
  }
  return null;
}
