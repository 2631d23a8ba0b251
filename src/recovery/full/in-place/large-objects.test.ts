import { expect, test } from "vitest";
import { archiveEntry as entry } from "../../../../test/support/archive-entry.ts";
import { bareGround } from "../../../../test/support/bare-ground.ts";
import type { ArchiveEntry } from "../../../restore/archive.ts";
import { chooseLargeObjects } from "./large-objects.ts";

const theirs = { owner: "supabase_storage_admin" };
const ground = bareGround({ roles: new Set(["postgres"]) });

// As pg_dump 15 and pg_dump 17 have written them.
test.each<[string, ArchiveEntry[], string[]]>([
  [
    "one entry for each, one file that names their contents",
    [
      entry(1, "BLOB", "90001"),
      entry(2, "BLOB", "90002"),
      entry(3, "BLOB", "90003", theirs),
      entry(4, "COMMENT", "LARGE OBJECT 90001", { dependencies: [1] }),
      entry(5, "COMMENT", "LARGE OBJECT 90003", { ...theirs, dependencies: [3] }),
      entry(6, "ACL", "LARGE OBJECT 90002", { dependencies: [2] }),
      entry(7, "BLOBS", "BLOBS", { fileName: "blobs.toc" }),
    ],
    ["blobs.toc"],
  ],
  [
    "one entry for each group of the same owner and rights",
    [
      entry(1, "BLOB METADATA", "90001..90002", { defn: "90001\n90002\n" }),
      entry(3, "BLOB METADATA", "90003", { ...theirs, defn: "90003\n" }),
      entry(4, "COMMENT", "LARGE OBJECT 90001", { dependencies: [1] }),
      entry(5, "COMMENT", "LARGE OBJECT 90003", { ...theirs, dependencies: [3] }),
      entry(6, "ACL", "LARGE OBJECTS 90001..90002", { dependencies: [1] }),
      entry(7, "BLOBS", "90001..90002", { fileName: "blobs_7.toc", dependencies: [1] }),
      entry(8, "BLOBS", "90003", { ...theirs, fileName: "blobs_8.toc", dependencies: [3] }),
    ],
    ["blobs_7.toc", "blobs_8.toc"],
  ],
])("what of an archive's large objects comes back: %s", (_, entries, contents) => {
  const table = entry(9, "COMMENT", "TABLE orders", { dependencies: [1] });
  const chosen = chooseLargeObjects([...entries, table], ground);
  expect(chosen.oids).toEqual(new Set(["90001", "90002"]));
  expect(chosen.kept).toBe(1);
  expect(chosen.contents).toEqual(contents);
  expect(chosen.entries.map(({ dumpId }) => dumpId)).toEqual(
    entries
      .filter(({ desc, owner, dumpId }) => desc !== "BLOBS" && owner === "postgres" && dumpId < 9)
      .map(({ dumpId }) => dumpId),
  );
});
