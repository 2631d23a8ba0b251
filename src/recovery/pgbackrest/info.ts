import { Temporal } from "temporal-polyfill";
import { z } from "zod";
import { pgbackrestErrors } from "./errors.ts";
import { printable } from "./printable.ts";

const seconds = z.int().nonnegative();
const lsn = z.string().regex(/^[0-9A-Fa-f]{1,8}\/[0-9A-Fa-f]{1,8}$/);
const database = z.object({ id: z.int(), "repo-key": z.int().default(1) });

const status = z.object({ code: z.int(), message: z.string() });

/** Codes of a stanza's or repository's status (pgBackRest's source: `info.c`). */
const codes = { ok: 0, noBackup: 2, mixed: 4 } as const;

/** A system identifier is larger than what a number of JavaScript keeps exactly: it is read as text. */
const systemIdentifier = /("system-id"\s*:\s*)(\d+)/g;

/** The parts of `pgbackrest info --output=json` that are read here (its format is documented in pgBackRest's `info` command). */
const infoSchema = z.array(
  z.object({
    name: z.string(),
    status,
    repo: z.array(z.object({ key: z.int().default(1), status })).default([]),
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
    /** The folders that hold it, such as `15-1`: one in each repository. */
    readonly folders: readonly { readonly id: string; readonly repository: number }[];
  } | null;
  /** Of several repositories the one that can be used, and why another cannot; null where all of them can. */
  readonly only: { readonly repository: number; readonly why: string } | null;
}

/**
 * Reads what `pgbackrest info --output=json` says of a stanza.
 *
 * @throws pgbackrest.no_stanza, with pgBackRest's own reason
 */
export function parseInfo(json: string, name: string): Stanza {
  const stanza = readJson(json, name).find((one) => one.name === name);
  if (stanza === undefined) throw pgbackrestErrors.no_stanza({ stanza: name, why: "it is not listed" });
  const only = usableOf(stanza);
  const newest = new Map(stanza.db.map((one) => [one["repo-key"], one]));
  // Each repository numbers the clusters that it has seen by itself.
  const ofCurrent = ({ database: { id, "repo-key": key } }: { database: z.output<typeof database> }) =>
    newest.get(key)?.id === id && (only === null || only.repository === key);
  const current = only === null ? stanza.db.at(-1) : newest.get(only.repository);
  if (current === undefined) throw pgbackrestErrors.no_stanza({ stanza: name, why: "it has no database" });
  const archives = stanza.archive.filter(ofCurrent);
  const ends = archives.flatMap(({ min, max }) => (min === null || max === null ? [] : [min, max])).sort();
  const [min, max] = [ends[0], ends.at(-1)];
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
      min === undefined || max === undefined
        ? null
        : { min, max, folders: archives.map((one) => ({ id: one.id, repository: one.database["repo-key"] })) },
    only,
  };
}

type Listed = z.output<typeof infoSchema>[number];

/** A repository that is away, or that has no backup yet, is no reason to do without another. */
function usableOf({ name, status: { code, message }, repo }: Listed): Stanza["only"] {
  if (code === codes.ok || code === codes.noBackup) return null;
  const unusable = repo.find((one) => one.status.code !== codes.ok);
  const said = unusable?.status.message ?? message;
  const why = /FormatError|CryptoError/.test(said)
    ? "what it holds cannot be deciphered: the cipher passphrase is wrong or missing"
    : printable(said);
  // Where they hold different clusters, nobody here can tell which one is meant.
  const usable = code === codes.mixed ? repo.find((one) => one.status.code === codes.ok) : undefined;
  if (usable === undefined) throw pgbackrestErrors.no_stanza({ stanza: name, why });
  return { repository: usable.key, why: `repository ${unusable?.key}: ${why}` };
}

function readJson(json: string, name: string): z.output<typeof infoSchema> {
  try {
    // pgBackRest quotes what it could not decipher as it is, with bytes that no JSON may hold.
    const clean = json.replaceAll(/\p{Cc}/gu, " ");
    return infoSchema.parse(JSON.parse(clean.replaceAll(systemIdentifier, '$1"$2"')));
  } catch (cause) {
    const why = "its listing has a shape that is not known here (written for pgBackRest 2.45 and newer)";
    throw pgbackrestErrors.no_stanza({ stanza: name, why }, { cause });
  }
}
