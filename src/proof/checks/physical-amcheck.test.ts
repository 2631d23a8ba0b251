import { randomBytes } from "node:crypto";
import { open } from "node:fs/promises";
import { basename, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type TemplateDatabase, templateDatabase, testDatabase, testServer } from "../../../test/support/database.ts";
import { proofContext } from "../../../test/support/proof.ts";
import { connect } from "../../postgres/connect.ts";
import type { Target } from "../../postgres/types.ts";
import { examineStorage } from "../physical/examine.ts";
import type { ExaminationLevel } from "../types.ts";
import { physicalAmcheck } from "./physical-amcheck.ts";

let template: TemplateDatabase;
beforeAll(async () => {
  template = await templateDatabase((session) =>
    session.query(`
      CREATE SCHEMA "Odd s";
      CREATE TABLE public.other AS SELECT repeat('x', 1000) FROM generate_series(1, 100);
      CREATE TABLE "Odd s"."t,able" (id int PRIMARY KEY, t text, j jsonb);
      INSERT INTO "Odd s"."t,able" SELECT n, 'canary' || n, '{"canary": 1}' FROM generate_series(1, 3000) n;
      CREATE INDEX "i,ndex" ON "Odd s"."t,able" (t);
      CREATE INDEX gin ON "Odd s"."t,able" USING gin (j);
    `),
  );
});
afterAll(() => template[Symbol.asyncDispose]());

const run = (target: Target, level: ExaminationLevel = "full") =>
  physicalAmcheck.run(proofContext({ examine: () => examineStorage(target, level, 2) }));

/** Bytes in place of what stands in a relation's file. */
interface Scribble {
  readonly relation: string;
  readonly at: number;
  readonly bytes: Buffer;
}

/** A copy of the template whose files are harmed before the server has read any of their pages. */
async function harmed(scribbles: readonly Scribble[]): Promise<AsyncDisposable & { readonly target: Target }> {
  const name = `harmed_${randomBytes(6).toString("hex")}`;
  const paths = new Map<string, string>();
  {
    await using reader = await connect({ ...testServer(), database: template.name }, { readOnly: true });
    for (const { relation } of scribbles) {
      const [file] = await reader.query<{ path: string }>("SELECT pg_relation_filepath($1::regclass) AS path", [
        relation,
      ]);
      paths.set(relation, basename(file?.path ?? ""));
    }
  }
  const admin = await connect(testServer(), { readOnly: false });
  await admin.query(`CREATE DATABASE ${name} TEMPLATE ${template.name} STRATEGY file_copy`);
  const [folder] = await admin.query<{ path: string }>(
    "SELECT current_setting('data_directory') || '/base/' || oid AS path FROM pg_database WHERE datname = $1",
    [name],
  );
  for (const { relation, at, bytes } of scribbles) {
    await using file = await open(join(folder?.path ?? "", paths.get(relation) ?? ""), "r+");
    await file.write(bytes, 0, bytes.length, at);
  }
  return {
    target: { ...testServer(), database: name },
    async [Symbol.asyncDispose]() {
      await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
      await admin[Symbol.asyncDispose]();
    },
  };
}

const page = 8192;

test("a copy whose pages are sound passes at either level, and amcheck is gone again", async () => {
  await using database = await testDatabase(template.name);
  const { session, target } = database;
  expect(await run(target)).toMatchObject({
    status: "passed",
    actual: expect.stringMatching(/^\d+ tables and \d+ indexes sound \(tables with all values, .*entry by entry\)$/),
    notCovered: [{ what: "The pages of other kinds of tables and indexes: 1 gin" }],
  });
  // Two tables and what they store apart, which has an index each.
  expect(await run(target, "light")).toMatchObject({
    status: "passed",
    actual: "4 tables and 4 indexes sound (tables page by page, indexes by their order)",
  });
  const left = await session.query(`SELECT FROM pg_extension WHERE extname = 'amcheck'
    UNION ALL SELECT FROM pg_namespace WHERE nspname ~ 'amcheck'`);
  expect(left).toEqual([]);
});

