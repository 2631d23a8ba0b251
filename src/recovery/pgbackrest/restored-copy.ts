import { chmod, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../../base/child-process.ts";
import { IthacaError } from "../../base/errors.ts";
import { scratchDirectory } from "../../base/scratch.ts";
import { spellBytes } from "../../base/spell.ts";
import { describePrograms, findPrograms } from "../../postgres/binaries.ts";
import { findServer } from "../../postgres/clients.ts";
import { dataParent, freeSpace } from "../../postgres/cluster-places.ts";
import { type ClusterSite, openSite, throwawayOf } from "../../postgres/cluster-site.ts";
import type { Throwaway } from "../../postgres/types.ts";
import { showPoint } from "../point-in-time/point.ts";
import { type ArchiveEnd, wholeBy } from "./archive-end.ts";
import { type ControlData, readControlData } from "./control-data.ts";
import { pgbackrestErrors } from "./errors.ts";
import type { PhysicalBackup, Stanza } from "./info.ts";
import { unpreloaded } from "./recovery-settings.ts";
import { type Relay, startRelay } from "./relay.ts";
import { type Replay, replay } from "./replay.ts";
import { openRepository, type Repository } from "./repository.ts";
import { candidates, tooLate } from "./select-backup.ts";
import { readStop, type Stop } from "./stop.ts";

export interface CopyOrder extends Pick<Replay, "point" | "timeline" | "lag" | "signal" | "note"> {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly stanza: string;
  /** A superuser of the original. */
  readonly superuser: string;
}

/** A private server with the files of the original, recovered to a point and promoted. Disposing destroys it. */
export interface RestoredCopy extends Throwaway {
  /** The backup from which its recovery began. */
  readonly backup: PhysicalBackup;
  /** Labels of newer backups that might have led there, and are damaged. */
  readonly damaged: readonly string[];
  readonly stop: Stop;
  readonly site: ClusterSite;
  readonly relay: Relay;
  readonly segmentBytes: number;
  /** Where the archive ended when the recovery began. */
  readonly end: ArchiveEnd;
  /** The program that runs it; PostgreSQL's others lie beside it. */
  readonly postgres: string;
}

/** What the steps of a restore share. */
interface Work extends Replay {
  readonly repository: Repository;
}

/**
 * Restores the cluster of a pgBackRest repository into a private place, replays the archive up to a point, and promotes it.
 * The repository is only read; the server that runs the copy has neither its secrets nor a network; nothing of it outlives its owner.
 *
 * @throws pgbackrest.*: no repository, no backup before the point, an archive that ends before it, not enough space
 */
export async function restoreToPoint(order: CopyOrder): Promise<RestoredCopy> {
  await using stack = new AsyncDisposableStack();
  const site = stack.use(await openSite(order.superuser, {}, unpreloaded));
  // Ours alone: the server's OS user may pass through it, to what has been put there for it.
  const folder = stack.use(await scratchDirectory("archive", await dataParent(site.isolation)));
  await chmod(folder.path, 0o711);
  const scratch = join(folder.path, "pgbackrest");
  await mkdir(scratch, { mode: 0o700 });
  const { environment, stanza: name, signal } = order;
  const repository = openRepository({ environment, stanza: name, scratch, mark: { ITHACA_CLUSTER: site.home } });
  const stanza = await repository.info(signal);
  const postgres = await serverOf(stanza);
  const relay = stack.use(
    await startRelay(folder.path, site.isolation.user, (segment, file) =>
      repository.fetchSegment(segment, file, site.data, signal),
    ),
  );
  const { archive } = stanza;
  const sumOf = async (segment: string) => (archive === null ? null : repository.sumOf(segment, archive, signal));
  const end = { timeline: order.timeline, last: archive?.max ?? null, whole: wholeBy(relay, sumOf) };
  const work: Work = { ...order, site, repository, relay, postgres, major: Number(stanza.major), end };
  const { backup, damaged, control, versionNum } = await recover(work, stanza);
  const stop = await readStop(site.data);
  const owned = stack.move();
  const destroy = async () => {
    const gone = await site.destroy();
    await owned.disposeAsync();
    return gone;
  };
  return {
    ...throwawayOf(site, versionNum),
    backup,
    damaged,
    stop,
    site,
    relay,
    segmentBytes: control.segmentBytes,
    end,
    postgres,
    destroy,
    async [Symbol.asyncDispose]() {
      await destroy();
    },
  };
}

/** A physical copy runs on its own major and no other. */
async function serverOf({ major }: Stanza): Promise<string> {
  const found = await findServer(Number(major)).catch(() => null);
  if (found !== null && String(found.major) === major) return found.postgres;
  const others = describePrograms(await findPrograms("postgres"));
  throw pgbackrestErrors.no_server({ major, found: others === "" ? "no server at all" : others });
}

interface Recovered extends Pick<RestoredCopy, "backup" | "damaged"> {
  readonly control: ControlData;
  readonly versionNum: number;
}

/** Tries the backups that may lead to the point, until one does. */
async function recover(work: Work, stanza: Stanza): Promise<Recovered> {
  const { point, note } = work;
  if (stanza.backups.length === 0) throw pgbackrestErrors.no_backup({ stanza: stanza.name });
  const possible = candidates(stanza.backups, point);
  const damaged: string[] = [];
  let damage: IthacaError | undefined;
  for (const [tries, backup] of possible.entries()) {
    note(`restoring ${backup.label}`);
    try {
      await restoreFiles(work, backup, tries > 0);
    } catch (error) {
      if (!(error instanceof IthacaError) || error.id !== "pgbackrest.damaged") throw error;
      damaged.push(backup.label);
      damage = error;
      continue;
    }
    const control = await readControlData(work.site, work.postgres);
    if (tooLate(point, control)) continue;
    const versionNum = await replay(work, control);
    if (versionNum !== null) return { backup, damaged, control, versionNum };
  }
  throw damage ?? pgbackrestErrors.not_found({ target: showPoint(point), backups: possible.length });
}

async function restoreFiles(work: Work, backup: PhysicalBackup, delta: boolean): Promise<void> {
  const { site, repository, signal } = work;
  const free = await freeSpace(site.home);
  // The log that is replayed needs room besides.
  const needs = backup.sizeBytes * 1.1;
  if (!delta && free !== null && free < needs) {
    throw pgbackrestErrors.no_space({ path: site.home, needs: spellBytes(needs), has: spellBytes(free) });
  }
  const tablespaces = join(site.home, "tablespaces");
  await mkdir(tablespaces, { recursive: true, mode: 0o700 });
  await repository.restore({ label: backup.label, data: site.data, tablespaces, delta, signal });
  // What production's administrators have set there is for production; ours comes on the command line.
  await writeFile(join(site.data, "postgresql.auto.conf"), "");
  await writeFile(join(site.data, "recovery.signal"), "");
  await rm(join(site.data, "standby.signal"), { force: true });
  await writeFile(join(site.home, "hba.conf"), "local all all trust\n");
  await writeFile(join(site.home, "empty.conf"), "");
  const { user } = site.isolation;
  if (user === null) return;
  const { exitCode, stderr } = await run("chown", ["-R", "--no-dereference", `${user.uid}:${user.gid}`, site.home]);
  if (exitCode !== 0) throw pgbackrestErrors.recovery_failed({ why: `its files could not be handed over: ${stderr}` });
}
