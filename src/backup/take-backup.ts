import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../base/clock.ts";
import { IthacaError } from "../base/errors.ts";
import type { Progress } from "../base/progress.ts";
import { writeCensus } from "../census/census-file.ts";
import { type CountOnly, countedOnly } from "../census/count-only.ts";
import { listRelations } from "../census/relations.ts";
import { resolveScope } from "../census/scope.ts";
import type { Census, Scope } from "../census/types.ts";
import { openSessions } from "../census/workers.ts";
import type { DatabasePlan } from "../plan/schema.ts";
import { assertOwnServerSession, refuseTransactionPooler } from "../postgres/pooler.ts";
import { assertMayRead, readServerFacts, type ServerFacts } from "../postgres/server-facts.ts";
import type { Session, Target } from "../postgres/types.ts";
import { type Attempt, attemptBackup } from "./attempt.ts";
import { clientFor } from "./client.ts";
import { checkDump } from "./dump-check.ts";
import { backupErrors } from "./errors.ts";
import type { Manifest } from "./manifest.ts";
import { dumpRoles } from "./roles-dump.ts";
import { backupId, ithacaVersion, writeManifest } from "./write-manifest.ts";

export interface TakeBackupOptions {
  /** The database to back up; it is only ever read. */
  readonly target: Target;
  /** The plan's name of it. */
  readonly name: string;
  readonly database: DatabasePlan;
  /** An empty directory that becomes the backup. The caller removes it where this throws. */
  readonly directory: string;
  readonly progress: Progress;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

export interface TakenBackup {
  readonly manifest: Manifest;
  readonly census: Census;
}

/** What was found out before anything was locked. */
interface Source {
  readonly facts: ServerFacts;
  readonly scope: Scope;
  readonly countOnly: CountOnly;
}

/** Tries before DDL that keeps running makes the backup inconclusive. */
const tries = 2;

/**
 * Takes a backup: a dump and a census of the very same snapshot, the roles, and a manifest over all of it.
 *
 * READ ONLY and without DDL; writers of the source go on, TRUNCATE and DDL on its tables wait until the end. Uses at
 * most the plan's `backup.connections` at any time.
 *
 * @throws errors of the rooms postgres, census and backup: one clear sentence each, without row data
 */
export async function takeBackup(options: TakeBackupOptions): Promise<TakenBackup> {
  const { signal, name } = options;
  await using stack = new AsyncDisposableStack();
  // A session that is closed ends its query: nothing waits for a lock that nobody wants any more.
  const close = () => void stack.disposeAsync();
  signal.addEventListener("abort", close, { once: true });
  try {
    signal.throwIfAborted();
    return await take(options, stack);
  } catch (thrown) {
    if (signal.aborted) throw backupErrors.interrupted({ name }, { cause: thrown });
    if (isDiskFull(thrown)) throw backupErrors.disk_full({ where: options.directory }, { cause: thrown });
    throw thrown;
  } finally {
    signal.removeEventListener("abort", close);
  }
}

async function take(options: TakeBackupOptions, stack: AsyncDisposableStack): Promise<TakenBackup> {
  const { target, name, directory, progress, clock, signal } = options;
  const started = clock.now();
  await mkdir(directory, { recursive: true, mode: 0o700 });
  refuseTransactionPooler(target);
  const [exporter] = await openSessions(stack, target, 1);
  if (exporter === undefined) throw new Error("no session was opened");
  await assertOwnServerSession(exporter);
  const pgDump = await clientFor("pg_dump", exporter.versionNum);
  const { source, attempt } = await attempts(options, exporter);
  for (const { what, why } of source.scope.leftOut) progress.warn(`Left out: ${what}: ${why}`);

  const dumpDirectory = join(directory, "dump");
  await checkDump({
    directory: dumpDirectory,
    serverVersionNum: exporter.versionNum,
    database: name,
    scope: source.scope,
    relations: attempt.relations,
    tables: attempt.census.tables,
  });
  // Locks and snapshot are released by now, and with them a connection for pg_dumpall.
  const order = { target, serverVersionNum: exporter.versionNum, signal };
  await progress.step("Write the roles", () => dumpRoles(order, join(directory, "roles.sql")));
  return progress.step("Write census and manifest", async () => {
    await writeCensus(attempt.census, join(directory, "census.json"));
    const { leftOut, excludedSchemas, excludedTables, excludedRows, excludedExtensions } = source.scope;
    const known = {
      format: 1 as const,
      id: backupId(started, name),
      database: name,
      taken_at: attempt.census.taken_at,
      started_at: started.toISOString(),
      versions: {
        ithaca: ithacaVersion,
        server: source.facts.version,
        server_num: exporter.versionNum,
        pg_dump: pgDump.version,
      },
      server: manifestServer(source.facts),
      left_out: [...leftOut, ...leftOutLargeObjects(attempt)],
      scope: {
        excludedSchemas: [...excludedSchemas],
        excludedTables: [...excludedTables],
        excludedRows: [...excludedRows],
        excludedExtensions: [...excludedExtensions],
      },
    };
    signal.throwIfAborted();
    const manifest = await writeManifest(directory, known, source.facts.sizeBytes ?? 0, () => clock.now());
    return { manifest, census: attempt.census };
  });
}

async function examine(session: Session, { database, clock }: TakeBackupOptions): Promise<Source> {
  const facts = await readServerFacts(session);
  assertMayRead(facts);
  const scope = await resolveScope(session, database);
  return { facts, scope, countOnly: countedOnly(database, await listRelations(session), clock.now()) };
}

/** Tries until no definition changed while the snapshot was dumped; once more, and no oftener. */
async function attempts(options: TakeBackupOptions, exporter: Session): Promise<{ source: Source; attempt: Attempt }> {
  const { progress } = options;
  const dumpDirectory = join(options.directory, "dump");
  for (let count = 1; ; count++) {
    const last = count === tries;
    try {
      const source = await progress.step("Examine the database", () => examine(exporter, options));
      const encoding = source.facts.encoding;
      const attempt = await attemptBackup({ ...options, ...source, exporter, encoding, dumpDirectory });
      if (attempt.changed.length === 0) return { source, attempt };
      if (last) throw backupErrors.definitions_changed({ names: [...attempt.changed] });
    } catch (thrown) {
      if (last || !(thrown instanceof IthacaError && thrown.id === "census.definitions_moved")) throw thrown;
    }
    progress.warn("Definitions changed while the database was being read: starting again, once");
    await rm(dumpDirectory, { recursive: true, force: true });
  }
}

function manifestServer(facts: ServerFacts): Manifest["server"] {
  const { database, encoding, collate, ctype, localeProvider, icuLocale } = facts;
  return { database, encoding, collate, ctype, locale_provider: localeProvider, icu_locale: icuLocale };
}

function leftOutLargeObjects({ largeObjectsLeftOut }: Attempt): Scope["leftOut"] {
  if (!largeObjectsLeftOut) return [];
  const why = "the backup's role may not read all of them: make it their owner, or grant it SELECT on each";
  return [{ what: "large objects", why }];
}

function isDiskFull(thrown: unknown): boolean {
  return thrown instanceof Error && "code" in thrown && (thrown.code === "ENOSPC" || thrown.code === "EDQUOT");
}
