import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { run } from "../../src/base/child-process.ts";
import { fixedClock } from "../../src/base/clock.ts";
import { silentProgress } from "../../src/base/progress.ts";
import { findClient } from "../../src/postgres/clients.ts";
import { libpqEnvironment } from "../../src/postgres/libpq-environment.ts";
import type { Target } from "../../src/postgres/types.ts";
import { gatherEvidence } from "../../src/proof/archive/gather.ts";
import type { ArchiveEvidence } from "../../src/proof/archive/types.ts";
import { dropLoader } from "../../src/restore/foreign/loader-role.ts";
import { openForeign } from "../../src/restore/foreign/open-foreign.ts";
import { restoreForeign } from "../../src/restore/foreign/restore-foreign.ts";
import type { ForeignRestore } from "../../src/restore/foreign/types.ts";
import { type TestDatabase, testDatabase } from "./database.ts";
import { databasePlan } from "./proof.ts";
import { type Dump, supabaseDump } from "./supabase-dump.ts";

/** Runs pg_dump or pg_dumpall against a database of the tests' server. */
export function dumper(target: Target): Dump {
  return async (tool, args) => {
    await using connection = await libpqEnvironment(target);
    const { path } = await findClient(tool, 15);
    const { exitCode, stdout, stderr } = await run(path, args, { env: { ...connection.env } });
    if (exitCode !== 0) throw new Error(`${tool}: ${stderr}`);
    return `${stdout}\n`;
  };
}

/** Ways in which people keep a dump. */
export const forms = [
  "custom",
  "custom in zstd",
  "directory",
  "tar",
  "plain",
  "plain in gzip",
  "plain in zstd",
  "plain with INSERTs",
  "supabase db dump",
  "supabase db dump with INSERTs and comments",
] as const;

/** Dumps a database in one of the forms into a folder of its own, and gives what a person would name. */
export async function dumpAs(form: (typeof forms)[number], target: Target, folder: string): Promise<string[]> {
  await mkdir(folder);
  const dump = dumper(target);
  const file = join(folder, "backup");
  const pack = async (compress: (bytes: Buffer) => Buffer, ...args: string[]) => {
    await dump("pg_dump", [...args, "-f", file]);
    await writeFile(`${file}.packed`, compress(await readFile(file)));
    return [`${file}.packed`];
  };
  const write = async (...args: string[]) => {
    await dump("pg_dump", [...args, "-f", file]);
    return [file];
  };
  switch (form) {
    case "custom":
      return write("-Fc");
    case "custom in zstd":
      return pack(zstdCompressSync, "-Fc");
    case "directory":
      return write("-Fd");
    case "tar":
      return write("-Ft");
    case "plain":
      return write("-Fp");
    case "plain in gzip":
      return pack(gzipSync, "-Fp");
    case "plain in zstd":
      return pack(zstdCompressSync, "-Fp");
    case "plain with INSERTs":
      return write("-Fp", "--inserts");
    case "supabase db dump":
      return supabaseDump(dump, folder);
    case "supabase db dump with INSERTs and comments":
      return supabaseDump(dump, folder, { inserts: true, comments: true });
  }
}

/** A copy of an archive in a database of the test's own. */
export interface ForeignCopy extends AsyncDisposable {
  readonly database: TestDatabase;
  readonly restored: ForeignRestore;
  /** Compares the copy, as it is now, with the archive. */
  compare(): Promise<ArchiveEvidence>;
}

/** Loads an archive, and lets a test do something to the copy before it is compared. */
export async function foreignCopy(paths: readonly string[], scratch: string): Promise<ForeignCopy> {
  await using stack = new AsyncDisposableStack();
  const { signal } = new AbortController();
  const database = stack.use(await testDatabase());
  const opened = await openForeign(paths, scratch, signal);
  const { parts } = opened;
  const restored = await restoreForeign({
    parts,
    target: database.target,
    database: databasePlan(),
    progress: silentProgress,
    clock: fixedClock("2026-11-22T02:00:00Z"),
    signal,
  });
  stack.defer(() => dropLoader(database.session, restored.reader.user));
  const held = stack.move();
  return {
    database,
    restored,
    compare: () =>
      gatherEvidence(
        {
          restored,
          reader: restored.reader,
          sources: [...parts.definitions, ...parts.data],
          archiveMajor: Math.floor(database.session.versionNum / 10_000),
          signal,
          note: () => {},
        },
        { promised: opened.promised, digest: `sha256:${opened.digest}`, files: opened.files.length },
      ),
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}
