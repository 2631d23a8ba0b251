import type { ArchiveEntry } from "../../src/restore/archive.ts";

/** An entry of an archive's table of contents, as pg_dump writes one without a schema, SQL, file or dependency. */
export function archiveEntry(
  dumpId: number,
  desc: string,
  tag: string,
  more: Partial<ArchiveEntry> = {},
): ArchiveEntry {
  return {
    dumpId,
    catalogOid: "0",
    oid: String(16_000 + dumpId),
    desc,
    namespace: null,
    tag,
    owner: "postgres",
    tablespace: null,
    defn: "",
    copyStatement: "",
    dependencies: [],
    fileName: "",
    ...more,
  };
}
