import { symlink, truncate, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { archiveEntry } from "../../test/support/archive-entry.ts";
import { scratchDirectory } from "../base/scratch.ts";
import type { ArchiveEntry } from "./archive.ts";
import { checkArchiveFiles } from "./archive-files.ts";

function entry(fileName: string, desc = "TABLE DATA"): ArchiveEntry {
  const copyStatement = desc === "TABLE DATA" ? "COPY public.t (a) FROM stdin;\n" : "";
  return archiveEntry(1, desc, "t", { namespace: "public", copyStatement, fileName });
}

async function found(directory: string, one: ArchiveEntry) {
  return (await checkArchiveFiles(directory, [one])).map(({ message, loadable }) => ({ message, loadable }));
}

test("a whole file passes; one that was cut off anywhere, or is empty, does not", async () => {
  await using scratch = await scratchDirectory("files");
  const path = join(scratch.path, "1.dat");
  const rows = "1\n2\n\\.\n\n\n";
  await writeFile(path, rows);
  expect(await found(scratch.path, entry("1.dat"))).toEqual([]);
  for (let length = rows.length - 1; length >= 0; length -= 1) {
    await truncate(path, length);
    expect(await found(scratch.path, entry("1.dat"))).toEqual([
      { message: "1.dat is cut off: its end is missing", loadable: true },
    ]);
  }
});

test("a missing file, a link and a way out of the directory are kept from pg_restore", async () => {
  await using scratch = await scratchDirectory("files");
  expect(await found(scratch.path, entry("1.dat"))).toEqual([
    { message: "1.dat is missing from the archive", loadable: false },
  ]);
  await symlink("/etc/hostname", join(scratch.path, "1.dat"));
  expect(await found(scratch.path, entry("1.dat"))).toEqual([
    { message: "1.dat is a link or no regular file", loadable: false },
  ]);
  for (const name of ["../1.dat", "/etc/hostname", "a/1.dat", "toc.dat", "1.dat.gz"]) {
    expect(await found(scratch.path, entry(name))).toEqual([
      { message: "its file name leads out of the archive, so it was not loaded", loadable: false },
    ]);
  }
});

test("rows without a file are damage, a compressed file is left to pg_restore", async () => {
  await using scratch = await scratchDirectory("files");
  expect(await found(scratch.path, entry(""))).toHaveLength(1);
  await writeFile(join(scratch.path, "1.dat.gz"), "x");
  expect(await found(scratch.path, entry("1.dat"))).toEqual([]);
});

test("large objects: each listed file must be there, and the list must be a list", async () => {
  await using scratch = await scratchDirectory("files");
  const toc = join(scratch.path, "blobs.toc");
  const object = join(scratch.path, "blob_42.dat");
  await writeFile(toc, "42 blob_42.dat\n");
  await writeFile(object, "x");
  const blobs = entry("blobs.toc", "BLOBS");
  expect(await found(scratch.path, blobs)).toEqual([]);
  await unlink(object);
  expect(await found(scratch.path, blobs)).toEqual([
    { message: "blob_42.dat is missing from the archive", loadable: false },
  ]);
  await writeFile(toc, "42 ../../etc/hostname\n");
  expect(await found(scratch.path, blobs)).toEqual([{ message: "blobs.toc is damaged", loadable: false }]);
});
