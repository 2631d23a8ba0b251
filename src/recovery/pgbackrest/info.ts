import { Temporal } from "temporal-polyfill";
import { z } from "zod";
import { pgbackrestErrors } from "./errors.ts";
import { printable } from "./printable.ts";

const seconds = z.int().nonnegative();
const lsn = z.string().regex(/^[0-9A-Fa-f]{1,8}\/[0-9A-Fa-f]{1,8}$/);
const database = z.object({ id: z.int(), "repo-key": z.int().default(1) });

/** A system identifier is larger than what a number of JavaScript keeps exactly: it is read as text. */
const systemIdentifier = /("system-id"\s*:\s*)(\d+)/g;

/** The parts of `pgbackrest info --output=json` that are read here (its format is documented in pgBackRest's `info` command). */
const infoSchema = z.array(
  z.object({
    name: z.string(),
    status: z.object({ code: z.int(), message: z.string() }),
    repo: z.array(z.object({ status: z.object({ code: z.int(), message: z.string() }) })).default([]),
    db: z.array(database.extend({ version: z.string(), "system-id": z.string() })),
    archive: z.array(z.object({ id: z.string(), database, min: z.string().nullable(), max: z.string().nullable() })),
    backup: z.array(
      z.object({
        label: z.string().regex(/^\d{8}-\d{6}F(_\d{8}-\d{6}[DI])?$/),
        type: z.enum(["full", "diff", "incr"]),
        error: z.boolean().nullish(),
        database,
        archive: z.object({ start: z.string().nullable(), stop: z.string().nullable() }),
        lsn: z.object({ start: lsn, stop: lsn }).nullish(),
        timestamp: z.object({ start: seconds, stop: seconds }),
        info: z.object({ size: z.int().nonnegative() }),
      }),
    ),
  }),
);

/** One backup of a cluster's files, from which a recovery can begin. */
export interface PhysicalBackup {
  readonly label: string;
  readonly type: "full" | "diff" | "incr";
  /** A copy begun from it is whole from here on: earlier points need an earlier backup. */
  readonly stop: Temporal.Instant;
  readonly stopLsn: string | null;
  /** The first segment that a copy begun from it reads. */
  readonly firstSegment: string | null;
  readonly sizeBytes: number;
}

/** What a repository holds of the current cluster of a stanza. */
export interface Stanza {
  readonly name: string;
  /** Such as `15`. */
  readonly major: string;
  /** The system identifier of the server, as decimal digits. */
  readonly systemId: string;
  /** Newest first; only whole ones. */
  readonly backups: readonly PhysicalBackup[];
  /** First and last segment of the archive; null where there is none. */
  readonly archive: {
    readonly min: string;
    readonly max: string;
    /** The folder that holds it, such as `15-1`, and the number of its repository. */
    readonly id: string;
    readonly repository: number;
  } | null;
}

/**
 * Reads what `pgbackrest info --output=json` says of a stanza.
 *
 * @throws pgbackrest.no_stanza, with pgBackRest's own reason
 */
export function parseInfo(json: string, name: string): Stanza {
  const stanza = readJson(json, name).find((one) => one.name === name);
  if (stanza === undefined) throw pgbackrestErrors.no_stanza({ stanza: name, why: "it is not listed" });
  // 2 is a stanza that has no backup yet.
  if (stanza.status.code !== 0 && stanza.status.code !== 2) {
    const why = stanza.repo.find(({ status }) => status.code !== 0)?.status.message ?? stanza.status.message;
    throw pgbackrestErrors.no_stanza({ stanza: name, why: printable(why) });
  }
  const current = stanza.db.at(-1);
  if (current === undefined) throw pgbackrestErrors.no_stanza({ stanza: name, why: "it has no database" });
  const ofCurrent = (one: { database: { id: number } }) => one.database.id === current.id;
  const archive = stanza.archive.filter(ofCurrent).at(-1);
  return {
    name,
    major: current.version.split(".")[0] ?? current.version,
    systemId: current["system-id"],
    backups: stanza.backup
      .filter((backup) => ofCurrent(backup) && backup.error !== true)
      .map(({ label, type, timestamp, lsn, info, archive: log }) => ({
        label,
        type,
        stop: Temporal.Instant.fromEpochMilliseconds(timestamp.stop * 1000),
        stopLsn: lsn?.stop ?? null,
        firstSegment: log.start,
        sizeBytes: info.size,
      }))
      .sort((a, b) => Temporal.Instant.compare(b.stop, a.stop)),
    archive:
      archive?.min == null || archive.max == null
        ? null
        : { min: archive.min, max: archive.max, id: archive.id, repository: archive.database["repo-key"] },
  };
}

function readJson(json: string, name: string): z.output<typeof infoSchema> {
  try {
    return infoSchema.parse(JSON.parse(json.replaceAll(systemIdentifier, '$1"$2"')));
  } catch (cause) {
    const why = "its listing has a shape that is not known here (written for pgBackRest 2.45 and newer)";
    throw pgbackrestErrors.no_stanza({ stanza: name, why }, { cause });
  }
}
