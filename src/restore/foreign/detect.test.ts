import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Scratch, scratchDirectory } from "../../base/scratch.ts";
import { detectArchive } from "./detect.ts";
import { openForeign } from "./open-foreign.ts";

let scratch: Scratch;
beforeAll(async () => {
  scratch = await scratchDirectory("detect-test");
});
afterAll(() => scratch[Symbol.asyncDispose]());

async function file(name: string, content: string | Buffer): Promise<string> {
  const path = join(scratch.path, name);
  await writeFile(path, content);
  return path;
}

const schema = `SET statement_timeout = 0;\nCREATE TABLE IF NOT EXISTS "public"."t" ("a" integer);\nALTER TABLE "public"."t" OWNER TO "postgres";\nRESET ALL;\n`;
const copy = `SET session_replication_role = replica;\n\nCOPY "public"."t" ("a") FROM stdin;\n1\n\\.\n\nRESET ALL;\n`;
const inserts = `SET session_replication_role = replica;\n\nINSERT INTO "public"."t" ("a") VALUES (1);\nRESET ALL;\n`;
const noRows = "SET session_replication_role = replica;\n\nRESET ALL;\n";
const roles = `SET client_encoding = 'UTF8';\nALTER ROLE "anon" SET "statement_timeout" TO '3s';\nRESET ALL;\n`;

test.each([
  ["schema", schema],
  ["data", copy],
  ["data", inserts],
  ["data", noRows],
  ["roles", roles],
  ["whole", `${schema}${copy}`],
])("a plain file is told by what it holds: %s", async (part, sql) => {
  // The name says nothing: any of them may be called so.
  const path = await file("data.sql", sql);
  expect(await detectArchive(path)).toEqual({
    form: "sql",
    path,
    packing: "none",
    part,
    ofSupabase: expect.any(Boolean),
  });
});

test.each([
  ["gzip", gzipSync(schema)],
  ["zstd", zstdCompressSync(schema)],
] as const)("a plain file packed with %s is the same", async (packing, bytes) => {
  expect(await detectArchive(await file("packed", bytes))).toMatchObject({ form: "sql", packing, part: "schema" });
});

/** The head of a ZIP file whose first member has this name. */
function zip(name: string): Buffer {
  const head = Buffer.alloc(30);
  head.write("PK\x03\x04", "latin1");
  head.writeUInt16LE(name.length, 26);
  return Buffer.concat([head, Buffer.from(name)]);
}

const binary = Buffer.from([0x85, 1, 0x0c, 3, 0, 1, 2, 3]);

test.each([
  ["an empty file", "", "archive.empty"],
  ["a page of HTML", "<!DOCTYPE html>\n<html><body>403 Forbidden</body></html>", "archive.not_a_dump"],
  ["an error of a bucket", '<?xml version="1.0"?>\n<Error><Code>AccessDenied</Code></Error>', "archive.not_a_dump"],
  ["an error as JSON", '{"message":"Unauthorized"}', "archive.not_a_dump"],
  ["age", "age-encryption.org/v1\n-> X25519 abc\n", "archive.encrypted"],
  ["armoured gpg", "-----BEGIN PGP MESSAGE-----\n\nabc\n", "archive.encrypted"],
  ["gpg", binary, "archive.encrypted"],
  ["openssl", "Salted__12345678", "archive.encrypted"],
  ["CSV", "id,name,email\n1,Ann,ann@example.org\n", "archive.tables_only"],
  ["CSV with semicolons", "id;name\n1;Ann\n", "archive.tables_only"],
  ["a ZIP of CSV", zip("people.csv"), "archive.tables_only"],
  ["a ZIP of a dump", zip("backup.sql"), "archive.not_a_dump"],
  [
    "pg_dumpall",
    `--\n-- PostgreSQL database cluster dump\n--\n${roles}\\connect template1\n${schema}`,
    "archive.not_a_dump",
  ],
  ["MySQL", "-- MySQL dump 10.13\nCREATE TABLE `t` (a int);\n", "archive.not_a_dump"],
  ["SQLite", "SQLite format 3\0", "archive.not_a_dump"],
  ["a text", "Dear all,\nthe backup is done.\n", "archive.not_a_dump"],
  ["unknown bytes", Buffer.from([0, 1, 2, 3, 4, 5]), "archive.not_a_dump"],
])("%s is refused as wrong input, in one sentence", async (_, content, id) => {
  await expect(detectArchive(await file("backup.sql", content))).rejects.toMatchObject({ id, exitCode: 2 });
});

test.each([
  ["packed with bzip2 (unpack it", "BZh91AY&SY"],
  ["packed with xz (unpack it", Buffer.from("fd377a585a000004", "hex")],
  ["a text in UTF-16", Buffer.from(`\ufeff${schema}`, "utf16le")],
])("what only has to be written otherwise is named: %s", async (found, content) => {
  await expect(detectArchive(await file("backup.sql", content))).rejects.toThrow(` is ${found}`);
});

test("a path that is not there, and a directory that is no dump, are wrong input", async () => {
  await expect(detectArchive(join(scratch.path, "nothing"))).rejects.toMatchObject({
    id: "archive.unreadable",
    exitCode: 2,
  });
  await expect(detectArchive(scratch.path)).rejects.toMatchObject({ id: "archive.not_a_dump", exitCode: 2 });
});

test("what ends too early is damage, not wrong input", async () => {
  const begun = await file("begun.sql", "--\n-- PostgreSQL database dump\n--\n\n-- Dumped from data");
  await expect(detectArchive(begun)).rejects.toMatchObject({ id: "archive.cut", exitCode: 1 });
  const path = await file("cut.gz", gzipSync(schema).subarray(0, 14));
  await expect(detectArchive(path)).rejects.toMatchObject({ id: "archive.cut", exitCode: 1 });
});

const open = async (...contents: string[]) => {
  const paths: string[] = [];
  for (const [index, content] of contents.entries()) paths.push(await file(`part-${index}`, content));
  return openForeign(paths, scratch.path, new AbortController().signal);
};

test("the three files of supabase db dump are put in order, whatever theirs is", async () => {
  for (const order of [
    [roles, schema, copy],
    [copy, roles, schema],
    [schema, copy, roles],
  ]) {
    const { parts } = await open(...order);
    expect([parts.roles.length, parts.definitions.length, parts.data.length, parts.ofSupabase]).toEqual([
      1,
      1,
      1,
      true,
    ]);
  }
});

test("what a server has besides databases, and large objects, are no definitions", async () => {
  const globals = `${roles}CREATE TABLESPACE fast OWNER postgres LOCATION '/fast';\n`;
  const objects = `${copy}SELECT pg_catalog.lo_create('7');\nALTER LARGE OBJECT 7 OWNER TO postgres;\nGRANT SELECT ON LARGE OBJECT 7 TO anon;\n`;
  const { parts } = await open(globals, objects, `-- PostgreSQL database dump\n${schema}`);
  expect([parts.roles.length, parts.definitions.length, parts.data.length]).toEqual([1, 1, 1]);
});

test("rows without definitions, and two files of the same kind, are told", async () => {
  await expect(open(copy, roles)).rejects.toMatchObject({ id: "archive.no_definitions", exitCode: 2 });
  await expect(open(roles)).rejects.toMatchObject({ id: "archive.no_definitions", exitCode: 2 });
  await expect(open(schema, schema)).rejects.toMatchObject({ id: "archive.do_not_belong", exitCode: 2 });
});