test("a row that is overwritten, and a page that is no page, are found in a table", async () => {
  await using copy = await harmed([
    // The first row of a page stands at its end.
    { relation: '"Odd s"."t,able"', at: 3 * page - 64, bytes: Buffer.alloc(64, 0xff) },
    { relation: "public.other", at: 3 * page, bytes: Buffer.alloc(24, 0x5a) },
  ]);
  for (const level of ["light", "full"] as const) {
    const { status, findings = [] } = await run(copy.target, level);
    expect(status).toBe("failed");
    expect(findings).toEqual(
      expect.arrayContaining([
        {
          object: '"Odd s"."t,able"',
          attribute: "pages",
          expected: "sound",
          actual: expect.stringMatching(/fault.*: page 2, row 1: /),
        },
        {
          object: "public.other",
          attribute: "pages",
          expected: "sound",
          actual: "a page cannot be read, page 3 (SQLSTATE XX001)",
        },
      ]),
    );
    expect(JSON.stringify(findings)).not.toContain("canary");
  }
});

test("entries that are out of order, and a page that is no page, are found in a B-tree", async () => {
  await using copy = await harmed([
    // Before the 16 bytes at a page's end stand the first keys, of 16 bytes each, the number in the latter eight.
    { relation: '"Odd s"."t,able_pkey"', at: 2 * page - 16 - 40, bytes: Buffer.from([0xff, 0xff, 0xff, 0x7f]) },
    { relation: '"Odd s"."i,ndex"', at: 2 * page, bytes: Buffer.alloc(24, 0x5a) },
  ]);
  for (const level of ["light", "full"] as const) {
    const { status, findings = [] } = await run(copy.target, level);
    expect(status).toBe("failed");
    expect(findings.map(({ object, attribute, actual }) => `${object} ${attribute}: ${actual}`)).toEqual([
      expect.stringMatching(/^"Odd s"\."t,able" index "i,ndex": a page cannot be read, page 2 /),
      expect.stringMatching(
        /^"Odd s"\."t,able" index "t,able_pkey": (entries are out of order|an entry is not found by its key)/,
      ),
    ]);
    expect(JSON.stringify(findings)).not.toContain("canary");
  }
});

test("a row without its entry is found at the full level, and only there", async () => {
  await using database = await testDatabase();
  const { session, target } = database;
  await session.query(`
    CREATE TABLE public.t (id int PRIMARY KEY); INSERT INTO public.t SELECT generate_series(1, 100);
    UPDATE pg_index SET indisready = false WHERE indrelid = 'public.t'::regclass;
    INSERT INTO public.t VALUES (101);
    UPDATE pg_index SET indisready = true WHERE indrelid = 'public.t'::regclass;
  `);
  expect((await run(target, "light")).status).toBe("passed");
  expect((await run(target)).findings).toEqual([
    {
      object: "public.t",
      attribute: "index t_pkey",
      expected: "sound",
      actual: "a row has no entry in the index, page 0, row 101 (SQLSTATE XX001)",
    },
  ]);
});

test("an expression that fails leaves its index unproved; amcheck of the source's own stays", async () => {
  await using database = await testDatabase();
  const { session, target } = database;
  await session.query(`
    CREATE SCHEMA extensions; CREATE EXTENSION amcheck SCHEMA extensions;
    CREATE FUNCTION public.f(t text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN t; END $$;
    CREATE TABLE public.t (t text); INSERT INTO public.t VALUES ('canary');
    CREATE INDEX f ON public.t (public.f(t));
    CREATE OR REPLACE FUNCTION public.f(t text) RETURNS text LANGUAGE plpgsql IMMUTABLE
      AS $$ BEGIN RAISE 'canary' USING ERRCODE = '22000'; END $$;
  `);
  const outcome = await run(target);
  expect(outcome).toMatchObject({
    status: "not_run",
    reason: "f on public.t could not be looked at: PostgreSQL refused it with SQLSTATE 22000 data_exception",
  });
  expect(JSON.stringify(outcome)).not.toContain("canary");
  expect(await session.query("SELECT FROM pg_extension WHERE extname = 'amcheck'")).toHaveLength(1);
});

test("a server without amcheck leaves the pages uncovered, with what to install; a lost one leaves them unproved", async () => {
  expect(await physicalAmcheck.run(proofContext())).toMatchObject({
    status: "not_applicable",
    notCovered: [{ why: expect.stringContaining("postgresql-contrib") }],
  });
  await expect(run({ ...testServer(), database: "nowhere" })).rejects.toThrow();
});
