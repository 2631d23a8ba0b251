import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../base/clock.ts";
import { IthacaError, messageOf } from "../base/errors.ts";
import type { Progress } from "../base/progress.ts";
import { writeCensus } from "../census/census-file.ts";
import { type CountOnly, countedOnly } from "../census/count-only.ts";
import { type LargeObjectAccess, largeObjectAccess } from "../census/large-objects.ts";
import { listRelations } from "../census/relations.ts";
import { resolveScope } from "../census/scope.ts";
import { reading } from "../census/transaction.ts";
import type { Census, Scope } from "../census/types.ts";
import { openSessions } from "../census/workers.ts";
import type { DatabasePlan } from "../plan/schema.ts";
import { refuseIpv6Only } from "../postgres/ipv6.ts";
import { refuseLentSessions, refuseTransactionPooler } from "../postgres/pooler.ts";
import { assertMayRead, readServerFacts, type ServerFacts } from "../postgres/server-facts.ts";
import type { Session, Target } from "../postgres/types.ts";
import { type Attempt, attemptBackup } from "./attempt.ts";
import { type Client, prepareClient } from "./client.ts";
import { backupErrors } from "./errors.ts";
import type { Manifest } from "./manifest.ts";
import { backupId, ithacaVersion, writeManifest } from "./write-manifest.ts";

export interface TakeBackupOptions {
  /** The database to back up; it is only ever read. */
  readonly target: Target;
  /** The plan's name of it. */
  readonly name: string;
  readonly database: DatabasePlan;
  /** An empty directory that becomes the backup. The caller removes it where this throws. */
  readonly directory: string;
  /** When the data is of, where that is not now: the target is a copy of an earlier point in time. */
  readonly asOf?: Date;
  /** The newest link of the evidence chain, to be remembered in the manifest; none unless told otherwise. */
  readonly evidence?: Manifest["evidence"];
  readonly progress: Progress;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

export interface TakenBackup {
  readonly manifest: Manifest;
  readonly census: Census;
  /** How long the source held the snapshot open. */
  readonly snapshotSeconds: number;
}

/** What was found out before anything was locked. */
interface Source {
  readonly facts: ServerFacts;
  readonly scope: Scope;
  readonly countOnly: CountOnly;
  readonly largeObjects: LargeObjectAccess;
}

/**
 * What makes another try worth while, and how many. Definitions that keep changing make a backup inconclusive. A
 * collision says nothing about the database: somebody waited for a table between two of our locks on it.
 */
const retries: Readonly<Record<string, number>> = { "census.definitions_moved": 1, "backup.dump_collided": 8 };

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
  await refuseIpv6Only(target);
  await refuseLentSessions(target);
  const [exporter] = await openSessions(stack, target, 1);
  if (exporter === undefined) throw new Error("no session was opened");
  // Not in the stack, which is closed already where the run was stopped meanwhile: the password's file would stay.
  await using pgDump = await prepareClient("pg_dump", target, exporter.versionNum);
  const { source, attempt } = await attempts(options, exporter, pgDump);
  for (const { what, why } of source.scope.leftOut) progress.warn(`Left out: ${what}: ${why}`);

  return progress.step("Write census and manifest", async () => {
    const { asOf } = options;
    const census = asOf === undefined ? attempt.census : { ...attempt.census, taken_at: asOf.toISOString() };
    await writeCensus(census, join(directory, "census.json"));
    const { leftOut, excludedSchemas, excludedTables, excludedRows, excludedExtensions } = source.scope;
    const known = {
      format: 1 as const,
      id: backupId(asOf ?? started, name),
      database: name,
      taken_at: census.taken_at,
      started_at: started.toISOString(),
      versions: {
        ithaca: ithacaVersion,
        server: source.facts.version,
        server_num: exporter.versionNum,
        pg_dump: pgDump.version,
      },
      server: manifestServer(source.facts),
      evidence: options.evidence ?? null,
      left_out: [...leftOut, ...leftOutLargeObjects(source)],
      scope: {
        excludedSchemas: [...excludedSchemas],
        excludedTables: [...excludedTables],
        excludedRows: [...excludedRows],
        excludedExtensions: [...excludedExtensions],
      },
    };
    signal.throwIfAborted();
    const databaseBytes = source.facts.sizeBytes ?? 0;
    const manifest = await writeManifest(directory, known, attempt.files, databaseBytes, () => clock.now());
    return { manifest, census, snapshotSeconds: attempt.snapshotSeconds };
  });
}

async function examine(session: Session, { database, clock }: TakeBackupOptions): Promise<Source> {
  const facts = await readServerFacts(session);
  assertMayRead(facts);
  const scope = await resolveScope(session, database);
  const countOnly = countedOnly(database, await listRelations(session), clock.now());
  const largeObjects = await reading(session, {}, () => largeObjectAccess(session));
  return { facts, scope, countOnly, largeObjects };
}

/**
 * Tries until a snapshot was dumped and counted in which no definition changed. After a collision pg_dump goes on with
 * one job: more of them ask for each table's lock again, so that whoever waits for a table ends the dump.
 */
async function attempts(
  options: TakeBackupOptions,
  exporter: Session,
  pgDump: Client,
): Promise<{ source: Source; attempt: Attempt }> {
  const { progress } = options;
  const dumpDirectory = join(options.directory, "dump");
  const left = new Map(Object.entries(retries));
  let jobs = options.database.backup.jobs;
  let definitionsLate = true;
  for (;;) {
    try {
      const source = await progress.step("Examine the database", () => examine(exporter, options));
      const encoding = source.facts.encoding;
      const order = { ...options, ...source, exporter, pgDump, encoding, dumpDirectory, jobs, definitionsLate };
      const attempt = await attemptBackup(order);
      if (attempt !== null) return { source, attempt };
      progress.warn("Starting again: definitions changed right after the snapshot, before they were read.");
      definitionsLate = false;
    } catch (thrown) {
      const id = thrown instanceof IthacaError ? reasonToRetry(thrown) : "";
      const count = left.get(id) ?? 0;
      if (count === 0 || options.signal.aborted) throw thrown;
      left.set(id, count - 1);
      if (id === "backup.dump_collided") jobs = 1;
      progress.warn(`Starting again: ${messageOf(thrown)}`);
    }
    await rm(dumpDirectory, { recursive: true, force: true });
  }
}

/** Changed definitions are one reason, whether the reading stumbled over them or they were found afterwards. */
function reasonToRetry({ id }: IthacaError): string {
  return id === "backup.definitions_changed" ? "census.definitions_moved" : id;
}

function manifestServer(facts: ServerFacts): Manifest["server"] {
  const { database, encoding, collate, ctype, localeProvider, icuLocale } = facts;
  return { database, encoding, collate, ctype, locale_provider: localeProvider, icu_locale: icuLocale };
}

function leftOutLargeObjects({ largeObjects }: Source): Scope["leftOut"] {
  if (largeObjects !== "forbidden") return [];
  const why = "the backup's role may not read all of them: make it their owner, or grant it SELECT on each";
  return [{ what: "large objects", why }];
}

function isDiskFull(thrown: unknown): boolean {
  return thrown instanceof Error && "code" in thrown && (thrown.code === "ENOSPC" || thrown.code === "EDQUOT");
}
