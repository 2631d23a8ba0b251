import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { stopwatch } from "../base/clock.ts";
import { IthacaError } from "../base/errors.ts";
import { scratchDirectory } from "../base/scratch.ts";
import { keepsItsLog } from "../plan/own-log.ts";
import { connectToRead } from "../postgres/pooler.ts";
import { segmentName } from "../postgres/wal-segments.ts";
import { collect, type Judged } from "../proof/platform/all.ts";
import { type ArchiveContents, type ArchivingServer, archiveChecks, type Told } from "../proof/platform/archive.ts";
import type { Stanza } from "../recovery/pgbackrest/info.ts";
import { openRepository, type Repository } from "../recovery/pgbackrest/repository.ts";
import { recoverySql } from "../recovery/sql.ts";
import type { Keeper } from "../report/model.ts";
import type { UseCaseContext } from "./context.ts";
import { type Subject, sourceTarget } from "./subject.ts";

/** What a look at the team's own log came to. */
export interface ArchiveLook extends Judged {
  readonly keepers: readonly Keeper[];
}

/** How often, and how many seconds apart, the archive is asked whether it has come up with the server. */
export interface Patience {
  readonly tries: number;
  readonly pauseSeconds: number;
}

/** A segment of a busy server takes a minute or two to arrive. */
const usualPatience: Patience = { tries: 6, pauseSeconds: 30 };

const serverSql = recoverySql("point-in-time/archiving-server");
const serverRow = z.object({
  identifier: z.string(),
  lsn: z.string().nullable(),
  timeline: z
    .string()
    .regex(/^[0-9A-F]{8}$/)
    .nullable(),
  segment_bytes: z.int(),
  mode: z.string(),
  timeout: z.int(),
  failing: z.string().nullable(),
});

/** Why something could not be asked; an interruption, wrong input and a fault of ours are no such reason. */
function untold(thrown: unknown): { readonly untold: string } {
  if (!(thrown instanceof IthacaError) || thrown.kind === "interrupted" || thrown.kind === "input") throw thrown;
  return { untold: thrown.message };
}

async function askServer(context: UseCaseContext, { database }: Subject): Promise<Told<ArchivingServer>> {
  const target = sourceTarget(context, database);
  if (target === null) return { untold: `${database.url_secret} is not set, so the server cannot be asked` };
  try {
    await using session = await connectToRead(target);
    const {
      identifier,
      lsn,
      timeline,
      segment_bytes: segmentBytes,
      ...rest
    } = serverRow.parse((await session.query(serverSql))[0]);
    if (lsn === null || timeline === null)
      return { untold: "the connection leads to a standby, which archives nothing" };
    const branch = Number.parseInt(timeline, 16);
    const finished = segmentName(branch, lsn, segmentBytes, -1);
    return { systemId: identifier, timeline: branch, finished, segmentBytes, ...rest };
  } catch (error) {
    return untold(error);
  }
}

/** Asks until the archive has what was finished when the look began, or nobody would wait any longer. */
async function patiently(
  context: UseCaseContext,
  repository: Repository,
  server: Told<ArchivingServer>,
  { tries, pauseSeconds }: Patience,
): Promise<Stanza> {
  for (let attempt = 1; ; attempt += 1) {
    const stanza = await repository.info(context.signal);
    const { max = "" } = stanza.archive ?? {};
    if ("untold" in server || max >= server.finished || attempt >= tries) return stanza;
    await sleep(pauseSeconds * 1000, undefined, { signal: context.signal }).catch(() =>
      context.signal.throwIfAborted(),
    );
  }
}

async function contentsOf(
  context: UseCaseContext,
  repository: Repository,
  stanza: Stanza,
): Promise<Told<ArchiveContents>> {
  // A recovery does without it; a night that says nothing of it would be the one in which it was lost.
  if (stanza.only !== null) return { untold: `pgBackRest's ${stanza.only.why}` };
  const oldest = stanza.backups.at(-1);
  const { archive, systemId } = stanza;
  const listed = archive === null ? [] : await repository.segments(archive, context.signal).catch(untold);
  return {
    systemId,
    reachesBackTo: oldest === undefined ? null : new Date(oldest.stop.epochMilliseconds),
    firstNeeded: oldest?.firstSegment ?? null,
    segments: listed,
  };
}

function keeperOf({ backups }: Stanza, now: Date): Keeper {
  const [newest] = backups;
  const takenAt = newest?.stop.toString({ smallestUnit: "second" });
  const age = newest === undefined ? 0 : Math.max(0, (now.getTime() - newest.stop.epochMilliseconds) / 1000);
  return {
    place: "archive",
    newest: newest === undefined || takenAt === undefined ? null : { id: newest.label, taken_at: takenAt, age_s: age },
    count: backups.length,
    size_bytes: newest?.sizeBytes ?? null,
    usual_bytes: null,
  };
}

/**
 * Looks at the log that the team's own server archives: is it this server's, does it reach back as far as the plan
 * promises, without a gap, and does it keep up? Nothing is restored, and production is only asked. Where the plan names no such log nothing is done.
 */
export async function checkArchive(
  context: UseCaseContext,
  subject: Subject,
  patience: Patience = usualPatience,
): Promise<ArchiveLook> {
  const { name, database, plan } = subject;
  if (!keepsItsLog(database)) return { checks: [], notCovered: [], keepers: [] };
  return context.progress.step("Check the archive of the log", async () => {
    const seconds = stopwatch();
    const server = await askServer(context, subject);
    await using scratch = await scratchDirectory("pgbackrest");
    const stanza = database.point_in_time.stanza ?? name;
    const { environment } = context;
    const repository = openRepository({ environment, stanza, scratch: scratch.path });
    const found = await patiently(context, repository, server, patience).catch(untold);
    const contents = "untold" in found ? found : await contentsOf(context, repository, found);
    const now = context.clock.now();
    const { window } = database.point_in_time;
    const facts = { now, window, rpo: plan.objectives.rpo, contents, server, waited: seconds() };
    const outcomes = archiveChecks.map((check) => ({ check, outcome: check.judge(facts) }));
    const keepers = "untold" in found ? [] : [keeperOf(found, now)];
    return { ...collect(outcomes, database.exceptions, now), keepers };
  });
}
