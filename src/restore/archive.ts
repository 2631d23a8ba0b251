import { readFile } from "node:fs/promises";
import { join } from "node:path";

/*
 * The table of contents of pg_dump's directory format, read exactly. `pg_restore -l` prints names without quotes and
 * with line breaks taken out, so `a b` in schema `c` and `b` in schema `c a` look alike, and it says nothing of file
 * names, which a hostile archive could point at any file of this machine. Layout: src/bin/pg_dump/pg_backup_archiver.c
 * (ReadHead, ReadToc) and pg_backup_directory.c, format versions 1.12 (PostgreSQL 9.0) to 1.16 (17 and 18).
 */

/** One entry of an archive's table of contents. */
export interface ArchiveEntry {
  readonly dumpId: number;
  /** Catalog and object id on the source; `0` where there is none. A table and its data share the object id. */
  readonly catalogOid: string;
  readonly oid: string;
  /** What it is: `TABLE`, `TABLE DATA`, `POLICY`, ... */
  readonly desc: string;
  readonly namespace: string | null;
  readonly tag: string;
  readonly owner: string;
  readonly tablespace: string | null;
  /** The SQL that makes it; empty for data. */
  readonly defn: string;
  /** For table data: `COPY schema.table (columns) FROM stdin;`; empty where rows are INSERTs or there are none. */
  readonly copyStatement: string;
  readonly dependencies: readonly number[];
  /** Name of its file in the archive's directory; empty where it has none. */
  readonly fileName: string;
}

export interface Archive {
  /** Minor number of the archive format: 14 for PostgreSQL 12 to 15, 15 for 16, 16 for 17 and 18. */
  readonly formatMinor: number;
  readonly entries: readonly ArchiveEntry[];
}

/** The bytes are not a table of contents that pg_dump could have written. */
export class DamagedArchive extends Error {
  override readonly name = "DamagedArchive";
}

/** A directory's toc.dat says `tar`: the two formats share it. */
const tarFormat = 3;
const oldestMinor = 12;
const newestMinor = 16;

/** Reads the archive's bytes from front to back; every step checks that they suffice. */
class ByteReader {
  private position = 0;
  private integerBytes = 4;
  private readonly bytes: Buffer;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  take(length: number): Buffer {
    const end = this.position + length;
    if (length < 0 || end > this.bytes.length) throw new DamagedArchive("it ends in the middle of an entry");
    const slice = this.bytes.subarray(this.position, end);
    this.position = end;
    return slice;
  }

  byte(): number {
    return this.take(1).readUInt8();
  }

  /** From here on integers have this many bytes, as the header says. */
  setIntegerBytes(count: number): void {
    if (count !== 4) throw new DamagedArchive(`its integers have ${count} bytes instead of 4`);
    this.integerBytes = count;
  }

  integer(): number {
    const sign = this.byte();
    if (sign > 1) throw new DamagedArchive("an integer has no valid sign");
    const value = this.take(this.integerBytes).readUInt32LE();
    return sign === 1 ? -value : value;
  }

  /** A string, or null where the archive has none. Names in an encoding other than UTF-8 are read byte by byte. */
  text(): string | null {
    const length = this.integer();
    if (length < 0) return null;
    const bytes = this.take(length);
    const text = bytes.toString("utf8");
    return text.includes("\uFFFD") ? bytes.toString("latin1") : text;
  }

  get atEnd(): boolean {
    return this.position === this.bytes.length;
  }
}

function readHead(reader: ByteReader): number {
  if (reader.take(5).toString("latin1") !== "PGDMP") throw new DamagedArchive("it does not begin as an archive does");
  const major = reader.byte();
  const minor = reader.byte();
  reader.byte();
  if (major !== 1 || minor < oldestMinor || minor > newestMinor) {
    throw new DamagedArchive(`its format version ${major}.${minor} is not known`);
  }
  reader.setIntegerBytes(reader.byte());
  reader.byte();
  if (reader.byte() !== tarFormat) throw new DamagedArchive("it is not in directory format");
  if (minor >= 15) reader.byte();
  else reader.integer();
  for (let part = 0; part < 7; part += 1) reader.integer();
  for (let name = 0; name < 3; name += 1) reader.text();
  return minor;
}

function readDependencies(reader: ByteReader): number[] {
  const ids: number[] = [];
  for (let id = reader.text(); id !== null; id = reader.text()) {
    if (!/^\d+$/.test(id)) throw new DamagedArchive("an entry depends on something that is not an entry");
    ids.push(Number(id));
  }
  return ids;
}

function readEntry(reader: ByteReader, minor: number): ArchiveEntry {
  const dumpId = reader.integer();
  if (dumpId <= 0) throw new DamagedArchive("an entry has no valid id");
  reader.integer();
  const catalogOid = reader.text() ?? "0";
  const oid = reader.text() ?? "0";
  const tag = reader.text() ?? "";
  const desc = reader.text() ?? "";
  reader.integer();
  const defn = reader.text() ?? "";
  reader.text();
  const copyStatement = reader.text() ?? "";
  const namespace = reader.text();
  const tablespace = reader.text();
  if (minor >= 14) reader.text();
  if (minor >= 16) reader.integer();
  const owner = reader.text() ?? "";
  reader.text();
  const dependencies = readDependencies(reader);
  const fileName = reader.text() ?? "";
  return {
    dumpId,
    catalogOid,
    oid,
    desc,
    namespace: namespace === "" ? null : namespace,
    tag,
    owner,
    tablespace: tablespace === "" ? null : tablespace,
    defn,
    copyStatement,
    dependencies,
    fileName,
  };
}

/**
 * Reads the bytes of a `toc.dat`.
 *
 * @throws DamagedArchive where they are not what pg_dump writes
 */
export function parseArchive(bytes: Buffer): Archive {
  const reader = new ByteReader(bytes);
  const formatMinor = readHead(reader);
  const count = reader.integer();
  const entries: ArchiveEntry[] = [];
  const seen = new Set<number>();
  for (let index = 0; index < count; index += 1) {
    const entry = readEntry(reader, formatMinor);
    if (seen.has(entry.dumpId)) throw new DamagedArchive("two entries have the same id");
    seen.add(entry.dumpId);
    entries.push(entry);
  }
  if (!reader.atEnd) throw new DamagedArchive("something follows its last entry");
  return { formatMinor, entries };
}

/** Reads the table of contents of a dump's directory. */
export async function readArchive(directory: string): Promise<Archive> {
  return parseArchive(await readFile(join(directory, "toc.dat")));
}

/** How an entry is named in reports: `POLICY public children own rows`, on one line. */
export function describeEntry(entry: Pick<ArchiveEntry, "desc" | "namespace" | "tag">): string {
  return [entry.desc, entry.namespace, entry.tag]
    .filter((part) => part !== null && part !== "")
    .join(" ")
    .replace(/[\r\n]/g, " ");
}
